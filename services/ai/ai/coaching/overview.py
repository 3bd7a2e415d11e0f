"""Computes a learner's coaching overview from published facts."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from ongoza_contracts.coaching import (
    GoalState,
    GoalUpdated,
    HabitEntryState,
    HabitEntryUpdated,
    HabitState,
    HabitUpdated,
)
from ongoza_contracts.http.coaching import CoachingOverview, HabitOverview
from ongoza_contracts.streaks import DAY, measures


def overview(
    user_id: int,
    goals: Sequence[GoalUpdated],
    habits: Sequence[HabitUpdated],
    entries: Sequence[HabitEntryUpdated],
    now: datetime,
) -> CoachingOverview:
    """`now` is in UTC."""
    days: defaultdict[UUID, dict[date, HabitEntryState]] = defaultdict(dict)
    for entry in entries:
        days[entry.habit_id][entry.local_date] = entry.state
    counts = Counter(goal.state for goal in goals)
    return CoachingOverview(
        user_id=user_id,
        habits=tuple(
            HabitOverview(
                habit_id=habit.habit_id,
                schedule=habit.schedule,
                **measures(habit, days[habit.habit_id], first_open_day(now))._asdict(),
            )
            for habit in sorted(habits, key=lambda one: str(one.habit_id))
            if habit.state is HabitState.ACTIVE
        ),
        goals={state: counts[state] for state in GoalState},
        as_of=now,
    )


def first_open_day(now: datetime) -> date:
    """The first day that may not be over for the learner, whose time zone and day-start hour ai
    does not know: the latest ends when noon has come in the westernmost zone, UTC-12."""
    return now.date() - DAY
