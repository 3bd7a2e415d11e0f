"""Suggestions of ai on attempts, and what ai compares an attempt with."""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models.functions import Left

from core.kit.errors import NotFound
from core.kit.versions import get_for_update
from core.outbox.publish import publish
from core.submissions.models import Artifact, ArtifactKind, Submission, Suggestion
from core.users.models import User
from ongoza_contracts.http.suggestions import EXEMPLAR_CHARACTERS, EXEMPLARS_MAX
from ongoza_contracts.submissions import SubmissionState

FIELDS = ("on_draft", "model", "rule_version", "checks")


def exemplar_texts(submission_id: UUID) -> list[str]:
    """Of accepted works of other learners at the same mission, one for each learner: the longest
    text of the newest ones, cut. They are for ai alone, which answers with a number. Raises
    NotFound."""
    submission = Submission.objects.filter(pk=submission_id).first()
    if submission is None:
        raise NotFound
    passed = Submission.objects.filter(
        mission=submission.mission_id, state=SubmissionState.PASSED
    ).exclude(user=submission.user_id)
    newest = passed.order_by("user_id", "-attempt").distinct("user_id").values("pk")
    texts = Artifact.objects.filter(submission__in=newest, kind=ArtifactKind.TEXT)
    longest = texts.order_by("submission_id", "-size").distinct("submission_id")
    rows = Artifact.objects.filter(pk__in=longest.values("pk")).order_by("-submission_id")
    shown = rows.annotate(beginning=Left("text", EXEMPLAR_CHARACTERS))
    return [*shown.values_list("beginning", flat=True)[:EXEMPLARS_MAX]]


@transaction.atomic
def record_suggestion(*, submission_id: UUID, found: dict[str, Any]) -> Suggestion:
    """Store the newest suggestion on an attempt beside it. No-op if it says the same. Raises
    NotFound."""
    # The learner before what is theirs, so that an erasure and this do not wait for each other.
    get_for_update(User.objects.filter(submissions=submission_id))
    submission = get_for_update(Submission.objects.filter(pk=submission_id))
    suggestion = Suggestion.objects.filter(submission=submission).first()
    if suggestion is None:
        suggestion = Suggestion(submission=submission, user_id=submission.user_id)
    elif all(getattr(suggestion, name) == found[name] for name in FIELDS):
        return suggestion
    for name in FIELDS:
        setattr(suggestion, name, found[name])
    publish(suggestion)
    return suggestion
