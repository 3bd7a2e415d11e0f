"""Detects careless responding: straight-lining and answers too fast to be read. Pure; it never
changes a score."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from ai.profiling.bank import Bank
from ongoza_contracts.http.profiling import RecordedAnswer
from ongoza_contracts.vocabulary import AnswerFlag

SAME_PLACE_SHARE = 0.75
"""The share of answers at one position among the options. Random responses to twelve questions
reach it 3 times in 10,000. Always choosing the same track's option does not, because options are
shuffled."""
WORDS_PER_SECOND = 15.0
"""Three to four times the speed of reading with understanding."""
TOO_FAST_SHARE = 1 / 3
"""The share of answers whose time is known."""


@dataclass(frozen=True, slots=True)
class Flagged:
    flag: AnswerFlag
    answers: int
    """How many of the `of` answers show the sign."""
    of: int


def flags(
    bank: Bank, answers: Sequence[RecordedAnswer], started_at: datetime
) -> tuple[Flagged, ...]:
    """The signs of careless responding, in the order of AnswerFlag."""
    found = (_straight_lining(bank, answers), _too_fast(bank, answers, started_at))
    return tuple(one for one in found if one)


def _straight_lining(bank: Bank, answers: Sequence[RecordedAnswer]) -> Flagged | None:
    places = Counter(place for one in answers if (place := _place(bank, one)) is not None)
    given = places.total()
    most = max(places.values(), default=0)
    if given < bank.required or most < SAME_PLACE_SHARE * given:
        return None
    return Flagged(AnswerFlag.STRAIGHT_LINING, most, given)


def _too_fast(
    bank: Bank, answers: Sequence[RecordedAnswer], started_at: datetime
) -> Flagged | None:
    """The time of an answer is what passed since the one before it, or since the session's start.
    A replaced answer has its new time, so the answer after its old place seems slower, not faster.
    """
    known = sorted(
        (one for one in answers if _place(bank, one) is not None), key=lambda one: one.answered_at
    )
    times = [started_at, *(one.answered_at for one in known)]
    fast = 0
    for one, (before, after) in zip(known, pairwise(times), strict=True):
        question = bank.question(one.question_id)
        words = question.words if question else 0
        fast += (after - before).total_seconds() < words / WORDS_PER_SECOND
    if len(known) < bank.required or fast < TOO_FAST_SHARE * len(known):
        return None
    return Flagged(AnswerFlag.TOO_FAST, fast, len(known))


def _place(bank: Bank, answer: RecordedAnswer) -> int | None:
    question = bank.question(answer.question_id)
    option = question.option(answer.option_id) if question else None
    return question.place(option) if question and option else None
