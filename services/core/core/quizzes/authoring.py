"""Everything that changes quizzes and their questions."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction

from core.kit import clock
from core.kit.errors import Conflict, DomainError
from core.kit.etags import IfMatch
from core.kit.limits import lock_parent
from core.programs.models import ContentItem
from core.programs.services import Retired, follow_quiz
from core.quizzes.models import Question, Quiz
from ongoza_contracts.vocabulary import ContentType

QuestionFields = Mapping[str, Any]
"""The columns of a question but its place."""


class QuizExists(Conflict):
    code = "quiz_exists"


class NotQuizzed(DomainError):
    code = "not_quizzed"
    detail = "Modules and courses have quizzes; a mission has a review."


class TooFewQuestions(DomainError):
    code = "too_few_questions"
    detail = "question_count is more than the quiz has questions."


def publish_quiz(*, content_id: str, questions: Sequence[QuestionFields], **policy: Any) -> Quiz:
    """Give a module or course its quiz: from then on it is completed by passing it.

    `policy` may hold pass_percentage, max_attempts, wait_minutes and question_count. Raises
    NotFound, Retired, NotQuizzed, QuizExists, TooFewQuestions and Busy.
    """
    with lock_parent(ContentItem.objects.filter(content_id=content_id)) as item:
        if item.retired:
            raise Retired
        if item.content_type == ContentType.MISSION:
            raise NotQuizzed
        if existing := Quiz.objects.filter(item=item).first():
            raise QuizExists(f"The item has the quiz {existing.pk}.")
        quiz = Quiz(item=item, **policy)
        _require_enough(quiz, len(questions))
        quiz.save()
        _add_questions(quiz, questions)
        follow_quiz(item_id=item.pk, has_quiz=True)
        return quiz


def update_quiz(
    *,
    quiz_id: int,
    questions: Sequence[QuestionFields] | None = None,
    if_match: IfMatch | None = None,
    **policy: Any,
) -> Quiz:
    """Change how attempts that start from now on are drawn, passed and limited; `questions` are
    the next version of those they draw from. Open attempts keep theirs.

    Raises NotFound, PreconditionFailed, TooFewQuestions and Busy.
    """
    with lock_parent(Quiz.objects.filter(pk=quiz_id)) as quiz:
        if if_match:
            if_match.require(quiz)
        for name, value in policy.items():
            setattr(quiz, name, value)
        if questions is None:
            _require_enough(quiz, quiz.questions.filter(version=quiz.version).count())
        else:
            _require_enough(quiz, len(questions))
            quiz.version += 1
            _add_questions(quiz, questions)
        quiz.changed_at = clock.now()
        quiz.save()
        return quiz


@transaction.atomic
def retire_quiz(*, quiz_id: int) -> Quiz:
    """Offer a quiz no more: its item is completed by self-reports again. Open attempts may be
    submitted. No-op if it is retired. Raises NotFound and Busy."""
    return _set_retired(quiz_id, retired=True)


@transaction.atomic
def restore_quiz(*, quiz_id: int) -> Quiz:
    """No-op if the quiz is not retired. Raises NotFound and Busy."""
    return _set_retired(quiz_id, retired=False)


def _set_retired(quiz_id: int, *, retired: bool) -> Quiz:
    """The item is locked before its quiz, as in `publish_quiz`."""
    with (
        lock_parent(ContentItem.objects.filter(quiz=quiz_id)) as item,
        lock_parent(Quiz.objects.filter(pk=quiz_id)) as quiz,
    ):
        if quiz.retired != retired:
            quiz.retired, quiz.changed_at = retired, clock.now()
            quiz.save()
            follow_quiz(item_id=item.pk, has_quiz=not retired)
        return quiz


def _require_enough(quiz: Quiz, count: int) -> None:
    if (quiz.question_count or 0) > count:
        raise TooFewQuestions


def _add_questions(quiz: Quiz, questions: Sequence[QuestionFields]) -> None:
    Question.objects.bulk_create(
        Question(quiz=quiz, version=quiz.version, position=position, **fields)
        for position, fields in enumerate(questions, start=1)
    )
