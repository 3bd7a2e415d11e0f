"""Facts about what learners want to achieve."""

from datetime import date
from enum import StrEnum
from uuid import UUID

from pydantic import AwareDatetime

from ongoza_contracts.event import Fact
from ongoza_contracts.vocabulary import UserId


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
    state: GoalState
    target_date: date
    created_at: AwareDatetime
    updated_at: AwareDatetime
