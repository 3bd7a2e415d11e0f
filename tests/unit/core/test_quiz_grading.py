"""Which answers are right, and what is shown of a question."""

from typing import Any

import pytest

from core.quizzes.grading import (
    Answer,
    InvalidAnswer,
    ShownQuestion,
    drawn_questions,
    grade,
    shown_order,
)
from core.quizzes.models import Question
from tests.unit.core.quiz_rows import MULTIPLE, ORDER, QUESTIONS, SINGLE, TEXT, columns

SEED = bytes(16)
REVERSED = {3: (3, 2, 1), 4: (4, 3, 2, 1), 0: ()}


def shown(fields: dict[str, Any]) -> ShownQuestion:
    """As the second question, with its options in reverse order."""
    question = Question(position=7, **columns(fields))
    return ShownQuestion(2, question, REVERSED[len(question.options)])


def choose(*choices: int) -> Answer:
    return Answer(2, choices=choices)


def write(text: str) -> Answer:
    return Answer(2, text=text)


@pytest.mark.parametrize(
    ("fields", "answer", "right"),
    [
        (SINGLE, choose(2), True),
        (SINGLE, choose(1), False),
        (MULTIPLE, choose(4, 2), True),
        (MULTIPLE, choose(2, 4), True),
        (MULTIPLE, choose(4), False),
        (MULTIPLE, choose(1, 2, 3, 4), False),
        (MULTIPLE, choose(), False),
        (ORDER, choose(3, 2, 1), True),
        (ORDER, choose(1, 2, 3), False),
        (TEXT, write("nmap"), True),
        (TEXT, write("  NMAP "), True),
        (TEXT, write("network   mapper"), True),
        (TEXT, write("\uff4emap"), True),  # a full-width letter
        (TEXT, write("nmap2"), False),
    ],
    ids=lambda value: str(value)[:60] if isinstance(value, (Answer, bool)) else value["kind"],
)
def test_an_answer_is_right_if_it_is_the_key(
    fields: dict[str, Any], answer: Answer, right: bool
) -> None:
    assert grade([shown(fields)], [answer]) == {7: right}


@pytest.mark.parametrize(
    ("fields", "answer"),
    [
        (SINGLE, choose()),
        (SINGLE, choose(1, 2)),
        (SINGLE, choose(4)),
        (SINGLE, choose(0)),
        (SINGLE, write("443")),
        (SINGLE, Answer(2)),
        (SINGLE, Answer(2, choices=(1,), text="443")),
        (MULTIPLE, choose(1, 1)),
        (MULTIPLE, choose(5)),
        (MULTIPLE, write("AES")),
        (ORDER, choose(1, 2)),
        (ORDER, choose(1, 2, 2)),
        (ORDER, write("SYN")),
        (TEXT, choose(1)),
        (TEXT, Answer(2)),
        (TEXT, Answer(2, choices=(), text="nmap")),
        (TEXT, Answer(1, text="nmap")),
    ],
    ids=lambda value: str(value)[:60] if isinstance(value, Answer) else value["kind"],
)
def test_an_answer_that_does_not_fit_its_question_is_refused(
    fields: dict[str, Any], answer: Answer
) -> None:
    with pytest.raises(InvalidAnswer):
        grade([shown(fields)], [answer])


def test_a_question_is_answered_once_and_wrong_without_an_answer() -> None:
    assert grade([shown(TEXT)], []) == {7: False}
    with pytest.raises(InvalidAnswer):
        grade([shown(TEXT)], [write("nmap"), write("nmap")])


def test_the_same_seed_shows_the_same_and_another_one_something_else() -> None:
    orders = {shown_order(bytes([n] * 16), 1, "options-1", 5) for n in range(50)}
    assert len(orders) > 25
    assert {tuple(sorted(order)) for order in orders} == {(1, 2, 3, 4, 5)}
    assert shown_order(SEED, 1, "options-1", 5) == shown_order(SEED, 1, "options-1", 5)
    assert len({shown_order(SEED, version, "options-1", 9) for version in range(9)}) == 9
    assert len({shown_order(SEED, 1, f"options-{place}", 9) for place in range(9)}) == 9


def test_an_attempt_draws_so_many_different_questions() -> None:
    bank = [Question(position=n, **columns(SINGLE)) for n in range(1, 11)]
    drawn = [drawn_questions(bank, bytes([n] * 16), 1, 4) for n in range(50)]
    assert {tuple(one.number for one in shown) for shown in drawn} == {(1, 2, 3, 4)}
    positions = [tuple(one.question.position for one in shown) for shown in drawn]
    assert all(len({*found}) == 4 for found in positions)
    assert {one for found in positions for one in found} == {*range(1, 11)}
    assert len(QUESTIONS) == 4
