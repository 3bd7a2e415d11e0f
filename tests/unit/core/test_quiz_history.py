"""Attempts that are brought in from elsewhere: graded, and published with the time of each."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from core.outbox.models import OutboxEvent
from core.progress.models import Progress
from core.progress.services import Step, import_history
from core.quizzes.grading import Answer, InvalidAnswer
from core.quizzes.models import QuizAttempt, QuizResult
from core.quizzes.services import import_attempts
from core.users.models import User
from ongoza_contracts.vocabulary import ProgressSource, ProgressStatus
from tests.unit.core.quiz_rows import AT, past_attempt, quiz
from tests.unit.core.world import appended, forget_appended, person

pytestmark = pytest.mark.django_db
LATER = AT + timedelta(days=1)


@pytest.fixture
def amina() -> User:
    return person("amina")


def test_past_attempts_are_graded_and_published_with_their_times(amina: User) -> None:
    found = quiz()
    forget_appended()
    rows = import_attempts(
        user=amina, attempts=[past_attempt(found, wrong=2), past_attempt(found, at=LATER)]
    )
    assert [(one.number, one.score, one.passed) for one in rows] == [(1, 50, False), (2, 100, True)]
    stored = QuizAttempt.objects.order_by("number")
    assert [(one.pk, one.submitted_at) for one in stored] == [
        *((rows[0].pk, AT), (rows[1].pk, LATER)),
    ]
    results = QuizResult.objects.order_by("attempt")
    assert [(one.pk, one.right, one.created_at) for one in results] == [
        *((rows[0].pk, 2, AT), (rows[1].pk, 4, LATER)),
    ]
    facts = OutboxEvent.objects.filter(topic="ongoza.quiz-results").order_by("pk")
    assert [datetime.fromisoformat(one.time) for one in facts] == [AT, LATER]
    assert not Progress.objects.exists()


def test_a_passed_attempt_completes_its_item_in_the_history_of_progress(amina: User) -> None:
    found = quiz()
    (attempt,) = import_attempts(user=amina, attempts=[past_attempt(found)])
    completion = Step(
        content_id=found.item.content_id,
        status=ProgressStatus.COMPLETED,
        completion_percentage=100,
        score=attempt.score,
        at=AT,
        source=ProgressSource.CHECK,
    )
    begun = replace(
        completion,
        status=ProgressStatus.IN_PROGRESS,
        completion_percentage=0,
        score=None,
        at=attempt.started_at,
        source=ProgressSource.SELF,
    )
    import_history(user=amina, steps=[begun, completion])
    progress = Progress.objects.get()
    assert (progress.completion_source, progress.best_score) == ("check", 100)
    assert (progress.completed_at, progress.attested_at) == (AT, AT)


def test_answers_that_do_not_fit_bring_in_nothing(amina: User) -> None:
    past = past_attempt(quiz())
    forget_appended()
    with pytest.raises(InvalidAnswer):
        import_attempts(user=amina, attempts=[past, replace(past, answers=[Answer(9, text="x")])])
    assert (QuizAttempt.objects.count(), appended()) == (0, [])


def test_attempts_are_brought_in_once(amina: User) -> None:
    past = past_attempt(quiz())
    import_attempts(user=amina, attempts=[past])
    forget_appended()
    with pytest.raises(IntegrityError), transaction.atomic():
        import_attempts(user=amina, attempts=[past])
    assert (QuizAttempt.objects.count(), appended()) == (1, [])
