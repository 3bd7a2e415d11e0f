"""Publishing versions of programs."""

from typing import TypeAlias, cast

from django.db.models import Q

from core.kit import clock
from core.kit.errors import Conflict
from core.kit.limits import lock_parent
from core.outbox.publish import publish_with_parts
from core.programs.models import ContentItem, Milestone, Program, ProgramVersion, VersionItem
from core.programs.services import ProgramRetired
from ongoza_contracts.programs import ITEMS_MAX


class NothingToPublish(Conflict):
    code = "nothing_to_publish"
    detail = "No item on offer stands in a milestone of the program."


class NothingChanged(Conflict):
    code = "nothing_changed"


class TooManyItems(Conflict):
    code = "too_many_items"
    detail = f"A version of a program has at most {ITEMS_MAX} items, modules included."


_State: TypeAlias = tuple[str, int, str, bool]


def publish_version(*, program_id: int) -> ProgramVersion:
    """Publish what stands in the milestones of a program now as its next version.

    Raises NotFound, Busy, ProgramRetired, NothingToPublish, TooManyItems and NothingChanged.
    """
    with lock_parent(Program.objects.filter(pk=program_id)) as program:
        if program.retired:
            raise ProgramRetired
        items = _version_items(program)
        if not items:
            raise NothingToPublish
        if len(items) > ITEMS_MAX:
            raise TooManyItems
        newest = program.versions.prefetch_related("items").first()
        if newest and [*map(_state, newest.items.all())] == [*map(_state, items)]:
            raise NothingChanged(f"Version {newest.number} of the program has the same items.")
        version = ProgramVersion(
            program=program,
            number=newest.number + 1 if newest else 1,
            published_at=clock.now(),
        )
        version.save()
        for item in items:
            item.program_version = version
        with publish_with_parts(version):
            VersionItem.objects.bulk_create(items)
        return version


def _state(row: VersionItem) -> _State:
    return row.item_id, row.milestone, row.milestone_title, row.required


def _version_items(program: Program) -> list[VersionItem]:
    """The items on offer of the program's milestones, in order; modules after their course."""
    placed = Q(milestone__program=program, milestone__retired=False)
    in_course = Q(
        course__milestone__program=program,
        course__milestone__retired=False,
        course__retired=False,
    )
    rows = ContentItem.objects.filter(placed | in_course, retired=False)
    ordered = sorted(rows.select_related("milestone", "course__milestone"), key=_order)
    numbers: dict[int, int] = {}
    return [
        VersionItem(
            item=item,
            milestone=numbers.setdefault(milestone.pk, len(numbers) + 1),
            milestone_title=milestone.title,
            position=position,
            required=placed.required,
        )
        for position, item in enumerate(ordered, start=1)
        for placed, milestone in [_place(item)]
    ]


def _place(item: ContentItem) -> tuple[ContentItem, Milestone]:
    """The course or mission that stands in a milestone, and the milestone."""
    placed = item.course or item
    return placed, cast(Milestone, placed.milestone)


def _order(item: ContentItem) -> tuple[int, ...]:
    """By milestone, then by course or mission, then by module."""
    placed, milestone = _place(item)
    within = (1, item.position, item.pk) if item.course else (0, 0, 0)
    return (milestone.position, milestone.pk, placed.milestone_position, placed.pk, *within)
