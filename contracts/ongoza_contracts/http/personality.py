"""What a learner's behaviour shows. The route keeps the name it was agreed under; it measures what
learners do and says nothing of what they are like."""

from enum import StrEnum
from typing import Any

from pydantic import AwareDatetime, Field

from ongoza_contracts.http.base import Request, Response
from ongoza_contracts.http.strict_text import Timestamp
from ongoza_contracts.vocabulary import ContentId, ContentType, Percentage, ProgressStatus, UserId

ROWS_MAX = 1000
CONTRADICTIONS_MAX = 20


class ProgressRow(Request):
    """A row as core's `GET /api/v1/progress/` gives it; `user` may also be called `user_id`."""

    id: int | None = Field(default=None, ge=1)
    user: UserId | None = None
    user_id: UserId | None = None
    """The same, by its other name. Neither may be another learner's."""
    content_id: ContentId
    content_type: ContentType | None = Field(default=None, strict=False)
    status: ProgressStatus = Field(strict=False)
    completion_percentage: Percentage
    score: Percentage | None = None
    metadata: dict[str, Any] = {}
    """Not looked at."""
    created_at: Timestamp | None = None
    updated_at: Timestamp | None = None


class PersonalityRequest(Request):
    user_id: UserId
    progress_data: list[ProgressRow] | None = Field(default=None, max_length=ROWS_MAX)
    """Analysed as given. Without it: what is known here of the learner."""


class TraitKey(StrEnum):
    COMPLETION = "completion"
    REGULARITY = "regularity"
    PERSISTENCE = "persistence"
    BREADTH = "breadth"
    CHALLENGE = "challenge"


class Interval(Response):
    """A 95 % confidence interval."""

    low: float = Field(ge=0, le=1)
    high: float = Field(ge=0, le=1)


class Window(Response):
    """The time from the first to the last observation."""

    begins: AwareDatetime
    ends: AwareDatetime


class Trait(Response):
    key: TraitKey
    name: str
    score: float | None = Field(ge=0, le=1)
    """Null while there is not enough data: nothing is guessed."""
    interval: Interval | None
    n: int = Field(ge=0)
    """How many observations there are."""
    needed: int = Field(ge=0)
    """How many more are needed for a score."""
    window: Window | None
    """Null without observations, or where they have no time."""
    description: str
    formula: str


class Source(StrEnum):
    PROJECTION = "projection"
    REQUEST = "request"


class PersonalityResponse(Response):
    user_id: UserId
    traits: tuple[Trait, ...]
    """All five, always in the same order."""
    summary: str
    recommendations: tuple[str, ...]
    source: Source
    contradicts: tuple[ContentId, ...] | None
    """Items of which the given rows say something else than the facts, at most 20; null when it
    could not be compared. Always empty for the projection."""
    as_of: AwareDatetime
