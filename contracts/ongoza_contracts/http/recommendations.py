from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from ongoza_contracts.http.base import Request, Response
from ongoza_contracts.http.strict_text import QueryUserId, WholeNumber
from ongoza_contracts.vocabulary import ContentId, ContentType, UserId

LIMIT_DEFAULT = 10
LIMIT_MAX = 50
EXCLUDED_MAX = 100
MISSING_MAX = 20


_ID = r"(course|module|mission)-[0-9]{1,9}(-[0-9]{1,9})?"


class RecommendationQuery(BaseModel):
    """The query parameters; one that is not known is refused, not ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    user_id: QueryUserId | None = None
    content_type: ContentType | None = None
    limit: WholeNumber = Field(default=LIMIT_DEFAULT, ge=1, le=LIMIT_MAX)
    exclude_ids: (
        Annotated[
            str,
            StringConstraints(
                pattern=rf"^{_ID}(,{_ID}){{0,{EXCLUDED_MAX - 1}}}$", max_length=29 * EXCLUDED_MAX
            ),
        ]
        | None
    ) = Field(
        default=None,
        description="Up to 100 ids of items to exclude, comma-separated; unknown ids are ignored.",
    )


class RecommendationRequest(Request):
    user_id: UserId
    content_type: ContentType | None = Field(default=None, strict=False)
    limit: int = Field(default=LIMIT_DEFAULT, ge=1, le=LIMIT_MAX)
    exclude_ids: list[ContentId] = Field(
        default=[],
        max_length=EXCLUDED_MAX,
        description="Ids of items to exclude; unknown ids are ignored.",
    )


class Recommendation(Response):
    content_id: ContentId
    content_type: ContentType
    title: str
    description: str
    score: float = Field(ge=0, le=1)
    """How well the item fits the learner, comparable within one list only."""
    reason: str
    opens: int = Field(default=0, ge=0)
    """Of how many items it is the last prerequisite that the learner has not completed."""


class EmptyKind(StrEnum):
    NOTHING_PUBLISHED = "nothing_published"
    NOTHING_FITS = "nothing_fits"
    PREREQUISITES = "prerequisites"
    ALL_DONE = "all_done"


class EmptyReason(Response):
    """Why the list has no items."""

    kind: EmptyKind
    """`nothing_fits`: there are items, but none fits the learner, is of the content type or outside
    of `exclude_ids`;
    `prerequisites`: the rest requires other items first; `all_done`: everything is completed, in
    progress or unwanted."""
    prerequisites: tuple[ContentId, ...] = ()
    """The items that are required first, at most 20."""


class ShortList(Response):
    """How many items that the learner has neither done nor begun do not fit, each under the first
    reason that holds: the list is not filled up with them."""

    other_track: int = Field(ge=0)
    """Of tracks that are neither the profile's nor those of what the learner did."""
    other_level: int = Field(ge=0)
    """More than one level below the learner's, or more than two above it."""
    prerequisites: int = Field(ge=0)
    """That fit, but require others first."""


class RecommendationResponse(Response):
    user_id: UserId
    recommendations: tuple[Recommendation, ...]
    total: int = Field(ge=0)
    """How many are in `recommendations`."""
    as_of: datetime
    """What was known at this moment is in the list; titles and descriptions may be half a minute
    older or newer."""
    empty: EmptyReason | None = None
    """Only in a list without items."""
    short: ShortList | None = None
    """Only in a list with fewer items than the limit, computed from the newest facts."""


class ExplainedItem(Response):
    content_id: ContentId
    score: float = Field(ge=0, le=1)
    parts: dict[str, float]
    """What the score is made of: they add up to it."""
    found_by: tuple[str, ...]
    """The candidate generators that named the item."""
    nearest: float = Field(ge=-1.001, le=1.001)
    """Cosine to the nearest item before it in the list; 0 for the first."""
    relevance: float
    """What decided its place: r * score - (1 - r) * nearest."""
    reason: str
    kind: str
    evidence: tuple[str, ...]
    """The facts the reason rests on, as `<kind of entity>:<id>@<version>`."""


class ExplainedResponse(Response):
    user_id: UserId
    items: tuple[ExplainedItem, ...]
    as_of: datetime
    r: float
    """How much score counts against variety, 0 to 1 (maximal marginal relevance)."""
    intra_list_similarity: float | None
    """Mean cosine over all pairs of the list; null for fewer than two items with a vector."""
    intra_list_similarity_without_variety: float | None
    """The same of the list that score alone would make."""
