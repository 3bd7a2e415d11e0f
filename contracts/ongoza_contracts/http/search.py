from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from ongoza_contracts.http.base import Response
from ongoza_contracts.http.strict_text import WholeNumber
from ongoza_contracts.vocabulary import ContentId, ContentType, Track

LIMIT_DEFAULT = 10
LIMIT_MAX = 50
SKILLS_MAX = 10
QUERY_MAX_CHARACTERS = 512


class Language(StrEnum):
    EN = "en"
    FR = "fr"
    SW = "sw"
    AR = "ar"
    OTHER = "other"


class Meaning(StrEnum):
    """By which model the meaning of a query was compared."""

    ENGLISH = "english"
    MULTILINGUAL = "multilingual"
    NONE = "none"
    """Words alone, while the models or the database are busy or unavailable: only items that share
    a word with the query."""


_SLUG = r"[a-z0-9]+([-_.][a-z0-9]+)*"


class SearchFilters(BaseModel):
    """The query parameters of both routes; one that is not known is refused, not ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    type: ContentType | None = None
    track: Track | None = None
    level: Annotated[WholeNumber, Field(ge=1, le=5)] | None = Field(default=None)
    skills: (
        Annotated[
            str,
            StringConstraints(
                pattern=rf"^{_SLUG}(,{_SLUG}){{0,{SKILLS_MAX - 1}}}$", max_length=65 * SKILLS_MAX
            ),
        ]
        | None
    ) = Field(
        default=None,
        description="Up to ten skills, separated by commas; an item has at least one of them.",
    )
    limit: WholeNumber = Field(default=LIMIT_DEFAULT, ge=1, le=LIMIT_MAX)


class SearchQuery(SearchFilters):
    q: Annotated[
        str,
        StringConstraints(strip_whitespace=True, min_length=1, max_length=QUERY_MAX_CHARACTERS),
    ] = Field(description="The query; compared by meaning and by its words and identifiers.")
    language: Language | None = Field(
        default=None, description="The language of `q`; guessed if it is not given."
    )


class MissionOffer(Response):
    """What a mission takes of the caller's work."""

    open: bool
    """Whether the caller may hand in: a new attempt, or the one that is under way."""
    closes_at: datetime | None = None
    """When work is no longer taken; absent if it always is. An extension that the learner was given
    is not counted."""
    attempts_left: int | None = Field(default=None, ge=0)
    """New ones; absent is no limit."""


class Found(Response):
    content_id: ContentId
    content_type: ContentType
    title: str
    description: str
    track: Track
    level: int = Field(ge=1, le=5)
    skills: tuple[str, ...]
    score: float = Field(
        ge=0,
        le=1,
        description="How near the item is to the query: the similarity of meaning, 0 to 1, plus "
        "0.8 times the share of the query's words that the item has, rare words counting more; "
        "at most 1. Of similar items it is the similarity of meaning alone. "
        "Unrelated queries reach 0.1 to 0.3 with their best item.",
    )
    mission: MissionOffer | None = None
    """Of missions whose work is handed in; absent while the caller's attempts are not known."""


class SearchResponse(Response):
    results: tuple[Found, ...]
    """Best first; never what is retired. Fewer than `limit` only when fewer fit, or share a
    word with the query where `meaning` is `none`."""
    total: int = Field(ge=0)
    """How many are in `results`."""
    language: Language | None = None
    """Of the query, as given or guessed; absent for similar items."""
    meaning: Meaning | None = None
    """Which model compared the query; absent for similar items."""
