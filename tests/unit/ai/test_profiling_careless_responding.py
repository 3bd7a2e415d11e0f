"""What stands out in how answers were given."""

from datetime import UTC, datetime, timedelta

from ai.profiling.bank import Question, bank
from ai.profiling.careless_responding import WORDS_PER_SECOND, Flagged, flags
from ongoza_contracts.http.profiling import RecordedAnswer
from ongoza_contracts.vocabulary import AnswerFlag, Track

BANK = bank()
START = datetime(2026, 11, 20, 8, tzinfo=UTC)


def given(options: list[str], seconds: list[float]) -> list[RecordedAnswer]:
    """Answers to the first questions, each so many seconds after the one before."""
    found, at = [], START
    for question, option, passed in zip(BANK.questions, options, seconds, strict=False):
        at += timedelta(seconds=passed)
        found.append(RecordedAnswer(question_id=question.id, option_id=option, answered_at=at))
    return found


def read(question: Question) -> float:
    return question.words / WORDS_PER_SECOND


VARIED = list("abcdeabcdeab")
SLOW = [60.0] * 12


def test_answers_that_vary_and_take_their_time_are_not_flagged() -> None:
    assert flags(BANK, given(VARIED, SLOW), START) == ()


def test_nine_of_twelve_answers_at_one_place_are_a_straight_line_and_eight_are_not() -> None:
    nine = given([*"ccccccccc", *"abd"], SLOW)
    eight = given([*"cccccccc", *"abde"], SLOW)
    assert flags(BANK, nine, START) == (Flagged(AnswerFlag.STRAIGHT_LINING, 9, 12),)
    assert flags(BANK, eight, START) == ()


def test_who_always_takes_one_tracks_option_draws_no_straight_line() -> None:
    for track in Track:
        best = [max(q.options, key=lambda o: o.load(track)).id for q in BANK.questions[:12]]
        assert flags(BANK, given(best, SLOW), START) == ()


def test_a_third_of_the_answers_faster_than_reading_are_too_fast_and_less_are_not() -> None:
    times = [read(question) for question in BANK.questions[:12]]
    four = [time - 0.1 if place < 4 else time + 0.1 for place, time in enumerate(times)]
    three = [time - 0.1 if place < 3 else time + 0.1 for place, time in enumerate(times)]
    assert flags(BANK, given(VARIED, four), START) == (Flagged(AnswerFlag.TOO_FAST, 4, 12),)
    assert flags(BANK, given(VARIED, three), START) == ()


def test_both_may_stand_out_at_once() -> None:
    found = flags(BANK, given(["a"] * 12, [0.5] * 12), START)
    assert [one.flag for one in found] == [AnswerFlag.STRAIGHT_LINING, AnswerFlag.TOO_FAST]


def test_of_fewer_answers_than_a_result_needs_nothing_is_said() -> None:
    assert flags(BANK, given(["a"] * 11, [0.5] * 11), START) == ()
    assert flags(BANK, [], START) == ()


def test_answers_that_are_not_of_the_bank_play_no_part() -> None:
    odd = RecordedAnswer(question_id="no-such", option_id="a", answered_at=START)
    assert flags(BANK, [odd, *given(VARIED, SLOW)], START) == ()
