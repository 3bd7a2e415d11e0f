"""A learner's coaching in numbers: as core answers ai, and as ai answers the learner."""

from uuid import UUID

from pydantic import AwareDatetime, Field

from ongoza_contracts.coaching import GoalState, HabitSchedule, ReflectionTag
from ongoza_contracts.http.base import Response
from ongoza_contracts.vocabulary import UserId


class HabitOverview(Response):
    habit_id: UUID
    schedule: HabitSchedule
    streak: int = Field(ge=0)
    """Due days, or weeks with a number of times a week, that were done one after the other."""
    best_streak: int = Field(ge=0)
    strength: float = Field(ge=0, le=1)
    """It rises with each day done; one that was missed lowers it a little."""


class CoachingOverview(Response):
    user_id: UserId
    habits: tuple[HabitOverview, ...]
    """The active ones, oldest first."""
    goals: dict[GoalState, int]
    """How many there are in each state."""
    tags: tuple[ReflectionTag, ...] | None = None
    """Of the reflections of the last 30 days, the most frequent first. Left out where core was not
    asked: reflections are not published."""
    as_of: AwareDatetime
