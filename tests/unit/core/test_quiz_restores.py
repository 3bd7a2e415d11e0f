"""Attempts of a database that was restored, and those that outlive their attempt at the item."""

import pytest

from core.progress.models import Progress
from core.progress.services import record_progress
from core.progress.services import start_attempt as take_again
from core.quizzes.models import QuizAttempt, QuizResult
from core.quizzes.services import AlreadySubmitted, start_attempt, submit_attempt
from core.users.models import User
from ongoza_contracts.vocabulary import ContentType, ProgressStatus, Role
from tests.unit.core.progress_reports import learner
from tests.unit.core.quiz_rows import answers, quiz
from tests.unit.core.world import appended, forget_appended, person

__all__ = ["learner"]
pytestmark = pytest.mark.django_db


def submit(learner: User, attempt: QuizAttempt, wrong: int = 0) -> QuizAttempt:
    return submit_attempt(
        user=learner,
        quiz_id=attempt.quiz_id,
        attempt_id=attempt.pk,
        answers=answers(attempt, wrong),
    )


def test_an_attempt_that_a_backup_has_as_open_is_not_submitted_again(learner: User) -> None:
    attempt = submit(learner, start_attempt(user=learner, quiz_id=quiz().pk), wrong=4)
    result = QuizResult.objects.get()
    QuizAttempt.objects.update(submitted_at=None, score=None, passed=None)
    forget_appended()
    with pytest.raises(AlreadySubmitted):
        submit(learner, attempt)
    assert (appended(), QuizResult.objects.get().score) == ([], result.score)
    again = start_attempt(user=learner, quiz_id=attempt.quiz_id)
    attempt.refresh_from_db()
    assert (attempt.submitted_at, attempt.score, attempt.passed) == (result.created_at, 0, False)
    assert again.number == 2


def test_a_lost_attempt_leaves_its_number_to_its_result(learner: User) -> None:
    lost = submit(learner, start_attempt(user=learner, quiz_id=quiz().pk), wrong=4)
    lost.delete()
    assert start_attempt(user=learner, quiz_id=lost.quiz_id).number == 2


def test_an_attempt_completes_no_later_attempt_at_the_item(learner: User) -> None:
    attempt = start_attempt(user=learner, quiz_id=quiz().pk)
    record_progress(
        caller=person("ada", Role.ADMIN),
        user_id=learner.pk,
        content_id="module-1",
        content_type=ContentType.MODULE,
        status=ProgressStatus.COMPLETED,
    )
    progress = Progress.objects.get(content__content_id="module-1")
    take_again(user=learner, progress_id=progress.pk)
    assert submit(learner, attempt).passed
    progress.refresh_from_db()
    assert progress.status != ProgressStatus.COMPLETED
    assert submit(learner, start_attempt(user=learner, quiz_id=attempt.quiz_id)).passed
    progress.refresh_from_db()
    assert progress.status == ProgressStatus.COMPLETED
