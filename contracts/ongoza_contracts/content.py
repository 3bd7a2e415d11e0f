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
)


class _ContentState(Fact, key=("content_id",), partition="content_id"):
    content_id: ContentId
    content_type: ContentType
    title: PublicTitle
    description: PublicText
    track: Track
    level: int = Field(ge=1, le=5)
    """1 for newcomers to 5 for practitioners who lead others."""
    skills: tuple[Slug, ...] = Field(default=(), max_length=50)
    prerequisites: tuple[ContentId, ...] = Field(default=(), max_length=50)
    """The ids of the items to complete first."""
    course_id: ContentId | None = None
    """The course a module belongs to."""
    duration_minutes: int = Field(ge=1, le=100_000)
    published_at: AwareDatetime
    updated_at: AwareDatetime
    skill_labels: tuple[PublicLabel, ...] = Field(default=(), max_length=50)
    """The skills as people wrote them, in the order of `skills`; empty if they wrote the slugs.
    Of another length than `skills` they are out of date: use `skills`."""


class ContentPublished(_ContentState, type="ongoza.content.published.v1"):
    """An item was published, changed while published, or restored after it was retired."""


class ContentRetired(_ContentState, type="ongoza.content.retired.v1"):
    """An item was retired: stop offering it. It keeps its state, which histories refer to."""
