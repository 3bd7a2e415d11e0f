"""Ids and enumerations that facts and HTTP models share.

A fact may hold nothing but these, numbers and timestamps: that is how the rule "no personal data on
the bus" holds by type. Text that anybody may read, such as a course title, is marked `PublicText`.
"""

from enum import StrEnum
from typing import Annotated

from pydantic import Field, JsonValue, StringConstraints

ID_MAX = 2**31 - 1


def unit(name: str) -> dict[str, JsonValue]:
    """What a number counts or is measured in, for `json_schema_extra`: published as `x-unit`."""
    return {"x-unit": name}


UserId = Annotated[int, Field(ge=1, le=ID_MAX)]
OrganizationId = Annotated[int, Field(ge=1, le=ID_MAX)]
TimeZoneName = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z0-9]+([/_+-][A-Za-z0-9]+)*$", max_length=64)
]
"""A name of the IANA database, such as `Africa/Nairobi`."""
ContentId = Annotated[
    str, StringConstraints(pattern=r"^(course|module|mission)-[0-9]{1,9}(-[0-9]{1,9})?$")
]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+([-_.][a-z0-9]+)*$", max_length=64)]
Percentage = Annotated[float, Field(ge=0, le=100, json_schema_extra=unit("per cent"))]
PublicTitle = Annotated[
    str,
    StringConstraints(min_length=1, max_length=200),
    Field(json_schema_extra={"x-public-text": True}),
]
PublicText = Annotated[
    str, StringConstraints(max_length=4000), Field(json_schema_extra={"x-public-text": True})
]

PublicLabel = Annotated[
    str,
    StringConstraints(min_length=1, max_length=64),
    Field(json_schema_extra={"x-public-text": True}),
]


class Track(StrEnum):
    """The five tracks a learner can be profiled into."""

    BUILDERS = "builders"
    LEADERS = "leaders"
    ENTREPRENEURS = "entrepreneurs"
    RESEARCHERS = "researchers"
    EDUCATORS = "educators"


class Role(StrEnum):
    LEARNER = "learner"
    MENTOR = "mentor"
    DIRECTOR = "director"
    SPONSOR = "sponsor"
    ADMIN = "admin"


class ContentType(StrEnum):
    COURSE = "course"
    MODULE = "module"
    MISSION = "mission"


class ProgressStatus(StrEnum):
    NOT_STARTED = "not_started"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"
    FAILED = "failed"


class ProgressSource(StrEnum):
    """By whose word progress is known: the learner's, an automatic check's, a reviewer's or that of
    staff."""

    SELF = "self"
    CHECK = "check"
    REVIEW = "review"
    STAFF = "staff"


class ProfilingStatus(StrEnum):
    OPEN = "open"
    COMPLETED = "completed"


class Verdict(StrEnum):
    """A learner's feedback on a recommended item."""

    NOT_FOR_ME = "not_for_me"
    MORE_LIKE_THIS = "more_like_this"


class Confidence(StrEnum):
    """How sure the profiler is of the primary track."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class AnswerFlag(StrEnum):
    """A sign of careless responding; it never changes a score."""

    STRAIGHT_LINING = "straight_lining"
    TOO_FAST = "too_fast"
