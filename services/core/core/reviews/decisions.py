"""Drafts of reviews and their decisions."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db import transaction

from core.access.services import lock_users
from core.kit import clock
from core.kit.errors import Conflict, DomainError, NotFound
from core.kit.limits import lock_parent
from core.kit.versions import get_for_update
from core.missions.models import Rubric
from core.missions.selectors import current_rubric
from core.notifications.services import notify
from core.outbox.publish import publish
from core.reviews import notifications, scores, selectors
from core.reviews.models import QueueEntry, Review, ReviewDraft
from core.reviews.queue import add_entry
from core.reviews.services import end_claim, own_claim, require_learner_consent, waiting_entry
from core.reviews.states import REGRADE
from core.submissions.models import Submission
from core.submissions.services import record_outcome
from core.users.models import User
from ongoza_contracts.reviews import ReviewKind, ReviewOutcome
from ongoza_contracts.submissions import SubmissionState

SECOND_OPINION_WITHIN = timedelta(days=14)


class NotDecided(Conflict):
    code = "not_decided"
    detail = "Only a submission that passed or failed is reviewed again."


class SecondOpinionUsed(Conflict):
    code = "second_opinion_used"
    detail = "A second opinion is possible once for each attempt."


class SecondOpinionOpen(Conflict):
    code = "second_opinion_open"
    detail = "The submission waits for a second opinion."


class TooLate(Conflict):
    code = "too_late"
    detail = f"A second opinion is possible within {SECOND_OPINION_WITHIN.days} days."


class RubricLost(Conflict):
    code = "rubric_lost"
    detail = "A restore lost the mission's rubric: directors and admins give it one again."


class NoChangesNow(DomainError):
    code = "no_changes_now"
    detail = "Another review of a submission says passed or failed."


@dataclass(frozen=True, kw_only=True)
class Assessment:
    """What a reviewer finds; without an outcome a draft alone."""

    outcome: ReviewOutcome | None = None
    marks: Sequence[scores.Mark] = ()
    comments: str = ""
    """Markdown, for the learner."""
    private_notes: str = ""
    """For reviewers alone."""


@transaction.atomic
def save_draft(*, reviewer: User, submission_id: UUID, assessment: Assessment) -> ReviewDraft:
    """Store a draft in place of the one before, which another reviewer may have written.

    Raises NotFound, ClaimLost, RubricLost and InvalidMarks.
    """
    submission = get_for_update(selectors.reviewable(reviewer).filter(pk=submission_id))
    own_claim(submission, reviewer)
    marks = scores.marks_with_maxima(assessment.marks, _maxima(_rubric(submission)))
    draft, _ = ReviewDraft.objects.update_or_create(
        submission=submission,
        defaults={
            "reviewer": reviewer,
            "outcome": assessment.outcome or "",
            "marks": marks,
            "comments": assessment.comments,
            "private_notes": assessment.private_notes,
            "saved_at": clock.now(),
        },
    )
    return draft


def decide(
    *, reviewer: User, submission_id: UUID, outcome: ReviewOutcome, assessment: Assessment
) -> Review:
    """End the reviewer's claim with a review, which the learner sees; progress follows at once.

    Raises NotFound, Busy, ClaimLost, LearnerConsentMissing, RubricLost, InvalidMarks,
    BelowPassMark, NoChangesNow, and what `record_outcome` does.
    """
    with _locked(reviewer, submission_id) as submission:
        held = own_claim(submission, reviewer)
        entry = waiting_entry(submission)
        kind = ReviewKind.SECOND_OPINION if entry.second_opinion else ReviewKind.FIRST
        review = Review(
            kind=kind,
            reviewer=reviewer,
            waiting_since=entry.entered_at,
            promised_by=entry.promised_by,
        )
        _decide(review, submission, outcome, assessment)
        end_claim(held, "decide")
        entry.delete()
        ReviewDraft.objects.filter(submission=submission).delete()
    return review


def regrade(
    *, caller: User, submission_id: UUID, outcome: ReviewOutcome, assessment: Assessment
) -> Review:
    """Review a decided submission again, by staff and by the mission's current rubric; the reviews
    before it stay readable.

    Raises NotFound, Busy, NotDecided, SecondOpinionOpen, LearnerConsentMissing, RubricLost,
    InvalidMarks, BelowPassMark, NoChangesNow and what `record_outcome` does.
    """
    with _locked(caller, submission_id) as submission:
        if not selectors.reviewable(caller, REGRADE).filter(pk=submission.pk).exists():
            raise NotFound
        _require_decided(submission)
        if QueueEntry.objects.filter(submission=submission).exists():
            raise SecondOpinionOpen
        now = clock.now()
        review = Review(kind=ReviewKind.REGRADE, reviewer=caller, waiting_since=now)
        _decide(review, submission, outcome, assessment)
    return review


def request_second_opinion(*, user: User, submission_id: UUID) -> QueueEntry:
    """Put a decided submission of the user's into the queue, for another reviewer than before. Its
    outcome stands until they decide.

    Raises NotFound, Busy, NotDecided, SecondOpinionUsed and TooLate.
    """
    with lock_parent(User.objects.filter(pk=user.pk)):
        submission = get_for_update(Submission.objects.filter(pk=submission_id, user=user))
        _require_decided(submission)
        reviews = [*selectors.reviews_of(submission)]
        waits = QueueEntry.objects.filter(submission=submission).exists()
        if waits or any(one.kind == ReviewKind.SECOND_OPINION for one in reviews):
            raise SecondOpinionUsed
        now = clock.now()
        if not reviews or reviews[-1].decided_at + SECOND_OPINION_WITHIN < now:
            raise TooLate
        return add_entry(submission, now, second_opinion=True)


def _decide(
    review: Review, submission: Submission, outcome: ReviewOutcome, assessment: Assessment
) -> None:
    """Complete and publish a review, and let the submission follow. The caller holds the locks."""
    require_learner_consent(submission)
    if review.kind != ReviewKind.FIRST and outcome == ReviewOutcome.CHANGES_REQUESTED:
        raise NoChangesNow
    rubric = _rubric(submission, ReviewKind(review.kind))
    maxima = _maxima(rubric)
    marks = scores.marks_with_maxima(assessment.marks, maxima)
    scores.require_complete(marks, maxima)
    found = scores.rubric_score(marks)
    scores.require_pass_mark(found, rubric.pass_percentage if rubric else 0, outcome)
    review.user_id, review.submission = submission.user_id, submission
    review.outcome, review.marks, review.rubric_score = outcome, marks, found
    review.rubric_version = rubric.version if rubric else 0
    review.comments, review.private_notes = assessment.comments, assessment.private_notes
    review.hint_cost = selectors.hint_cost_of(submission)
    review.late_deduction, review.decided_at = submission.late_deduction, clock.now()
    recorded = record_outcome(
        submission=submission,
        state=SubmissionState(outcome),
        score=scores.graded_score(found, outcome),
        deduction=review.hint_cost,
    )
    review.score = recorded.score
    publish(review)
    notify(
        user_id=review.user_id,
        kind=notifications.DECIDED,
        subject=str(review.pk),
        version=review.version,
    )


def _require_decided(submission: Submission) -> None:
    """Raises NotDecided. After requested changes the learner makes another attempt instead."""
    if submission.state not in (SubmissionState.PASSED, SubmissionState.FAILED):
        raise NotDecided


@contextmanager
def _locked(reviewer: User, submission_id: UUID) -> Iterator[Submission]:
    """A transaction with the locks of the reviewer, the learner and the submission, which the
    reviewer reaches. Raises NotFound and Busy."""
    rows = selectors.reviewable(reviewer).filter(pk=submission_id)
    learner_id = rows.values_list("user_id", flat=True).first()
    if learner_id is None:
        raise NotFound
    people = {reviewer.pk, learner_id}
    with lock_parent(User.objects.filter(pk=min(people))):
        lock_users({*people})
        yield get_for_update(rows)


def _rubric(submission: Submission, kind: ReviewKind = ReviewKind.FIRST) -> Rubric | None:
    """The mission's when the submission was handed in; the current one for a regrade, which may
    follow from a mistake in the rubric, and where a restore lost the other. Raises RubricLost."""
    mission = submission.mission
    is_regrade = kind == ReviewKind.REGRADE
    version = mission.rubric_version if is_regrade else submission.rubric_version
    if not version:
        return None
    found = mission.rubrics.filter(version=version).first() or current_rubric(mission)
    if found is None:
        raise RubricLost
    return found


def _maxima(rubric: Rubric | None) -> dict[int, int]:
    """The most points of each criterion, by its position."""
    return dict(rubric.criteria.values_list("position", "max_points")) if rubric else {}
