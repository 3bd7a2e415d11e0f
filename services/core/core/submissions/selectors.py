"""Reads of attempts: one's own, and, but for drafts, those of learners whose work one reviews."""

from uuid import UUID

from django.db.models import F, Q, QuerySet

from core.access.selectors import reach, reaches
from core.kit.errors import NotFound
from core.missions.models import Mission
from core.submissions.models import Artifact, Extension, Submission
from core.users.models import User
from ongoza_contracts.access import Permission
from ongoza_contracts.missions import MissionState
from ongoza_contracts.submissions import SubmissionState


def submissions_of(caller: User, mission_id: UUID, user_id: int) -> QuerySet[Submission]:
    """A learner's attempts at a mission, oldest first. Raises NotFound for a learner out of reach
    and for a mission that was never published."""
    if not reaches(caller, Permission.SUBMISSION_REVIEW, user_id):
        raise NotFound
    return _readable(caller).filter(user_id=user_id, mission=known_mission(mission_id))


def latest_submissions(caller: User, user_id: int) -> QuerySet[Submission]:
    """A learner's attempts at all missions within the caller's reach, the newest first."""
    return _readable(caller).filter(user_id=user_id).order_by("-created_at", "-pk")


def visible_submission(caller: User, submission_id: UUID) -> Submission:
    """Raises NotFound, also for a draft of somebody else."""
    return _one(_readable(caller).filter(pk=submission_id))


def submission_of_reviewed_learner(caller: User, submission_id: UUID) -> Submission:
    """Of a learner whose work the caller reviews; withdrawn ones too, which `core.reviews` leaves
    out. Raises NotFound, also for the caller's own."""
    return _one(_readable(caller).filter(pk=submission_id).exclude(user=caller))


def best_submission(user_id: int, mission_id: UUID) -> Submission | None:
    """The passed attempt that counts: the one with the highest score, of equal ones the first."""
    passed = Submission.objects.filter(
        user=user_id, mission=mission_id, state=SubmissionState.PASSED
    )
    return passed.order_by(F("score").desc(nulls_last=True), "attempt").first()


def artifacts_of(caller: User, submission_id: UUID) -> QuerySet[Artifact]:
    """Oldest first. Raises NotFound."""
    found = visible_submission(caller, submission_id)
    return Artifact.objects.filter(submission=found).select_related("blob")


def visible_artifact(caller: User, submission_id: UUID, artifact_id: UUID) -> Artifact:
    """Raises NotFound."""
    found = artifacts_of(caller, submission_id).filter(pk=artifact_id).first()
    if found is None:
        raise NotFound
    return found


def blobs_of(user_id: int) -> set[str]:
    """The keys of the blobs of all files in a learner's attempts."""
    rows = Artifact.objects.filter(submission__user=user_id).exclude(blob=None)
    return {*rows.values_list("blob__pk", flat=True)}


def extensions_of(caller: User, mission_id: UUID) -> QuerySet[Extension]:
    """The caller's own and those of learners whose work the caller reviews. Raises NotFound."""
    within = reach(caller, Permission.SUBMISSION_REVIEW, "user_id")
    return Extension.objects.filter(within, mission=known_mission(mission_id))


def known_mission(mission_id: UUID) -> Mission:
    """Raises NotFound, also for a mission that was never published."""
    found = Mission.objects.exclude(state=MissionState.DRAFT).filter(pk=mission_id).first()
    if found is None:
        raise NotFound
    return found


def _readable(caller: User) -> QuerySet[Submission]:
    within = reach(caller, Permission.SUBMISSION_REVIEW, "user_id")
    return Submission.objects.filter(within, Q(user=caller) | ~Q(state=SubmissionState.DRAFT))


def _one(rows: QuerySet[Submission]) -> Submission:
    if (found := rows.first()) is None:
        raise NotFound
    return found
