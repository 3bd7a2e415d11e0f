"""Facts about what learners want to achieve, and about their habits."""

from datetime import date
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, Field

from ongoza_contracts.event import Fact, FactPart
from ongoza_contracts.vocabulary import UserId, unit


class GoalState(StrEnum):
    ACTIVE = "active"
    ACHIEVED = "achieved"
    DROPPED = "dropped"


class GoalUpdated(
    Fact,
    type="ongoza.goal.updated.v1",
    key=("goal_id",),
    partition="user_id",
    subjects=("user_id",),
):
    """A learner set or changed a goal. The title is not published."""

    goal_id: UUID
    """A UUID of version 7."""
    user_id: UserId
    """The learner's id in core."""
    state: GoalState
    """Whether the learner still pursues the goal."""
    target_date: date
    """The day by which the learner wants to achieve it."""
    created_at: AwareDatetime
    """When the learner set the goal."""
    updated_at: AwareDatetime
    """When the goal changed last."""


TimesAWeek = Annotated[int, Field(ge=1, le=7, json_schema_extra=unit("days a week"))]
IsoWeekday = Annotated[int, Field(ge=1, le=7)]
"""1 is Monday, 7 is Sunday."""


class HabitSchedule(StrEnum):
    DAILY = "daily"
    TIMES_A_WEEK = "times_a_week"
    """On any days of an ISO week, Monday to Sunday."""
    WEEKDAYS = "weekdays"


class HabitState(StrEnum):
    ACTIVE = "active"
    ARCHIVED = "archived"


class HabitEntryState(StrEnum):
    DONE = "done"
    SKIPPED = "skipped"
    """Not due that day after all: neither breaks nor lengthens a streak."""
    MISSED = "missed"


class HabitPause(FactPart):
    """Days on which nothing is due."""

    first_day: date
    """The learner's first day of the pause."""
    last_day: date | None = None
    """None while the pause lasts."""


class HabitUpdated(
    Fact,
    type="ongoza.habit.updated.v1",
    key=("habit_id",),
    partition="user_id",
    subjects=("user_id",),
):
    """A learner set or changed a habit. The title is not published."""

    habit_id: UUID
    """A UUID of version 7."""
    user_id: UserId
    """The learner's id in core."""
    schedule: HabitSchedule
    """On which days the habit is due."""
    times_a_week: TimesAWeek | None = None
    """For that schedule alone."""
    weekdays: tuple[IsoWeekday, ...] = ()
    """For that schedule alone, in order."""
    starts_on: date
    """The learner's day on which the habit was set."""
    state: HabitState
    """Whether the learner still follows the habit."""
    pauses: tuple[HabitPause, ...] = ()
    """In the order of their first days."""
    created_at: AwareDatetime
    """When the learner set the habit."""
    updated_at: AwareDatetime
    """When the habit changed last."""


class HabitEntryUpdated(
    Fact,
    type="ongoza.habit_entry.updated.v1",
    key=("user_id", "habit_id", "local_date"),
    partition="user_id",
    subjects=("user_id",),
):
    """A learner recorded what became of a habit on a day."""

    user_id: UserId
    """The learner's id in core."""
    habit_id: UUID
    """The habit that the entry is about."""
    local_date: date
    """The learner's day, fixed when it was recorded; a later change of time zone does not move
    it."""
    state: HabitEntryState
    """What became of the habit on that day."""
    created_at: AwareDatetime
    """When the day was recorded first."""
    updated_at: AwareDatetime
    """When the entry changed last."""


class Mood(StrEnum):
    """How a learner felt when writing a reflection."""

    VERY_BAD = "very_bad"
    BAD = "bad"
    NEUTRAL = "neutral"
    GOOD = "good"
    VERY_GOOD = "very_good"


class ReflectionTag(StrEnum):
    """What a reflection is about."""

    CAREER = "career"
    CONFIDENCE = "confidence"
    HEALTH = "health"
    MOTIVATION = "motivation"
    TEAMWORK = "teamwork"
    TIME = "time"
    UNDERSTANDING = "understanding"
