"""Facts about missions: practical work that is handed in and reviewed."""

from enum import StrEnum
from uuid import UUID

from pydantic import AwareDatetime, Field

from ongoza_contracts.event import Fact
from ongoza_contracts.vocabulary import ID_MAX, ContentId, unit

ATTEMPTS_MAX = 1_000
"""The most attempts that a mission allows where it has a limit."""


class MissionState(StrEnum):
    DRAFT = "draft"
    PUBLISHED = "published"
    RETIRED = "retired"


class MissionType(StrEnum):
    LAB = "lab"
    SCENARIO = "scenario"
    PROJECT = "project"
    CAPSTONE = "capstone"


class LatePolicy(StrEnum):
    """What becomes of work that is handed in after the mission is due."""

    ACCEPT = "accept"
    """It counts in full."""
    DEDUCT = "deduct"
    """It loses a part of its score for each day begun."""
    REFUSE = "refuse"
    """It is not taken."""


class MissionUpdated(
    Fact,
    type="ongoza.mission.updated.v1",
    key=("mission_id",),
    partition="mission_id",
):
    """A mission was drafted, changed, published or retired. Its texts are those of its catalogue
    item; drafts have none on the bus."""

    mission_id: UUID
    """A UUID of version 7."""
    content_id: ContentId | None = None
    """Its item in the catalogue; a draft has one only where it is about an item that exists."""
    state: MissionState
    """Whether learners can begin the mission."""
    mission_type: MissionType
    """What kind of work the mission asks for."""
    difficulty: int = Field(ge=1, le=5)
    """On the scale of the catalogue's levels."""
    max_attempts: int | None = Field(
        default=None, ge=1, le=ATTEMPTS_MAX, json_schema_extra=unit("attempts")
    )
    """How often a learner may hand in; absent is no limit."""
    due_at: AwareDatetime | None = None
    """By when work is to be handed in; absent is no due time."""
    late_policy: LatePolicy
    """What becomes of work that is handed in later."""
    late_grace_minutes: int = Field(default=0, ge=0, le=ID_MAX, json_schema_extra=unit("minutes"))
    """How long after `due_at` work is not late yet."""
    rubric_version: int = Field(ge=0, le=ID_MAX)
    """Counts the versions of its rubric, from 1; 0 while it has none."""
    created_at: AwareDatetime
    """When the mission was drafted."""
    updated_at: AwareDatetime
    """When the mission changed last."""
