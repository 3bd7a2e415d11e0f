"""What is published of the catalogue: the whole item, retired or not."""

from core.programs.models import ContentItem
from ongoza_contracts.content import ContentPublished, ContentRetired


def content_published(item: ContentItem, prerequisites: list[str]) -> ContentPublished:
    return ContentPublished.model_validate(_state(item, prerequisites))


def content_retired(item: ContentItem, prerequisites: list[str]) -> ContentRetired:
    return ContentRetired.model_validate(_state(item, prerequisites))


def _state(item: ContentItem, prerequisites: list[str]) -> dict[str, object]:
    return {
        "version": item.version,
        "content_id": item.content_id,
        "content_type": item.content_type,
        "title": item.title,
        "description": item.description,
        "track": item.track,
        "level": item.level,
        "skills": tuple(item.skills),
        "prerequisites": tuple(prerequisites),
        "course_id": item.course.content_id if item.course else None,
        "duration_minutes": item.duration_minutes,
        "published_at": item.published_at,
        "updated_at": item.updated_at,
    }
