"""Attempts at quizzes. They are counted, and answered one at a time, under the learner's lock."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import timedelta
from secrets import token_bytes
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from core.kit.errors import Conflict, NotFound
from core.kit.limits import lock_parent, require_below_limit
from core.outbox.publish import publish
from core.progress import rules
from core.progress.models import Progress
from core.progress.services import report_progress
from core.quizzes.grading import Answer, grade
from core.quizzes.models import Question, Quiz, QuizAttempt, QuizResult
from core.quizzes.selectors import shown_questions
from core.users.models import User
from ongoza_contracts.vocabulary import ContentType, ProgressSource, ProgressStatus

SEED_BYTES = 16


class QuizRetired(Conflict):
    code = "quiz_retired"
    detail = "The quiz is not offered any more."


class AttemptOpen(Conflict):
    code = "attempt_open"


class NoAttemptsLeft(Conflict):
    code = "no_attempts_left"
    detail = "You have taken the quiz as often as it allows."


class TooSoon(Conflict):
    code = "too_soon"


class AlreadySubmitted(Conflict):
    code = "already_submitted"
    detail = "The attempt is submitted. To take the quiz again, start another one."


def start_attempt(*, user: User, quiz_id: int) -> QuizAttempt:
    """A new, open attempt at a quiz; its item is in progress from then on.

    Raises NotFound, QuizRetired, AttemptOpen, NoAttemptsLeft, TooSoon and Busy; AlreadyCompleted
    for an item that was completed by another's word than the learner's; and what `report_progress`
    does.
    """
    with lock_parent(User.objects.filter(pk=user.pk)):
        quiz = Quiz.objects.select_related("item").filter(pk=quiz_id).first()
        if quiz is None:
            raise NotFound
        if quiz.retired:
            raise QuizRetired
        attempts = QuizAttempt.objects.filter(user=user, quiz=quiz)
        if under_way := attempts.filter(submitted_at=None).first():
            raise AttemptOpen(f"Submit the attempt {under_way.pk} first.")
        progress = _begin(user, quiz)
        _require_attempt_left(quiz, attempts.filter(progress_attempt=progress.attempt))
        bank = Question.objects.filter(quiz=quiz, version=quiz.version).count()
        return QuizAttempt.objects.create(
            user=user,
            quiz=quiz,
            version=quiz.version,
            number=attempts.count() + 1,
            progress_attempt=progress.attempt,
            seed=token_bytes(SEED_BYTES),
            question_count=quiz.question_count or bank,
            pass_percentage=quiz.pass_percentage,
        )


def submit_attempt(
    *, user: User, quiz_id: int, attempt_id: UUID, answers: Sequence[Answer]
) -> QuizAttempt:
    """Grade an open attempt of the user's, and publish its result. Passing completes the item.

    Raises NotFound, AlreadySubmitted, InvalidAnswer and Busy.
    """
    with lock_parent(User.objects.filter(pk=user.pk)):
        rows = QuizAttempt.objects.select_related("quiz__item")
        attempt = rows.filter(pk=attempt_id, quiz=quiz_id, user=user).first()
        if attempt is None:
            raise NotFound
        if attempt.submitted_at is not None:
            raise AlreadySubmitted
        result = _grade(attempt, answers)
        attempt.save()
        publish(result)
        if result.passed:
            _report(
                user,
                attempt.quiz,
                source=ProgressSource.CHECK,
                status=ProgressStatus.COMPLETED,
                score=result.score,
            )
        return attempt


def _begin(user: User, quiz: Quiz) -> Progress:
    """The learner's progress on the item, in progress; what they reported as completed stays so."""
    progress = Progress.objects.filter(user=user, content=quiz.item).first()
    if progress and progress.status == ProgressStatus.COMPLETED:
        if progress.source != ProgressSource.SELF:
            rules.refuse_undoing(progress, ProgressStatus.IN_PROGRESS)
        return progress
    return _report(user, quiz, status=ProgressStatus.IN_PROGRESS)


def _require_attempt_left(quiz: Quiz, attempts: QuerySet[QuizAttempt]) -> None:
    """Raises NoAttemptsLeft and TooSoon. `attempts` are those at the present attempt at the item,
    none of which is open."""
    if quiz.max_attempts is not None:
        require_below_limit(attempts, quiz.max_attempts, NoAttemptsLeft)
    last = attempts.exclude(passed=True).order_by("number").last()
    if last and last.submitted_at:
        possible_at = last.submitted_at + timedelta(minutes=quiz.wait_minutes)
        if possible_at > timezone.now():
            raise TooSoon(f"The next attempt is possible at {possible_at.isoformat()}.")


def _grade(attempt: QuizAttempt, answers: Sequence[Answer]) -> QuizResult:
    """Set the columns of a submitted attempt, and return its result. Raises InvalidAnswer."""
    outcomes = grade(shown_questions(attempt), answers)
    right, total = sum(outcomes.values()), len(outcomes)
    score, now = 100 * right / total, timezone.now()
    passed = 100 * right >= attempt.pass_percentage * total
    attempt.answers = [asdict(one) for one in answers]
    attempt.outcomes = {str(position): found for position, found in outcomes.items()}
    attempt.score, attempt.passed, attempt.submitted_at = score, passed, now
    return QuizResult(
        id=attempt.pk,
        user_id=attempt.user_id,
        content=attempt.quiz.item,
        quiz_version=attempt.version,
        attempt=attempt.number,
        questions=total,
        right=right,
        score=score,
        passed=passed,
        started_at=attempt.started_at,
        created_at=now,
    )


def _report(user: User, quiz: Quiz, **report: Any) -> Progress:
    """Raises what `report_progress` does."""
    outcome = report_progress(
        user=user,
        content_id=quiz.item.content_id,
        content_type=ContentType(quiz.item.content_type),
        **report,
    )
    return outcome.progress
