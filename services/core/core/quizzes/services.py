"""Attempts at quizzes. They are counted, and answered one at a time, under the learner's lock."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from secrets import token_bytes
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Max, QuerySet
from django.utils import timezone

from core.kit.errors import Conflict, NotFound
from core.kit.limits import lock_parent, require_below_limit
from core.outbox.publish import publish, publish_history
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
        _close_restored(attempts)
        if under_way := attempts.filter(submitted_at=None).first():
            raise AttemptOpen(f"Submit the attempt {under_way.pk} first.")
        progress = _begin(user, quiz)
        _require_attempt_left(quiz, attempts.filter(progress_attempt=progress.attempt))
        attempt = _new_attempt(
            user,
            quiz,
            number=_next_number(user, quiz),
            progress_attempt=progress.attempt,
            seed=token_bytes(SEED_BYTES),
        )
        attempt.save()
        return attempt


def submit_attempt(
    *, user: User, quiz_id: int, attempt_id: UUID, answers: Sequence[Answer]
) -> QuizAttempt:
    """Grade an open attempt of the user's, and publish its result. Passing completes the item,
    unless the learner has begun it again since.

    Raises NotFound, AlreadySubmitted, InvalidAnswer and Busy.
    """
    with lock_parent(User.objects.filter(pk=user.pk)):
        rows = QuizAttempt.objects.select_related("quiz__item")
        attempt = rows.filter(pk=attempt_id, quiz=quiz_id, user=user).first()
        if attempt is None:
            raise NotFound
        if attempt.submitted_at is not None or QuizResult.objects.filter(pk=attempt.pk).exists():
            raise AlreadySubmitted
        result = _grade(attempt, answers, timezone.now())
        attempt.save()
        publish(result)
        present = Progress.objects.filter(user=user, content=attempt.quiz.item)
        if result.passed and present.filter(attempt=attempt.progress_attempt).exists():
            _report(
                user,
                attempt.quiz,
                source=ProgressSource.CHECK,
                status=ProgressStatus.COMPLETED,
                score=result.score,
            )
        return attempt


@dataclass(frozen=True, kw_only=True)
class PastAttempt:
    """A submitted attempt that is brought in from elsewhere."""

    quiz: Quiz
    seed: bytes
    """As `QuizAttempt.seed`: the numbers in the answers follow from it."""
    answers: Sequence[Answer]
    started_at: datetime
    submitted_at: datetime


@transaction.atomic
def import_attempts(*, user: User, attempts: Iterable[PastAttempt]) -> list[QuizAttempt]:
    """Bring in a learner's first attempts at the present questions of quizzes, oldest first. Each
    is graded, and its result is published with the time at which it was submitted.

    Completes no item: `import_history` of progress does, by the source `check`. For a learner who
    has no attempts at these quizzes yet: IntegrityError otherwise. Raises InvalidAnswer.
    """
    numbers: Counter[int] = Counter()
    rows, results = [], []
    for past in attempts:
        quiz = past.quiz
        numbers[quiz.pk] += 1
        row = _new_attempt(
            user,
            quiz,
            number=numbers[quiz.pk],
            progress_attempt=1,
            seed=past.seed,
            started_at=past.started_at,
        )
        results.append((_grade(row, past.answers, past.submitted_at), past.submitted_at))
        rows.append(row)
    QuizAttempt.objects.bulk_create(rows)
    publish_history(results)
    return rows


def _new_attempt(user: User, quiz: Quiz, **fields: Any) -> QuizAttempt:
    """An attempt by the quiz's present questions and policy, not saved yet."""
    bank = Question.objects.filter(quiz=quiz, version=quiz.version).count()
    return QuizAttempt(
        user=user,
        quiz=quiz,
        version=quiz.version,
        question_count=quiz.question_count or bank,
        pass_percentage=quiz.pass_percentage,
        **fields,
    )


def _close_restored(attempts: QuerySet[QuizAttempt]) -> None:
    """Close the attempt that a backup has as open, while its result came back from the topic."""
    for attempt in attempts.filter(submitted_at=None):
        if result := QuizResult.objects.filter(pk=attempt.pk).first():
            attempt.submitted_at = result.created_at
            attempt.score, attempt.passed = result.score, result.passed
            attempt.save()


def _next_number(user: User, quiz: Quiz) -> int:
    """After a restore there may be results whose attempts are lost."""
    attempts = QuizAttempt.objects.filter(user=user, quiz=quiz).aggregate(last=Max("number"))
    results = QuizResult.objects.filter(user=user, content=quiz.item).aggregate(last=Max("attempt"))
    return max(attempts["last"] or 0, results["last"] or 0) + 1


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


def _grade(attempt: QuizAttempt, answers: Sequence[Answer], at: datetime) -> QuizResult:
    """Set the columns of an attempt that was submitted `at` a time, and return its result. Raises
    InvalidAnswer."""
    outcomes = grade(shown_questions(attempt), answers)
    right, total = sum(outcomes.values()), len(outcomes)
    score = 100 * right / total
    passed = 100 * right >= attempt.pass_percentage * total
    attempt.answers = [asdict(one) for one in answers]
    attempt.outcomes = {str(position): found for position, found in outcomes.items()}
    attempt.score, attempt.passed, attempt.submitted_at = score, passed, at
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
        created_at=at,
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
