"""Everything that changes the catalogue."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import IntegerField, Max, QuerySet
from django.db.models.functions import Cast, Substr

from core.kit import clock
from core.kit.errors import Conflict, DomainError, NotFound
from core.kit.etags import IfMatch
from core.kit.versions import get_for_update
from core.outbox.publish import publish, publish_with_parts
from core.programs.competencies import named_competencies
from core.programs.external_ids import Pair, pairs_of, set_external_ids
from core.programs.models import CompletedBy, ContentItem, Program
from core.programs.selectors import UnknownContent
from core.programs.skills import skill_columns
from ongoza_contracts.vocabulary import ContentType

# Checking that prerequisites stay free of circles, and finding a free content id, looks at other
# items: one writer at a time.
CATALOGUE_LOCK = "SELECT pg_advisory_xact_lock(7305121874)"


class SlugTaken(Conflict):
    code = "slug_taken"
    detail = "There is a program with this slug already."


class ProgramRetired(Conflict):
    code = "program_retired"
    detail = "The program is retired. Restore it."


class ContentIdTaken(Conflict):
    code = "content_id_taken"
    detail = "There is an item with this content id already."


class CircularPrerequisites(DomainError):
    code = "circular_prerequisites"
    detail = "An item cannot come before itself."


class NotItsCourse(DomainError):
    code = "not_its_course"
    detail = "A module belongs to a course, and nothing else does."


class NotReviewed(DomainError):
    code = "not_reviewed"
    detail = "Missions alone are completed by review."


class FollowsFromQuiz(Conflict):
    code = "follows_from_quiz"
    detail = "An item is completed by a check exactly if it has a quiz: publish or retire the quiz."


class Retired(Conflict):
    code = "retired"
    detail = "The item is retired."


class CourseRetired(Conflict):
    code = "course_retired"
    detail = "The course of this module is retired. Restore the course."


@transaction.atomic
def add_program(
    *,
    slug: str,
    title: str,
    description: str = "",
    track: str = "",
    prerequisites_policy: str = Program.PrerequisitesPolicy.ADVISE,
) -> Program:
    """Programs have no facts of their own, only their versions have. Raises SlugTaken."""
    try:
        with transaction.atomic():
            return Program.objects.create(
                slug=slug,
                title=title,
                description=description,
                track=track,
                prerequisites_policy=prerequisites_policy,
            )
    except IntegrityError:
        raise SlugTaken from None


@transaction.atomic
def update_program(*, program_id: int, **changes: Any) -> Program:
    """Raises NotFound, ProgramRetired and SlugTaken."""
    program = _lock_program(program_id)
    if program.retired:
        raise ProgramRetired
    for name, value in changes.items():
        setattr(program, name, value)
    try:
        with transaction.atomic():
            program.save(update_fields=[*changes])
    except IntegrityError:
        raise SlugTaken from None
    return program


@transaction.atomic
def retire_program(*, program_id: int) -> Program:
    """Publish no more versions of a program; its content stays on offer. No-op if it is retired.
    Raises NotFound."""
    return _set_program_retired(program_id, retired=True)


@transaction.atomic
def restore_program(*, program_id: int) -> Program:
    """No-op if the program is not retired. Raises NotFound."""
    return _set_program_retired(program_id, retired=False)


def _set_program_retired(program_id: int, *, retired: bool) -> Program:
    program = _lock_program(program_id)
    program.retired = retired
    program.save(update_fields=["retired"])
    return program


def _lock_program(program_id: int) -> Program:
    """Raises NotFound."""
    program = Program.objects.select_for_update(no_key=True).filter(pk=program_id).first()
    if program is None:
        raise NotFound
    return program


@transaction.atomic
def publish_content(
    *,
    content_id: str,
    course: str | None = None,
    prerequisites: list[str] | None = None,
    external_ids: Iterable[Pair] = (),
    competencies: Collection[str] = (),
    **state: Any,
) -> ContentItem:
    """Add an item to the catalogue and offer it. Skills are as people write them, competencies as
    `framework:code`.

    Raises ContentIdTaken, ExternalIdTaken, UnknownContent, UnknownCompetency, NotItsCourse,
    NotReviewed, FollowsFromQuiz, NotASkill and CircularPrerequisites.
    """
    now = clock.now()
    item = ContentItem(content_id=content_id, published_at=now, created_at=now)
    _assign(item, _columns(item, state))
    item.course = _course(course) if course else None
    _refuse_wrong_course(item)
    _refuse_wrong_completion(item, before=CompletedBy.SELF)
    try:
        with transaction.atomic():
            item.save()
    except IntegrityError:
        raise ContentIdTaken from None
    needed = _items_before(item, prerequisites or [])
    set_external_ids(item, {*external_ids})
    item.competencies.set(named_competencies(competencies))
    with publish_with_parts(item):
        item.prerequisites.set(needed)
    return item


@transaction.atomic
def update_content(
    *,
    content_id: str,
    prerequisites: list[str] | None = None,
    external_ids: Iterable[Pair] | None = None,
    competencies: Collection[str] | None = None,
    if_match: IfMatch | None = None,
    **changes: Any,
) -> ContentItem:
    """Change an item that is on offer. No-op if nothing changes.

    Raises NotFound, PreconditionFailed, Retired, ExternalIdTaken, UnknownContent,
    UnknownCompetency, NotReviewed, FollowsFromQuiz, NotASkill and CircularPrerequisites.
    """
    item = get_for_update(ContentItem.objects.filter(content_id=content_id), if_match=if_match)
    if item.retired:
        raise Retired
    before, completed_by = {*item.prerequisites.all()}, item.completed_by
    needed = before if prerequisites is None else {*_items_before(item, prerequisites)}
    columns = _columns(item, changes)
    changed = {name: value for name, value in columns.items() if getattr(item, name) != value}
    pairs = pairs_of(item)
    wanted_pairs = pairs if external_ids is None else {*external_ids}
    taught = {*item.competencies.all()}
    wanted = taught if competencies is None else named_competencies(competencies)
    if not changed and (needed, wanted_pairs, wanted) == (before, pairs, taught):
        return item
    _assign(item, changed)
    _refuse_wrong_completion(item, before=completed_by)
    set_external_ids(item, wanted_pairs)
    item.competencies.set(wanted)
    with publish_with_parts(item):
        item.prerequisites.set(needed)
    return item


@transaction.atomic
def follow_quiz(*, item_id: int, has_quiz: bool) -> None:
    """Let an item be completed by a check exactly while it has a quiz on offer. No fact holds it.

    Raises NotFound.
    """
    item = get_for_update(ContentItem.objects.filter(pk=item_id))
    item.completed_by = CompletedBy.CHECK if has_quiz else CompletedBy.SELF
    item.save(update_fields=["completed_by"])


@transaction.atomic
def retire_content(*, content_id: str) -> ContentItem:
    """Offer an item no more, nor the modules of a course; learners keep what they did. A module
    that is retired again no longer comes back with its course. Raises NotFound."""
    item = get_for_update(ContentItem.objects.filter(content_id=content_id))
    if not item.retired:
        _set_retired(item, retired=True)
    elif item.retired_with_course:
        item.retired_with_course = False
        item.save(update_fields=["retired_with_course"])
    for module in _modules(item).filter(retired=False):
        _set_retired(module, retired=True, with_course=True)
    return item


@transaction.atomic
def restore_content(*, content_id: str) -> ContentItem:
    """Offer a retired item again, and the modules that were retired with a course. No-op if it is
    on offer. Raises NotFound and CourseRetired."""
    course = _lock_course_of(content_id)
    item = get_for_update(ContentItem.objects.filter(content_id=content_id))
    if not item.retired:
        return item
    if course and course.retired:
        raise CourseRetired
    _set_retired(item, retired=False)
    for module in _modules(item).filter(retired=True, retired_with_course=True):
        _set_retired(module, retired=False)
    return item


def _set_retired(item: ContentItem, *, retired: bool, with_course: bool = False) -> None:
    item.retired, item.retired_with_course = retired, with_course
    publish(item)


def _modules(course: ContentItem) -> QuerySet[ContentItem]:
    """The modules of a course that is locked already, locked in the order of their ids."""
    return course.modules.select_for_update(no_key=True).order_by("pk")


def _lock_course_of(content_id: str) -> ContentItem | None:
    """Locked before its module, as in `retire_content`."""
    course = ContentItem.objects.filter(modules__content_id=content_id)
    return course.select_for_update(no_key=True, of=("self",)).first()


def _columns(item: ContentItem, state: Mapping[str, Any]) -> dict[str, Any]:
    """The columns of an item's state, of which skills have two."""
    if "skills" not in state:
        return {**state}
    return {**state, **skill_columns(item, state["skills"])}


