"""What ai says about missions and a learner."""

from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from ongoza_contracts.http.base import Response
from ongoza_contracts.http.curriculum import CurriculumState, MissingPart, ShowingItem, SkillGap
from ongoza_contracts.http.recommendations import (
    LIMIT_DEFAULT,
    LIMIT_MAX,
    EmptyReason,
    Recommendation,
)
from ongoza_contracts.http.search import MissionOffer
from ongoza_contracts.http.strict_text import QueryUserId, WholeNumber
from ongoza_contracts.vocabulary import ContentId, UserId

_UUID = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
MissionKey = Annotated[
    str, StringConstraints(pattern=rf"^({_UUID}|mission-[0-9]{{1,9}}(-[0-9]{{1,9}})?)$")
]
"""The id of a mission, or that of its item in the catalogue."""


class MissionsQuery(BaseModel):
    """The query parameters; one that is not known is refused, not ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    user_id: QueryUserId | None = None
    limit: WholeNumber = Field(default=LIMIT_DEFAULT, ge=1, le=LIMIT_MAX)


class SimilarMissionsQuery(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    limit: WholeNumber = Field(default=LIMIT_DEFAULT, ge=1, le=LIMIT_MAX)


class ReadinessQuery(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    user_id: QueryUserId | None = None


class RecommendedMission(Recommendation):
    mission_id: UUID | None = None
    """Of a mission whose work is handed in."""
    mission: MissionOffer | None = None
    """What it takes of the learner's work; absent while the learner's attempts are not known."""


class RecommendedMissions(Response):
    user_id: UserId
    missions: tuple[RecommendedMission, ...]
    total: int = Field(ge=0)
    """How many are in `missions`."""
    as_of: AwareDatetime
    empty: EmptyReason | None = None
    """Only in a list without missions."""


class MissionPrerequisite(Response):
    content_id: ContentId
    title: str | None = None
    """Absent of an item that ai does not know yet."""
    completed: bool
    facts: tuple[str, ...]
    """What shows that it is completed, as in `skills`."""


class MissionLevel(Response):
    mission: int = Field(ge=1, le=5)
    """The level of the mission."""
    shown: int | None = None
    """The highest level of the completed items that teach one of its skills."""
    shown_by: tuple[ShowingItem, ...]
    """Those of that level."""


class MissionReadiness(Response):
    user_id: UserId
    content_id: ContentId
    mission_id: UUID | None = None
    title: str
    state: CurriculumState
    """`not_enough_data` while nothing is known that the learner completed."""
    ready: bool | None = None
    """Whether all prerequisites are completed; absent while that is not known."""
    prerequisites: tuple[MissionPrerequisite, ...]
    """Without retired ones, which are not needed."""
    skills: tuple[SkillGap, ...]
    """What the mission exercises: first what is not held. `closed_by` leaves out the mission."""
    level: MissionLevel
    mission: MissionOffer | None = None
    """What it takes of the learner's work; absent where none is handed in, and while the learner's
    attempts are not known."""
    missing: tuple[MissingPart, ...] = ()
    as_of: AwareDatetime
