"""The search for work that others handed in for the same mission."""

from dataclasses import dataclass
from heapq import nlargest
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db.models import BigIntegerField, F, Func, IntegerField, QuerySet, Value

from core.access.selectors import reach
from core.submissions.models import Artifact, Submission
from core.submissions.selectors import reviewable_submission
from core.submissions.similarity import Overlap, overlap, shingle_hashes
from core.users.models import User
from ongoza_contracts.access import Permission
from ongoza_contracts.submissions import SubmissionState

CANDIDATES_MAX, SHOWN_MAX = 100, 20
"""Candidates of equal artifacts, and as many of texts that are near-equal."""
PERCENT_MIN = 5
"""Less of a text is no more than common phrases."""

Pair = tuple[Artifact, Artifact]


@dataclass(frozen=True)
class Similarity:
    """An artifact that is like one of another learner."""

    artifact: Artifact
    other: Artifact
    is_reached: bool
    """Whether the caller may read the other one."""
    is_equal: bool
    overlap: Overlap


def similarities(caller: User, submission_id: UUID) -> list[Similarity]:
    """The artifacts of an attempt that are like those of other learners, the most similar first; at
    most SHOWN_MAX. What a text has from the mission's own does not count.

    Raises NotFound for an attempt that the caller does not review.
    """
    submission = reviewable_submission(caller, submission_id)
    mission = submission.mission
    texts = (mission.title, mission.description, mission.story)
    task = "\n".join((*texts, *mission.objectives, *mission.subtasks))
    pairs = _likely_pairs(submission, task)
    within = reach(caller, Permission.SUBMISSION_REVIEW, "user_id")
    reached = Submission.objects.filter(within, pk__in={other.submission_id for _, other in pairs})
    reached_ids = {*reached.values_list("pk", flat=True)}
    found = (
        Similarity(
            one,
            other,
            is_reached=other.submission_id in reached_ids,
            is_equal=_is_equal(one, other),
            overlap=overlap(one.text, other.text, task),
        )
        for one, other in pairs
    )
    shown = (one for one in found if one.is_equal or one.overlap.percent >= PERCENT_MIN)
    return sorted(shown, key=lambda one: (one.is_equal, one.overlap.percent), reverse=True)


def _likely_pairs(submission: Submission, task: str) -> list[Pair]:
    """Those that are equal or share the most fingerprints."""
    own = [*submission.artifact_set.all()]
    ignored = shingle_hashes(task)
    sought = {one.pk: {*one.fingerprints} - ignored for one in own}
    others = Artifact.objects.filter(submission__mission=submission.mission_id)
    others = others.exclude(submission__user=submission.user_id)
    others = others.exclude(submission__state=SubmissionState.DRAFT).select_related("submission")
    equal = others.filter(sha256__in={one.sha256 for one in own}).order_by("pk")
    near = _sharing_most(others, [*set[int]().union(*sought.values())])
    candidates = {one.pk: one for rows in (equal, near) for one in rows[:CANDIDATES_MAX]}

    def likeness(pair: Pair) -> tuple[bool, int]:
        one, other = pair
        return _is_equal(one, other), len(sought[one.pk].intersection(other.fingerprints))

    pairs = ((one, other) for other in candidates.values() for one in own)
    return nlargest(SHOWN_MAX, (pair for pair in pairs if any(likeness(pair))), key=likeness)


def _sharing_most(artifacts: QuerySet[Artifact], fingerprints: list[int]) -> QuerySet[Artifact]:
    """Those that share fingerprints, the ones that share most first, of equal ones the oldest."""
    sought = Value(fingerprints, output_field=ArrayField(BigIntegerField()))
    shared = Func(
        F("fingerprints"),
        sought,
        template="cardinality(ARRAY(SELECT unnest(%(expressions)s)))",
        arg_joiner=") INTERSECT SELECT unnest(",
        output_field=IntegerField(),
    )
    found = artifacts.filter(fingerprints__overlap=fingerprints)
    return found.annotate(shared=shared).order_by("-shared", "pk")


def _is_equal(one: Artifact, other: Artifact) -> bool:
    return (one.kind, one.sha256) == (other.kind, other.sha256)