def _assign(item: ContentItem, columns: Mapping[str, Any]) -> None:
    for name, value in columns.items():
        setattr(item, name, value)


def _course(content_id: str) -> ContentItem:
    """The course of a new module, locked so that it is not retired meanwhile."""
    return _item(content_id, ContentItem.objects.select_for_update(no_key=True))


def _item(content_id: str, rows: QuerySet[ContentItem] | None = None) -> ContentItem:
    rows = ContentItem.objects.all() if rows is None else rows
    item = rows.filter(content_id=content_id, retired=False).first()
    if item is None:
        raise UnknownContent(f"There is no item {content_id} on offer.")
    return item


def _refuse_wrong_course(item: ContentItem) -> None:
    is_module = item.content_type == ContentType.MODULE
    has_course = item.course is not None and item.course.content_type == ContentType.COURSE
    if is_module != has_course or (item.course and not has_course):
        raise NotItsCourse


def _refuse_wrong_completion(item: ContentItem, *, before: str) -> None:
    """Raises FollowsFromQuiz and NotReviewed."""
    if item.completed_by != before and CompletedBy.CHECK in (item.completed_by, before):
        raise FollowsFromQuiz
    is_mission = item.content_type == ContentType.MISSION
    if item.completed_by == CompletedBy.REVIEW and not is_mission:
        raise NotReviewed


