"""Reads of quizzes, and of attempts within the caller's reach."""

from uuid import UUID

from django.db.models import QuerySet

from core.access.selectors import reaches
from core.kit.errors import NotFound
from core.quizzes.grading import ShownQuestion, drawn_questions
from core.quizzes.models import Question, Quiz, QuizAttempt
from core.users.models import User
from ongoza_contracts.access import Permission


def offered_quizzes() -> QuerySet[Quiz]:
    rows = Quiz.objects.filter(retired=False, item__retired=False)
    return rows.select_related("item")


def quiz(quiz_id: int) -> Quiz:
    """Retired or not. Raises NotFound."""
    found = Quiz.objects.select_related("item").filter(pk=quiz_id).first()
    if found is None:
        raise NotFound
    return found


def attempts_of(caller: User, user_id: int, quiz_id: int) -> QuerySet[QuizAttempt]:
    """A learner's attempts at a quiz, oldest first. Raises NotFound for a learner out of reach."""
    if not reaches(caller, Permission.LEARNER_READ, user_id):
        raise NotFound
    return QuizAttempt.objects.filter(user_id=user_id, quiz=quiz(quiz_id))


def own_attempt(caller: User, quiz_id: int, attempt_id: UUID) -> QuizAttempt:
    """Raises NotFound, also for an attempt of somebody else, whoever asks."""
    rows = QuizAttempt.objects.filter(user=caller, quiz=quiz_id, pk=attempt_id)
    if (found := rows.first()) is None:
        raise NotFound
    return found


def questions_of(quiz_id: int, version: int) -> list[Question]:
    """In the order of their positions."""
    return [*Question.objects.filter(quiz=quiz_id, version=version).order_by("position")]


def shown_questions(attempt: QuizAttempt) -> list[ShownQuestion]:
    """The questions of an attempt as its learner sees them."""
    questions = questions_of(attempt.quiz_id, attempt.version)
    seed = bytes(attempt.seed)
    return drawn_questions(questions, seed, attempt.version, attempt.question_count)
