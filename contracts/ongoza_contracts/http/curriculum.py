"""A learner's way to a role: as ai answers the learner and those who read the learner."""

from enum import StrEnum
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from ongoza_contracts.http.base import Response
from ongoza_contracts.http.strict_text import QueryUserId
from ongoza_contracts.vocabulary import ContentId, ContentType, ProgressStatus, Track, UserId

_TRACKS = "|".join(Track)
_COMPETENCY = "[a-z0-9][a-z0-9._-]{0,31}:[A-Za-z0-9][A-Za-z0-9._/-]{0,63}"


class CurriculumQuery(BaseModel):
    """The query parameters; one that is not known is refused, not ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    user_id: QueryUserId | None = None
    role: (
        Annotated[
            str,
            StringConstraints(pattern=rf"^({_TRACKS}|{_COMPETENCY})$"),
        ]
        | None
    ) = Field(
        default=None,
        description="A track, or a role of an imported framework as `framework:code`. Without it "
        "the program in which the learner is enrolled counts, else their track.",
    )


class RoleKind(StrEnum):
    TRACK = "track"
    COMPETENCY = "competency"
    """A role of an imported framework."""
    PROGRAM = "program"
    """The version of a program in which the learner is enrolled."""


class CurriculumState(StrEnum):
    KNOWN = "known"
    NOT_ENOUGH_DATA = "not_enough_data"
    """Nothing is known that leads to the role, or no role is known."""


class MissingPart(StrEnum):
    """What could not be read at the moment."""

    CATALOGUE = "catalogue"
    LEARNER = "learner"
    """What the learner has done: nothing counts as done."""
    ROLE = "role"
    """What the role needs."""


class CurriculumRole(Response):
    kind: RoleKind
    role: str
    """As in the query; of a program the id of its version."""
    name: str | None = None
    """Of a role of a framework."""


class CurriculumStep(Response):
    content_id: ContentId
    content_type: ContentType
    title: str
    level: int
    minutes: int = Field(ge=1)
    """The estimated time; of a course without the modules that are completed."""
    status: ProgressStatus
    teaches: tuple[str, ...]
    """The skills of the role that no completed item teaches."""
    requires: tuple[ContentId, ...]
    """The steps before it that are to be completed first."""


class _OfRole(Response):
    user_id: UserId
    role: CurriculumRole | None = None
    """Absent while no role is given and none is known."""
    state: CurriculumState
    missing: tuple[MissingPart, ...] = ()
    as_of: AwareDatetime


class CurriculumPath(_OfRole):
    steps: tuple[CurriculumStep, ...]
    """What to complete, in this order. A module is part of its course."""
    minutes: int = Field(ge=0)
    """The estimated time of all steps."""
    done: tuple[ContentId, ...]
    """The items of the role that the learner completed."""
    reached: int = Field(ge=0)
    """How many of the `needed` are reached."""
    needed: int = Field(ge=0)
    """How many skills the role needs, or required items the program has."""
    unreachable: tuple[str, ...]
    """Those of them that no item on offer leads to at the moment."""
    is_shortest: bool
    """Whether no other path takes less time; false where there were too many to compare."""


class CurriculumNext(_OfRole):
    items: tuple[CurriculumStep, ...]
    """The steps of the path that can be begun now, at most 5."""
    remaining: int = Field(ge=0)
    """How many steps the path has."""


class ShowingItem(Response):
    """A completed item that shows a skill."""

    content_id: ContentId
    title: str
    level: int
    facts: tuple[str, ...]
    """What it rests on: `progress:<content id>@<version>`, `submission:<id>@<version>`. Data that
    core returned over HTTP has version 0."""


class ClosingItem(Response):
    """An item that teaches a skill."""

    content_id: ContentId
    title: str
    level: int
    minutes: int = Field(ge=1)
    """The estimated time, with what it requires."""


class SkillGap(Response):
    skill: str
    held: bool
    """Whether a completed item teaches it."""
    level: int | None = None
    """The highest level of these items."""
    shown_by: tuple[ShowingItem, ...]
    """At most 5, the highest level first."""
    closed_by: tuple[ClosingItem, ...]
    """Of a skill that is not held: what teaches it, the shortest first, at most 5."""


class CurriculumGaps(_OfRole):
    skills: tuple[SkillGap, ...]
    """What the role needs: first what is not held."""
    held: int = Field(ge=0)
    """How many of them are held."""
