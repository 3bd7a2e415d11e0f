"""Everything that moves attempts. A learner's requests take turns by the lock of the learner."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Max, QuerySet

from core.kit import clock
from core.kit.errors import Conflict
from core.kit.etags import IfMatch
from core.kit.limits import lock_parent, require_below_limit
from core.kit.versions import get_for_update
from core.missions.models import Mission
from core.missions.selectors import offered_missions
from core.missions.services import MissionRetired
from core.outbox.publish import publish
from core.progress.models import Progress
from core.progress.services import report_progress
from core.submissions.artifacts import content_sha256
from core.submissions.lateness import VERSION, Lateness, LateRule, lateness
from core.submissions.models import OPEN, Extension, Submission
from core.submissions.selectors import best_submission, known_mission
from core.submissions.signals import submitted
from core.submissions.states import OUTCOMES, SUBMISSION_STATES
from core.users.guardians import require_consent
from core.users.models import User
from ongoza_contracts.missions import LatePolicy
from ongoza_contracts.submissions import SubmissionState
from ongoza_contracts.vocabulary import ContentType, ProgressSource, ProgressStatus

WITHDRAWALS_MAX = 10
"""Of a learner at one mission. A withdrawn attempt counts against no other limit."""


class AttemptOpen(Conflict):
    code = "attempt_open"


class NoAttemptsLeft(Conflict):
    code = "no_attempts_left"


class TooLate(Conflict):
    code = "too_late"


class NothingToSubmit(Conflict):
    code = "nothing_to_submit"
    detail = "Add a text, a link or a file first."


class TooManyWithdrawn(Conflict):
    code = "too_many_withdrawn"
    detail = f"You have withdrawn {WITHDRAWALS_MAX} attempts at this mission, as many as possible."


class StateChanged(Conflict):
    code = "state_changed"
    detail = "Somebody else has changed the attempt's state: read it again."


def start_attempt(*, user: User, mission_id: UUID) -> Submission:
    """A new draft of the user's; the mission's item is in progress from then on. After requested
    changes it is the attempt that makes them, which counts against no limit.

    Raises NotFound, MissionRetired, AttemptOpen, NoAttemptsLeft, TooLate, Busy and what
    `report_progress` does.
    """
    with lock_parent(User.objects.filter(pk=user.pk)):
        mission = known_mission(mission_id)
        if not offered_missions().filter(pk=mission.pk).exists():
            raise MissionRetired
        attempts = Submission.objects.filter(user=user, mission=mission)
        if open_attempt := attempts.filter(state__in=OPEN).first():
            raise AttemptOpen(f"The attempt {open_attempt.pk} is under way.")
        not_withdrawn = attempts.exclude(state=SubmissionState.WITHDRAWN)
        previous = not_withdrawn.order_by("attempt").last()
        if previous and previous.state != SubmissionState.CHANGES_REQUESTED:
            previous = None
        if previous is None:
            _require_attempt_left(mission, not_withdrawn)
            _require_in_time(lateness_at(clock.now(), user.pk, mission))
        _report_begun(user, mission)
        number = (attempts.aggregate(last=Max("attempt"))["last"] or 0) + 1
        new = Submission(
            user=user,
            mission=mission,
            attempt=number,
            previous_id=previous.pk if previous else None,
        )
        publish(new)
        return new


def submit(*, user: User, submission_id: UUID, if_match: IfMatch | None = None) -> Submission:
    """Hand in a draft: neither it nor its artifacts change from then on.

    Raises NotFound, PreconditionFailed, IllegalTransition, NothingToSubmit, TooLate and Busy.
    """
    with lock_parent(User.objects.filter(pk=user.pk)):
        submission = _own(user, submission_id, if_match)
        SUBMISSION_STATES.move(submission, "submit")
        artifacts = [*submission.artifact_set.all()]
        if not artifacts:
            raise NothingToSubmit
        submission.artifacts = len(artifacts)
        submission.content_sha256 = content_sha256(artifacts)
        submission.submitted_at = clock.now()
        submission.rubric_version = submission.mission.rubric_version
        _set_lateness(submission)
        publish(submission)
        submitted.send(Submission, submission=submission)
        return submission


def withdraw(*, user: User, submission_id: UUID, if_match: IfMatch | None = None) -> Submission:
    """Take back an attempt that no reviewer has begun to review.

    Raises NotFound, PreconditionFailed, IllegalTransition, TooManyWithdrawn and Busy.
    """
    with lock_parent(User.objects.filter(pk=user.pk)):
        submission = _own(user, submission_id, if_match)
        SUBMISSION_STATES.move(submission, "withdraw")
        withdrawn = Submission.objects.filter(
            user=user, mission=submission.mission_id, state=SubmissionState.WITHDRAWN
        )
        require_below_limit(withdrawn, WITHDRAWALS_MAX, TooManyWithdrawn)
        publish(submission)
        return submission


# --- reviews -------------------------------------------------------------------------------------
def begin_review(*, submission_id: UUID) -> Submission:
    """A reviewer has begun: the attempt cannot be withdrawn. The caller has checked that they may.

    Raises NotFound and IllegalTransition.
    """
    return _move(submission_id, "begin_review")


def end_review(*, submission_id: UUID) -> Submission:
    """The review ended without an outcome. Raises NotFound and IllegalTransition."""
    return _move(submission_id, "end_review")


def record_outcome(
    *, submission: Submission, state: SubmissionState, score: float | None, deduction: float = 0
) -> Submission:
    """What a review came to: changes requested, passed or failed. The first outcome needs a review
    that has begun; a passed or failed attempt may get another one. Passing completes the mission's
    item by the source `review`; what is completed stays completed, with the score of the best
    attempt that is passed now. `best_score` is the highest that a review ever gave.

    `score` is the reviewer's, in per cent; `deduction` is subtracted from it, such as for hints,
    and then what is lost by being late. A caller that locks users has locked the learner with them,
    in the order of ids.

    Raises NotFound, StateChanged where the state is not that of `submission` any more, so that no
    outcome replaces one that its reviewer has not seen; IllegalTransition, Busy, and what
    `require_consent` does for the learner.
    """
    with lock_parent(User.objects.filter(pk=submission.user_id)) as learner:
        require_consent(learner)
        found = get_for_update(Submission.objects.filter(pk=submission.pk))
        if found.state != submission.state:
            raise StateChanged
        was_passed = found.state == SubmissionState.PASSED
        SUBMISSION_STATES.move(found, OUTCOMES[state])
        if score is not None:
            kept = (100 - found.late_deduction) / 100
            found.score = round(max(score - deduction, 0) * kept, 2)
        found.decided_at = clock.now()
        publish(found)
        is_passed = found.state == SubmissionState.PASSED
        if is_passed or (was_passed and _is_completed(learner, found.mission)):
            _report_best(learner, found.mission)
        return found


def _move(submission_id: UUID, action: str) -> Submission:
    with transaction.atomic():
        submission = get_for_update(Submission.objects.filter(pk=submission_id))
        SUBMISSION_STATES.move(submission, action)
        publish(submission)
        return submission


# --- attempts and lateness -----------------------------------------------------------------------
def _own(user: User, submission_id: UUID, if_match: IfMatch | None) -> Submission:
    rows = Submission.objects.filter(user=user, pk=submission_id)
    return get_for_update(rows, if_match=if_match)


def _require_attempt_left(mission: Mission, not_withdrawn: QuerySet[Submission]) -> None:
    """Raises NoAttemptsLeft."""
    used = not_withdrawn.filter(previous_id=None).count()
    if mission.max_attempts is not None and used >= mission.max_attempts:
        raise NoAttemptsLeft(f"You have used {used} of {mission.max_attempts} attempts.")


def _set_lateness(submission: Submission) -> None:
    """Of the first attempt where it makes requested changes. Raises TooLate."""
    if previous := submission.previous:
        submission.late_minutes = previous.late_minutes
        submission.late_deduction = previous.late_deduction
        submission.late_policy_version = previous.late_policy_version
        return
    found = lateness_at(clock.now(), submission.user_id, submission.mission)
    _require_in_time(found)
    submission.late_minutes, submission.late_deduction = found.minutes, found.deduction
    submission.late_policy_version = VERSION


def lateness_at(time: datetime, user_id: int, mission: Mission) -> Lateness:
    """How late a learner is who hands in at a time."""
    extensions = Extension.objects.filter(user=user_id, mission=mission)
    until = extensions.values_list("until", flat=True).first()
    rule = LateRule(
        policy=LatePolicy(mission.late_policy),
        grace_minutes=mission.late_grace_minutes,
        deduction_per_day=mission.late_deduction_per_day,
        deduction_limit=mission.late_deduction_limit,
    )
    return lateness(rule, mission.due_at, until, time)


def _require_in_time(found: Lateness) -> None:
    if found.is_refused:
        raise TooLate(f"The mission was due {found.minutes} minutes ago.")


# --- progress ------------------------------------------------------------------------------------
def _report_begun(user: User, mission: Mission) -> None:
    """A no-op where the item is completed: another attempt may raise the score."""
    if not _is_completed(user, mission):
        report_progress(
            user=user,
            content_id=str(mission.content_id),
            content_type=ContentType.MISSION,
            status=ProgressStatus.IN_PROGRESS,
        )


def _is_completed(user: User, mission: Mission) -> bool:
    """In the user's present attempt at the item."""
    rows = Progress.objects.filter(user=user, content=mission.content)
    return rows.filter(status=ProgressStatus.COMPLETED).exists()


def _report_best(learner: User, mission: Mission) -> None:
    """Report the best passed attempt; no-op if there is none any more."""
    if best := best_submission(learner.pk, mission.pk):
        report_progress(
            user=learner,
            content_id=str(mission.content_id),
            content_type=ContentType.MISSION,
            source=ProgressSource.REVIEW,
            status=ProgressStatus.COMPLETED,
            score=best.score,
        )
