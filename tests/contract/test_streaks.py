"""Streaks and strength of habits: what counts, what is left out, and that order never matters."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ongoza_contracts.coaching import HabitEntryState, HabitPause, HabitSchedule
from ongoza_contracts.streaks import Measures, Outcome, is_left_to_do, measures, outcomes

DONE, SKIPPED, MISSED = HabitEntryState
MONDAY = date(2026, 6, 1)
DAY = timedelta(days=1)
SCHEDULES = st.sampled_from(
    [
        (HabitSchedule.DAILY, None, ()),
        (HabitSchedule.TIMES_A_WEEK, 1, ()),
        (HabitSchedule.TIMES_A_WEEK, 3, ()),
        (HabitSchedule.WEEKDAYS, None, (1, 3, 5)),
        (HabitSchedule.WEEKDAYS, None, (7,)),
    ]
)
STATES = st.sampled_from([DONE, SKIPPED, MISSED, None])
HISTORIES = st.lists(STATES, max_size=60)


@dataclass(frozen=True)
class Habit:
    schedule: HabitSchedule = HabitSchedule.DAILY
    times_a_week: int | None = None
    weekdays: Sequence[int] = ()
    starts_on: date = MONDAY
    pauses: Sequence[HabitPause] = ()


def days_of(states: Sequence[HabitEntryState | None]) -> dict[date, HabitEntryState]:
    """By day, from Monday on."""
    return {MONDAY + n * DAY: state for n, state in enumerate(states) if state}


def of_letters(letters: str) -> Mapping[date, HabitEntryState]:
    """d(one), s(kipped), m(issed) or . for each day from Monday on."""
    return days_of([{"d": DONE, "s": SKIPPED, "m": MISSED, ".": None}[one] for one in letters])


def last_day(states: Sequence[object]) -> date:
    return MONDAY + max(len(states) - 1, 0) * DAY


DAILY = Habit()
THREE = Habit(HabitSchedule.TIMES_A_WEEK, 3)
MON_WED = Habit(HabitSchedule.WEEKDAYS, None, (1, 3))


@pytest.mark.parametrize(
    ("habit", "letters", "streak", "best"),
    [
        (DAILY, "", 0, 0),
        (DAILY, "ddd", 3, 3),
        (DAILY, "ddd.", 3, 3),  # today is not over
        (DAILY, "ddd..", 0, 3),
        (DAILY, "dddmd", 1, 3),
        (DAILY, "ddssd", 3, 3),
        (DAILY, "dd.dsd", 2, 2),
        (MON_WED, "d.d....d.", 3, 3),
        (MON_WED, "dddd...d.m.", 0, 3),  # Tuesday and Thursday are not due
        (THREE, "d.d.d..dd.d...d.d.", 2, 2),  # the third week is not over
        (THREE, "d.d.d..dd.....d.d.d", 1, 1),
        (THREE, "d.d.d..dds....d.d.d", 2, 2),  # a skip in a week does not break it
    ],
)
def test_a_streak_counts_due_periods_that_were_done(
    habit: Habit, letters: str, streak: int, best: int
) -> None:
    assert measures(habit, of_letters(letters), last_day(letters))[:2] == (streak, best)


def test_the_first_week_is_left_out_where_it_is_too_short() -> None:
    habit = Habit(HabitSchedule.TIMES_A_WEEK, 5, starts_on=MONDAY + 3 * DAY)
    found = outcomes(habit, of_letters("...dd.."), MONDAY + 7 * DAY)
    assert found == [Outcome.LEFT_OUT, Outcome.OPEN]


def test_days_before_a_habit_began_are_left_out_unless_they_were_done() -> None:
    habit = Habit(starts_on=MONDAY + 4 * DAY)
    found = outcomes(habit, of_letters("d...dd"), MONDAY + 5 * DAY)
    assert found == [Outcome.DONE, *[Outcome.LEFT_OUT] * 3, Outcome.DONE, Outcome.DONE]
    assert measures(habit, of_letters("d...dd"), MONDAY + 5 * DAY).streak == 3


def test_strength_halves_in_thirteen_days_and_ignores_skips() -> None:
    strong = measures(DAILY, of_letters("d" * 13), last_day("d" * 13)).strength
    assert strong == 0.5
    assert measures(DAILY, of_letters("d" * 13 + "s" * 9), last_day("d" * 22)).strength == strong
    missed = measures(DAILY, of_letters("d" * 13), MONDAY + 26 * DAY).strength
    assert missed == 0.25
    one_lapse = measures(DAILY, of_letters("d" * 13), MONDAY + 14 * DAY).strength
    assert strong > one_lapse > 0.47


@given(SCHEDULES, HISTORIES, st.randoms())
def test_entries_in_any_order_give_the_same(
    schedule: tuple[HabitSchedule, int | None, tuple[int, ...]],
    states: list[HabitEntryState | None],
    random: Random,
) -> None:
    habit, days = Habit(*schedule), [*days_of(states).items()]
    expected = measures(habit, dict(days), last_day(states))
    random.shuffle(days)
    assert measures(habit, dict(days), last_day(states)) == expected


def without(states: list[HabitEntryState | None], *dropped: int) -> Measures:
    """Of a daily habit in whose history these days do not exist."""
    rest = [state for number, state in enumerate(states) if number not in dropped]
    return measures(DAILY, days_of(rest), last_day(rest))


@given(st.lists(STATES, min_size=2, max_size=60), st.data())
def test_a_skip_neither_breaks_nor_lengthens(
    states: list[HabitEntryState | None], data: st.DataObject
) -> None:
    skipped = data.draw(st.integers(0, len(states) - 2))  # today is another matter: it is not over
    states[skipped] = SKIPPED
    assert measures(DAILY, days_of(states), last_day(states)) == without(states, skipped)


@given(st.lists(STATES, min_size=2, max_size=60), st.data())
def test_a_pause_neither_breaks_nor_lengthens(
    states: list[HabitEntryState | None], data: st.DataObject
) -> None:
    first = data.draw(st.integers(0, len(states) - 2))
    last = data.draw(st.integers(first, len(states) - 2))
    paused = [n for n in range(first, last + 1) if states[n] is not DONE]
    pause = HabitPause(first_day=MONDAY + first * DAY, last_day=MONDAY + last * DAY)
    found = measures(Habit(pauses=(pause,)), days_of(states), last_day(states))
    assert found == without(states, *paused)


@given(SCHEDULES, HISTORIES, st.data())
def test_neither_a_skip_nor_a_pause_makes_a_period_that_was_done_undone(
    schedule: tuple[HabitSchedule, int | None, tuple[int, ...]],
    states: list[HabitEntryState | None],
    data: st.DataObject,
) -> None:
    habit, today = Habit(*schedule), last_day(states)
    before = outcomes(habit, days_of(states), today)
    changed = [data.draw(st.sampled_from([one, one or SKIPPED])) for one in states]
    first = data.draw(st.integers(0, 60))
    pause = HabitPause(first_day=MONDAY + first * DAY)
    after = outcomes(Habit(*schedule, pauses=(pause,)), days_of(changed), today)
    assert len(after) == len(before)
    for one, other in zip(before, after, strict=True):
        assert other in {one, Outcome.LEFT_OUT}
        assert (one is Outcome.DONE) == (other is Outcome.DONE)


@given(SCHEDULES, HISTORIES)
def test_measures_are_within_their_bounds(
    schedule: tuple[HabitSchedule, int | None, tuple[int, ...]],
    states: list[HabitEntryState | None],
) -> None:
    found = measures(Habit(*schedule), days_of(states), last_day(states))
    assert 0 <= found.streak <= found.best_streak <= len(states)
    assert 0 <= found.strength < 1


@pytest.mark.parametrize(
    ("habit", "letters", "left"),
    [
        (DAILY, "d.", True),
        (DAILY, "dd", False),
        (DAILY, "ds", False),
        (MON_WED, "d.", False),
        (MON_WED, "d..", True),
        (THREE, "dd.", True),
        (THREE, "ddd.", False),
        (Habit(pauses=(HabitPause(first_day=MONDAY),)), ".", False),
    ],
)
def test_what_is_left_to_do_today(habit: Habit, letters: str, left: bool) -> None:
    assert is_left_to_do(habit, of_letters(letters), last_day(letters)) is left
