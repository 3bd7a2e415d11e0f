"""Streaks and strength of habits: functions of a habit and its recorded days, for both services.

A period is a day on which the habit is due or, with a number of times a week, an ISO week. A day
that was done counts in any case. A period that was not done is left out where a day of it was
skipped or paused, or comes before the habit began and has no record: it neither breaks nor
lengthens a streak.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from enum import Enum
from math import sqrt
from typing import NamedTuple, Protocol

from ongoza_contracts.coaching import HabitEntryState, HabitPause, HabitSchedule

DAY = timedelta(days=1)
WEEK_DAYS = 7
HALF_LIFE = 13
"""After so many days that were not done, a daily habit has half its strength."""

Days = Mapping[date, HabitEntryState]


class Habit(Protocol):
    """The attributes of `HabitUpdated` that decide when the habit is due."""

    @property
    def schedule(self) -> HabitSchedule: ...
    @property
    def times_a_week(self) -> int | None: ...
    @property
    def weekdays(self) -> Sequence[int]: ...
    @property
    def starts_on(self) -> date: ...
    @property
    def pauses(self) -> Sequence[HabitPause]: ...


class Outcome(Enum):
    DONE = "done"
    MISSED = "missed"
    LEFT_OUT = "left_out"
    OPEN = "open"
    """Not done, and not over yet."""


class Measures(NamedTuple):
    streak: int
    """The last periods that were done one after the other."""
    best_streak: int
    strength: float
    """From 0 to 1: it rises with each period done, and one that was missed lowers it a little."""


def measures(habit: Habit, days: Days, today: date) -> Measures:
    """`today` is the first day that is not over for the learner."""
    found = outcomes(habit, days, today)
    streak, best = _streaks(found)
    return Measures(streak, best, _strength(habit, found))


def outcomes(habit: Habit, days: Days, today: date) -> list[Outcome]:
    """One for each period, the oldest first."""
    first, end = min([habit.starts_on, *days]), max([today, *days])
    if habit.schedule is HabitSchedule.TIMES_A_WEEK:
        return [
            _week_outcome(habit, days, monday, today)
            for monday in _each(_monday(first), end, WEEK_DAYS * DAY)
        ]
    due = (day for day in _each(first, end, DAY) if is_due(habit, day))
    return [_outcome(habit, days, (day,), needed=1, today=today) for day in due]


def is_due(habit: Habit, day: date) -> bool:
    """Whether the schedule names the day; pauses are not looked at."""
    return habit.schedule is not HabitSchedule.WEEKDAYS or day.isoweekday() in habit.weekdays


def is_left_to_do(habit: Habit, days: Days, today: date) -> bool:
    """Whether something is due today, and nothing is recorded of today."""
    if today in days or not is_due(habit, today) or is_paused(habit, today):
        return False
    if habit.schedule is not HabitSchedule.TIMES_A_WEEK:
        return True
    week = _week_outcome(habit, days, _monday(today), today)
    return week is not Outcome.DONE


def is_paused(habit: Habit, day: date) -> bool:
    return any(
        one.first_day <= day and (one.last_day is None or day <= one.last_day)
        for one in habit.pauses
    )


def frequency(habit: Habit) -> float:
    """The periods of a day: 1 for a daily habit."""
    if habit.schedule is HabitSchedule.TIMES_A_WEEK:
        return (habit.times_a_week or 1) / WEEK_DAYS
    if habit.schedule is HabitSchedule.WEEKDAYS:
        return len(habit.weekdays) / WEEK_DAYS
    return 1.0


def _week_outcome(habit: Habit, days: Days, monday: date, today: date) -> Outcome:
    week = tuple(monday + number * DAY for number in range(WEEK_DAYS))
    needed = habit.times_a_week or 1
    return _outcome(habit, days, week, needed=needed, today=today)


def _outcome(
    habit: Habit, days: Days, period: Sequence[date], *, needed: int, today: date
) -> Outcome:
    states = Counter(days.get(day) for day in period)
    if states[HabitEntryState.DONE] >= needed:
        return Outcome.DONE
    if states[HabitEntryState.SKIPPED] or any(
        is_paused(habit, day) or (day < habit.starts_on and day not in days) for day in period
    ):
        return Outcome.LEFT_OUT
    return Outcome.OPEN if period[-1] >= today else Outcome.MISSED


def _streaks(found: Sequence[Outcome]) -> tuple[int, int]:
    """The present streak and the best one."""
    streak = best = 0
    for outcome in found:
        if outcome is Outcome.DONE:
            streak += 1
            best = max(best, streak)
        elif outcome is Outcome.MISSED:
            streak = 0
    return streak, best


def _strength(habit: Habit, found: Sequence[Outcome]) -> float:
    """Exponential smoothing by day; a period stands for the days from one to the next."""
    per_day = frequency(habit)
    is_weekly = habit.schedule is HabitSchedule.TIMES_A_WEEK
    kept = 0.5 ** (sqrt(per_day) / HALF_LIFE * (WEEK_DAYS if is_weekly else 1 / per_day))
    strength = 0.0
    for outcome in found:
        if outcome is Outcome.DONE:
            strength = strength * kept + 1 - kept
        elif outcome is Outcome.MISSED:
            strength *= kept
    return round(strength, 4)


def _monday(day: date) -> date:
    return day - (day.isoweekday() - 1) * DAY


def _each(first: date, last: date, step: timedelta) -> Iterator[date]:
    while first <= last:
        yield first
        first += step
