from datetime import datetime

from ongoza_contracts.http.base import Response
from ongoza_contracts.vocabulary import ContentId, ContentType, Track


class ContentItem(Response):
    """An item on offer, as far as a list of recommendations needs it."""

    content_id: ContentId
    content_type: ContentType
    course_id: ContentId | None = None
    """The course a module belongs to."""
    title: str
    description: str
    track: Track
    level: int
    skills: tuple[str, ...]
    prerequisites: tuple[ContentId, ...]
    duration_minutes: int
    published_at: datetime


class ContentPage(Response):
    count: int
    next: str | None
    previous: str | None
    results: tuple[ContentItem, ...]


class CompetencyItem(Response):
    """A competency, such as a role of an imported framework."""

    framework: str
    code: str
    name: str


class CompetencyPage(Response):
    count: int
    next: str | None
    previous: str | None
    results: tuple[CompetencyItem, ...]
