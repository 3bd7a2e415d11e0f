"""Facts about the public catalogue: courses, modules and missions."""

from pydantic import AwareDatetime, Field

from ongoza_contracts.event import Fact
from ongoza_contracts.vocabulary import (
    ContentId,
    ContentType,
    PublicLabel,
    PublicText,
    PublicTitle,
    Slug,
    Track,
    unit,
)


class _ContentState(Fact, key=("content_id",), partition="content_id"):
    content_id: ContentId
    """The item's id, which begins with its type: `course-101`."""
    content_type: ContentType
    """What kind of item it is; the id begins with it."""
    title: PublicTitle
    """The title that learners see."""
    description: PublicText
    """The text by which search and recommendations find the item."""
    track: Track
    """The track the item trains for."""
    level: int = Field(ge=1, le=5)
    """1 for newcomers to 5 for practitioners who lead others."""
    skills: tuple[Slug, ...] = Field(default=(), max_length=50)
    """The slugs of the skills the item trains."""
    prerequisites: tuple[ContentId, ...] = Field(default=(), max_length=50)
    """The ids of the items to complete first."""
    course_id: ContentId | None = None
    """The course a module belongs to."""
    duration_minutes: int = Field(ge=1, le=100_000, json_schema_extra=unit("minutes"))
    """How long a learner needs for the item, as its author estimates."""
    published_at: AwareDatetime
    """When the item was published first."""
    updated_at: AwareDatetime
    """When the item changed last."""
    skill_labels: tuple[PublicLabel, ...] = Field(default=(), max_length=50)
    """The skills as people wrote them, in the order of `skills`; empty if they wrote the slugs.
    Of another length than `skills` they are out of date: use `skills`."""


class ContentPublished(_ContentState, type="ongoza.content.published.v1"):
    """An item was published, changed while published, or restored after it was retired."""


class ContentRetired(_ContentState, type="ongoza.content.retired.v1"):
    """An item was retired: stop offering it. It keeps its state, which histories refer to."""