def _items_before(item: ContentItem, content_ids: list[str]) -> list[ContentItem]:
    """The items with these ids, as prerequisites; those it has already may be retired."""
    present = {found.content_id: found for found in item.prerequisites.all()}
    needed = [present.get(each) or _item(each) for each in sorted(set(content_ids))]
    if needed:
        _lock_catalogue()
        check_acyclic(item, needed)
    return needed


def _lock_catalogue() -> None:
    with transaction.get_connection().cursor() as cursor:
        cursor.execute(CATALOGUE_LOCK)


def last_number(content_type: str) -> int:
    """The highest n of the ids `<content_type>-<n>`, 0 without any. Until the transaction ends no
    other caller of this function gets it."""
    _lock_catalogue()
    number = Cast(Substr("content_id", len(content_type) + 2), IntegerField())
    rows = ContentItem.objects.filter(content_id__regex=rf"^{content_type}-[0-9]{{1,9}}$")
    last: int | None = rows.aggregate(last=Max(number))["last"]
    return last or 0


def check_acyclic(item: ContentItem, needed: list[ContentItem]) -> None:
    seen: set[int] = set()
    front = {found.pk for found in needed}
    while front:
        if item.pk in front:
            raise CircularPrerequisites
        seen |= front
        before = ContentItem.objects.filter(pk__in=front).values_list("prerequisites", flat=True)
        front = {pk for pk in before if pk is not None} - seen
