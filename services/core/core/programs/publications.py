"""Content items are published whole, retired ones too."""

from core.outbox.publications import Publication, register
from core.programs.models import ContentItem
from ongoza_contracts.content import ContentPublished, ContentRetired


def content_fact(item: ContentItem) -> ContentPublished | ContentRetired:
    fact = ContentRetired if item.retired else ContentPublished
    return fact.model_validate(
        {
            "version": item.version,
            "content_id": item.content_id,
            "content_type": item.content_type,
            "title": item.title,
            "description": item.description,
            "track": item.track,
            "level": item.level,
            "skills": tuple(item.skills),
            "prerequisites": tuple(sorted(each.content_id for each in item.prerequisites.all())),
            "course_id": item.course.content_id if item.course else None,
            "duration_minutes": item.duration_minutes,
            "published_at": item.published_at,
            "updated_at": item.updated_at,
        }
    )


CONTENT = register(
    Publication(
        model=ContentItem,
        fact=ContentPublished,
        builder=content_fact,
        related=("course", "prerequisites"),
    )
)
