"""The search for work that others handed in for the same mission."""

from dataclasses import dataclass
from heapq import nlargest, nsmallest
from operator import itemgetter
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db.models import BigIntegerField, F, Func, IntegerField, QuerySet, Value

from core.access.selectors import reach
from core.submissions.models import Artifact, Submission
from core.submissions.selectors import submission_of_reviewed_learner
from core.submissions.similarity import Overlap, overlap, shingle_hashes
from core.users.models import User
from ongoza_contracts.access import Permission
from ongoza_contracts.submissions import SubmissionState

CANDIDATES_MAX, SHOWN_MAX = 100, 20
"""Candidates of equal artifacts, and as many of texts that are near-equal."""
SOUGHT_MAX = 2000
"""Fingerprints of an attempt, more than a text of the greatest length has. Of more the smallest are
sought: hashes are random, so that these are of all its texts."""
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
    submission = submission_of_reviewed_learner(caller, submission_id)
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
            overlap=overlap(one.text, other.text, task) if one.text else Overlap(0, ()),
        )
        for one, other in pairs
    )
    shown = (one for one in found if one.is_equal or one.overlap.percent >= PERCENT_MIN)
    return sorted(shown, key=lambda one: (one.is_equal, one.overlap.percent), reverse=True)


def _likely_pairs(submission: Submission, task: str) -> list[Pair]:
    """Those that are equal or share the most fingerprints."""
    own = [*submission.artifact_set.all()]
    hashes = {one for artifact in own for one in artifact.fingerprints} - shingle_hashes(task)
    sought = {*nsmallest(SOUGHT_MAX, hashes)}
    fingerprints = {one.pk: sought.intersection(one.fingerprints) for one in own}
    others = Artifact.objects.filter(submission__mission=submission.mission_id)
    others = others.exclude(submission__user=submission.user_id)
    others = others.exclude(submission__state=SubmissionState.DRAFT).select_related("submission")
    equal = others.filter(sha256__in={one.sha256 for one in own}).order_by("pk")
    near = _sharing_most(others, [*sought])
    candidates = {one.pk: one for rows in (equal, near) for one in rows[:CANDIDATES_MAX]}
    found: list[tuple[tuple[bool, int], Pair]] = []
    for other in candidates.values():
        shared = sought.intersection(other.fingerprints)
        for one in own:
            likeness = _is_equal(one, other), len(shared & fingerprints[one.pk])
            if any(likeness):
                found.append((likeness, (one, other)))
    return [pair for _, pair in nlargest(SHOWN_MAX, found, key=itemgetter(0))]


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
