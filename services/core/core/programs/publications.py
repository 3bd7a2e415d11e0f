"""Content items are published whole, retired ones too; versions of programs without texts."""

from core.outbox.publications import Publication, register
from core.programs.models import CompletedBy, ContentItem, Program, ProgramVersion, VersionItem
from ongoza_contracts.content import ContentPublished, ContentRetired
from ongoza_contracts.programs import ProgramVersionPublished


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
        unpublished={
            "position": 0,
            "retired_with_course": False,
            "milestone": None,
            "milestone_position": 0,
            "required": True,
            "completed_by": CompletedBy.SELF.value,
        },
    )
)


def version_fact(row: ProgramVersion) -> ProgramVersionPublished:
    return ProgramVersionPublished.model_validate(
        {
            "version": row.version,
            "program_version_id": row.id,
            "program_id": row.program_id,
            "number": row.number,
            "items": tuple(
                {
                    "content_id": one.item_id,
                    "milestone": one.milestone,
                    "required": one.required,
                }
                for one in row.items.all()
            ),
            "published_at": row.published_at,
            "updated_at": row.updated_at,
        }
    )


def assign_version(row: ProgramVersion, fact: ProgramVersionPublished) -> None:
    """No fact has the program's texts: a program that was lost is created without them."""
    row.id, row.number, row.published_at = fact.program_version_id, fact.number, fact.published_at
    lost = {"slug": f"restored-{fact.program_id}", "title": "(the title was lost)"}
    row.program = Program.objects.get_or_create(pk=fact.program_id, defaults=lost)[0]


def assign_version_items(row: ProgramVersion, fact: ProgramVersionPublished) -> None:
    row.items.all().delete()
    row.items.bulk_create(
        VersionItem(
            program_version=row,
            item_id=one.content_id,
            milestone=one.milestone,
            milestone_title="(the title was lost)",
            position=position,
            required=one.required,
        )
        for position, one in enumerate(fact.items, start=1)
    )


PROGRAM_VERSIONS = register(
    Publication(
        model=ProgramVersion,
        fact=ProgramVersionPublished,
        columns={"program_version_id": "id"},
        builder=version_fact,
        related=("items",),
        assign_row=assign_version,
        assign_related=assign_version_items,
    )
)
