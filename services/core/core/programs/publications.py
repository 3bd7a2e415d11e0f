"""Content items are published whole, retired ones too."""

from core.outbox.publications import Publication, register
from core.programs.models import ContentItem, Program
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
            "skill_labels": tuple(item.current_labels),
            "prerequisites": tuple(sorted(each.content_id for each in item.prerequisites.all())),
            "course_id": item.course.content_id if item.course else None,
            "duration_minutes": item.duration_minutes,
            "published_at": item.published_at,
            "updated_at": item.updated_at,
        }
    )


COPIED_FIELDS = {
    *("content_id", "content_type", "title", "description", "track", "level"),
    "duration_minutes",
}


def assign_item(item: ContentItem, fact: ContentPublished | ContentRetired) -> None:
    """No fact names the program: a new item joins that of its course, or else one of its track."""
    for name, value in fact.model_dump(mode="json", include=COPIED_FIELDS).items():
        setattr(item, name, value)
    item.published_at = fact.published_at
    item.skills, item.skill_labels = [*fact.skills], [*fact.skill_labels]
    item.retired = isinstance(fact, ContentRetired)
    item.course = ContentItem.objects.filter(content_id=fact.course_id).first()
    if item.program_id is None:
        item.program = item.course.program if item.course else _program_of(item.track)


def _program_of(track: str) -> Program:
    """The first program of the track, which is created if there is none."""
    found = Program.objects.filter(track=track).order_by("id").first()
    return found or Program.objects.create(
        slug=f"restored-{track}", title=f"Restored: {track}", track=track
    )


def assign_prerequisites(item: ContentItem, fact: ContentPublished | ContentRetired) -> None:
    item.prerequisites.set(ContentItem.objects.filter(content_id__in=fact.prerequisites))


CONTENT = register(
    Publication(
        model=ContentItem,
        fact=ContentPublished,
        builder=content_fact,
        related=("course", "prerequisites"),
        assign_row=assign_item,
        assign_related=assign_prerequisites,
        unpublished={"position": 0, "retired_with_course": False},
    )
)
