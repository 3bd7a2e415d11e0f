"""A match of the mentor and the learner of `school.World`, and the body of a message in it."""

from typing import Any

from django.db import transaction
from django.utils import timezone

from core.mentorship.models import Match
from core.outbox.publish import publish
from core.users.models import User
from ongoza_contracts.mentorship import MatchEndReason, MatchState


def matched(mentor: User, learner: User) -> Match:
    match = Match(mentor=mentor, learner=learner)
    with transaction.atomic():
        publish(match)
    return match


def end(match: Match) -> None:
    match.state, match.ended_at = MatchState.ENDED, timezone.now()
    match.end_reason = MatchEndReason.COMPLETED
    with transaction.atomic():
        publish(match)


def message_request(text: str = "Shall we meet?", **more: Any) -> dict[str, Any]:
    return {"text": text, **more}
