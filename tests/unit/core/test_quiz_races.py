"""Two processes that take one quiz at random exceed no maximum and open no second attempt."""

import random
from collections import Counter

import pytest

from core.outbox.models import FactHistory
from core.progress.models import Progress
from core.progress.services import start_attempt as take_again
from core.quizzes.authoring import update_quiz
from core.quizzes.models import QuizAttempt, QuizResult
from core.quizzes.services import start_attempt, submit_attempt
from core.users.models import User
from tests.random_cases import CASES
from tests.unit.core.quiz_rows import QUESTIONS, answers, columns, quiz
from tests.unit.core.two_processes import outcomes, run_in_two
from tests.unit.core.world import person

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow, pytest.mark.random]

OPERATIONS, LEARNERS, MAX_ATTEMPTS = 200 * CASES, 8, 2


class Operations:
    """Random requests of a few learners about one quiz."""

    def __init__(self, quiz_id: int, seed: int) -> None:
        self.random = random.Random(seed)  # noqa: S311  (repeatable)
        self.quiz_id = quiz_id
        self.learners = [*User.objects.filter(email__startswith="learner-").order_by("pk")]

    def run(self) -> Counter[str]:
        kinds = [self.start] * 5 + [self.submit] * 5 + [self.take_again, self.publish]
        return outcomes(self.random.choice(kinds) for _ in range(OPERATIONS))

    def start(self) -> None:
        start_attempt(user=self.random.choice(self.learners), quiz_id=self.quiz_id)

    def submit(self) -> None:
        attempt = QuizAttempt.objects.filter(submitted_at=None).order_by("?").first()
        if attempt:
            wrong = self.random.choice((0, 0, 4))
            submit_attempt(
                user=attempt.user,
                quiz_id=self.quiz_id,
                attempt_id=attempt.pk,
                answers=answers(attempt, wrong),
            )

    def take_again(self) -> None:
        progress = Progress.objects.order_by("?").first()
        if progress:
            take_again(user=progress.user, progress_id=progress.pk)

    def publish(self) -> None:
        update_quiz(quiz_id=self.quiz_id, questions=[*map(columns, QUESTIONS)])


def run(quiz_id: int, seed: int) -> Counter[str]:
    return Operations(quiz_id, seed).run()


def test_two_processes_exceed_no_maximum_and_open_no_second_attempt() -> None:
    row = quiz(max_attempts=MAX_ATTEMPTS)
    for number in range(LEARNERS):
        person(f"learner-{number}")

    found = run_in_two(run, row.pk)

    assert min(found[name] for name in ("start", "submit", "take_again", "publish")) > 5, found
    assert min(found["attempt_open"], found["no_attempts_left"]) > 2, found
    taken = Counter(QuizAttempt.objects.values_list("user_id", "progress_attempt"))
    assert max(taken.values()) == MAX_ATTEMPTS
    unfinished = Counter(QuizAttempt.objects.filter(submitted_at=None).values_list("user_id"))
    assert max(unfinished.values(), default=0) <= 1
    submitted = QuizAttempt.objects.exclude(submitted_at=None)
    assert {*submitted.values_list("pk", "score")} == {
        *QuizResult.objects.values_list("pk", "score")
    }
    facts = FactHistory.objects.filter(type__contains="quiz_result")
    assert facts.count() == submitted.count() <= found["submit"]
    for learner in User.objects.filter(email__startswith="learner-"):
        attempts = QuizAttempt.objects.filter(user=learner)
        numbers = [*attempts.order_by("number").values_list("number", flat=True)]
        assert numbers == [*range(1, len(numbers) + 1)]
        check_completions(learner)


def check_completions(learner: User) -> None:
    """Whether the learner completed the item exactly where an attempt passed."""
    progress = Progress.objects.filter(user=learner).first()
    if progress is None:
        return
    passed = QuizAttempt.objects.filter(user=learner, passed=True)
    in_this = passed.filter(progress_attempt=progress.attempt)
    assert (progress.status == "completed") == in_this.exists()
    assert passed.count() == progress.attempts.count() + in_this.count()
