"""What authors learn of each question: difficulty and discrimination from first attempts."""

from statistics import correlation
from typing import Any

import pytest

from core.quizzes.models import Quiz, QuizAttempt
from core.quizzes.services import start_attempt
from core.quizzes.statistics import ATTEMPTS_MIN, discrimination
from ongoza_contracts.vocabulary import Role
from tests.unit.core.quiz_rows import attempted, quiz
from tests.unit.core.world import person, signed_in

pytestmark = pytest.mark.django_db

RIGHT, WRONG = True, False


def first_attempts(row: Quiz, outcomes: list[dict[int, bool]]) -> None:
    """Of one learner each, past the services."""
    for number, found in enumerate(outcomes):
        attempt = attempted(person(f"learner-{number}"), row.pk, wrong=4)
        texts = {str(position): right for position, right in found.items()}
        QuizAttempt.objects.filter(pk=attempt.pk).update(outcomes=texts)


def statistics(row: Quiz, query: str = "") -> list[Any]:
    admin = signed_in(person("ada", Role.ADMIN))
    status, found = admin.get(f"quizzes/{row.pk}/statistics/{query}")
    assert status == 200, found
    questions: list[Any] = found["questions"]
    return questions


def test_below_thirty_answers_there_is_not_enough_data() -> None:
    row = quiz()
    first_attempts(row, [{1: RIGHT, 2: WRONG}] * (ATTEMPTS_MIN - 1))
    found = statistics(row)
    assert [one["attempts"] for one in found] == [29, 29, 0, 0]
    for one in found:
        values = (one["has_enough_attempts"], one["difficulty"], one["discrimination"])
        assert values == (False, None, None)


def test_difficulty_is_the_share_of_right_answers_and_discrimination_the_rest_correlation() -> None:
    """Those who know question 2 know question 1; question 3 is known by chance."""
    row = quiz()
    outcomes = [{1: n % 2 == 0, 2: n % 2 == 0, 3: n % 3 == 0, 4: RIGHT} for n in range(30)]
    first_attempts(row, outcomes)
    found = statistics(row)
    assert [one["difficulty"] for one in found] == pytest.approx([0.5, 0.5, 1 / 3, 1.0])
    rest = [(one[2] + one[3] + one[4]) / 3 for one in outcomes]
    expected = correlation([float(one[1]) for one in outcomes], rest)
    assert found[0]["discrimination"] == pytest.approx(expected)
    assert found[0]["discrimination"] > 0.5
    assert abs(found[2]["discrimination"]) < 0.1
    assert found[3]["discrimination"] is None
    assert {one["has_enough_attempts"] for one in found} == {True}


def test_a_perfect_question_discriminates_by_one_and_a_reversed_one_by_minus_one() -> None:
    outcomes = [{1: n > 9, 2: n > 9, 3: n <= 9} for n in range(20)]
    pairs = [{position: one[position] for position in (1, 2)} for one in outcomes]
    assert discrimination(1, pairs) == pytest.approx(1)
    reversed_pairs = [{position: one[position] for position in (1, 3)} for one in outcomes]
    assert discrimination(3, reversed_pairs) == pytest.approx(-1)
    assert discrimination(1, [{1: RIGHT}, {1: WRONG}]) is None


def test_equal_rest_scores_give_no_correlation() -> None:
    rest = dict.fromkeys(range(2, 11), True) | {11: False}
    attempts = [{1: number % 2 == 0, **rest} for number in range(36)]
    assert discrimination(1, attempts) is None


def test_later_and_open_attempts_and_other_versions_do_not_count() -> None:
    row = quiz()
    learner = person("learner")
    attempted(learner, row.pk, wrong=4)
    attempted(learner, row.pk, wrong=3)
    start_attempt(user=person("open"), quiz_id=row.pk)
    assert [one["attempts"] for one in statistics(row)] == [1, 1, 1, 1]
    admin = signed_in(person("dora", Role.ADMIN))
    assert admin.get(f"quizzes/{row.pk}/statistics/?version=2")[1]["questions"] == []
    assert admin.get(f"quizzes/{row.pk}/statistics/?version=0")[0] == 400
