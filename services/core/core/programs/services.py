"""Everything that changes the catalogue."""

from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from core.kit.errors import Conflict, DomainError, NotFound
from core.kit.etags import IfMatch
from core.kit.versions import get_for_update
from core.outbox.publish import publish, publish_with_parts
from core.programs.models import ContentItem, Program
from core.programs.selectors import UnknownContent
from ongoza_contracts.vocabulary import ContentType

# Checking that prerequisites stay free of circles looks at other items: one writer at a time.
PREREQUISITES_LOCK = "SELECT pg_advisory_xact_lock(7305121874)"


class ContentIdTaken(Conflict):
    code = "content_id_taken"
    detail = "There is an item with this content id already."


class CircularPrerequisites(DomainError):
    code = "circular_prerequisites"
    detail = "An item cannot come before itself."


class NotItsCourse(DomainError):
    code = "not_its_course"
    detail = "A module belongs to a course, and nothing else does."


class Retired(Conflict):
    code = "retired"
    detail = "The item is retired."


@transaction.atomic
def add_program(*, slug: str, title: str, **state: str) -> Program:
    """Programs have no facts of their own: an item's fact says its track."""
    return Program.objects.create(slug=slug, title=title, **state)


@transaction.atomic
def update_program(*, program_id: int, **changes: Any) -> Program:
    """Raises NotFound."""
    program = Program.objects.select_for_update(no_key=True).filter(pk=program_id).first()
    if program is None:
        raise NotFound
    for name, value in changes.items():
        setattr(program, name, value)
    program.save(update_fields=[*changes])
    return program


@transaction.atomic
def publish_content(
    *,
    content_id: str,
    course: str | None = None,
    prerequisites: list[str] | None = None,
    **state: Any,
) -> ContentItem:
    """Add an item to the catalogue and offer it.

    Raises ContentIdTaken, UnknownContent, NotItsCourse and CircularPrerequisites.
    """
    now = timezone.now()
    item = ContentItem(content_id=content_id, published_at=now, created_at=now, **state)
    item.course = _item(course) if course else None
    _refuse_wrong_course(item)
    try:
        with transaction.atomic():
            item.save()
    except IntegrityError:
        raise ContentIdTaken from None
    needed = _items_before(item, prerequisites or [])
    with publish_with_parts(item):
        item.prerequisites.set(needed)
    return item


@transaction.atomic
def update_content(
    *,
    content_id: str,
    prerequisites: list[str] | None = None,
    if_match: IfMatch | None = None,
    **changes: Any,
) -> ContentItem:
    """Change an item that is on offer. No-op if nothing changes.

    Raises NotFound, PreconditionFailed, Retired, UnknownContent and CircularPrerequisites.
    """
    item = get_for_update(ContentItem.objects.filter(content_id=content_id), if_match=if_match)
    if item.retired:
        raise Retired
    before = {*item.prerequisites.all()}
    needed = before if prerequisites is None else {*_items_before(item, prerequisites)}
    changed = {name: value for name, value in changes.items() if getattr(item, name) != value}
    if not changed and needed == before:
        return item
    for name, value in changed.items():
        setattr(item, name, value)
    with publish_with_parts(item):
        item.prerequisites.set(needed)
    return item


@transaction.atomic
def retire_content(*, content_id: str) -> ContentItem:
    """Offer an item no more; learners keep what they did. No-op if retired."""
    item = get_for_update(ContentItem.objects.filter(content_id=content_id))
    if not item.retired:
        item.retired = True
        publish(item)
    return item


def _item(content_id: str) -> ContentItem:
    item = ContentItem.objects.filter(content_id=content_id, retired=False).first()
    if item is None:
        raise UnknownContent(f"There is no item {content_id} on offer.")
    return item


def _refuse_wrong_course(item: ContentItem) -> None:
    is_module = item.content_type == ContentType.MODULE
    has_course = item.course is not None and item.course.content_type == ContentType.COURSE
    if is_module != has_course or (item.course and not has_course):
        raise NotItsCourse


def _items_before(item: ContentItem, content_ids: list[str]) -> list[ContentItem]:
    """The items with these ids, as prerequisites; those it has already may be retired."""
    present = {found.content_id: found for found in item.prerequisites.all()}
    needed = [present.get(each) or _item(each) for each in sorted(set(content_ids))]
    if needed:
        with transaction.get_connection().cursor() as cursor:
            cursor.execute(PREREQUISITES_LOCK)
        check_acyclic(item, needed)
    return needed


def check_acyclic(item: ContentItem, needed: list[ContentItem]) -> None:
    seen: set[int] = set()
    front = {found.pk for found in needed}
    while front:
        if item.pk in front:
            raise CircularPrerequisites
        seen |= front
        before = ContentItem.objects.filter(pk__in=front).values_list("prerequisites", flat=True)
        front = {pk for pk in before if pk is not None} - seen
