"""Milestones, and which courses and missions stand in them."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Max, QuerySet

from core.kit.errors import Conflict, DomainError
from core.kit.limits import lock_parent, require_below_limit
from core.programs.models import ContentItem, Milestone, Program
from core.programs.selectors import UnknownContent
from core.programs.services import ProgramRetired
from ongoza_contracts.vocabulary import ContentType

MILESTONES_MAX = 100


class UnknownProgram(DomainError):
    code = "unknown_program"
    detail = "There is no such program."


class MilestoneRetired(Conflict):
    code = "milestone_retired"
    detail = "The milestone is retired. Restore it."


class MilestoneTitleTaken(Conflict):
    code = "milestone_title_taken"
    detail = "The program has a milestone with this title already, perhaps a retired one."


class TooManyMilestones(Conflict):
    code = "too_many_milestones"
    detail = f"A program has at most {MILESTONES_MAX} milestones that are not retired."


class StandsWithItsCourse(DomainError):
    code = "stands_with_its_course"
    detail = "A module stands in the milestone of its course."


class RepeatedItem(DomainError):
    code = "repeated_item"
    detail = "An item stands in a milestone once."


def add_milestone(
    *, program_id: int, title: str, description: str = "", position: int | None = None
) -> Milestone:
    """A new milestone, by default the last. Raises UnknownProgram, Busy, ProgramRetired,
    MilestoneTitleTaken and TooManyMilestones."""
    if not Program.objects.filter(pk=program_id).exists():
        raise UnknownProgram
    with lock_parent(Program.objects.filter(pk=program_id)) as program:
        if program.retired:
            raise ProgramRetired
        _require_room(program)
        _require_free_title(program, title)
        if position is None:
            last = program.milestones.aggregate(last=Max("position"))["last"]
            position = (last or 0) + 1
        return Milestone.objects.create(
            program=program, title=title, description=description, position=position
        )


def update_milestone(
    *, milestone_id: int, items: Sequence[Mapping[str, Any]] | None = None, **changes: Any
) -> Milestone:
    """Change a milestone. `items` has the `content_id` of each course and mission in order, and
    whether it is `required`: those that are left out stand in no milestone any more, and those
    that stand in another one of the program move.

    Raises NotFound, Busy, MilestoneRetired, MilestoneTitleTaken, RepeatedItem, UnknownContent and
    StandsWithItsCourse.
    """
    with lock_parent(_program_of(milestone_id)) as program:
        milestone = Milestone.objects.get(pk=milestone_id)
        if milestone.retired:
            raise MilestoneRetired
        if changes.get("title", milestone.title) != milestone.title:
            _require_free_title(program, changes["title"])
        for name, value in changes.items():
            setattr(milestone, name, value)
        milestone.save(update_fields=[*changes])
        if items is not None:
            _place(milestone, items)
        return milestone


def retire_milestone(*, milestone_id: int) -> Milestone:
    """Leave a milestone out of the next version, with its items. No-op if it is retired. Raises
    NotFound and Busy."""
    with lock_parent(_program_of(milestone_id)):
        return _set_retired(Milestone.objects.get(pk=milestone_id), retired=True)


def restore_milestone(*, milestone_id: int) -> Milestone:
    """Raises NotFound, Busy and TooManyMilestones."""
    with lock_parent(_program_of(milestone_id)) as program:
        milestone = Milestone.objects.get(pk=milestone_id)
        if milestone.retired:
            _require_room(program)
        return _set_retired(milestone, retired=False)


def _set_retired(milestone: Milestone, *, retired: bool) -> Milestone:
    milestone.retired = retired
    milestone.save(update_fields=["retired"])
    return milestone


def _program_of(milestone_id: int) -> QuerySet[Program]:
    """The row to lock before a milestone of the program changes."""
    return Program.objects.filter(milestones=milestone_id)


def _require_room(program: Program) -> None:
    require_below_limit(program.milestones.filter(retired=False), MILESTONES_MAX, TooManyMilestones)


def _require_free_title(program: Program, title: str) -> None:
    if program.milestones.filter(title=title).exists():
        raise MilestoneTitleTaken


def _place(milestone: Milestone, items: Sequence[Mapping[str, Any]]) -> None:
    ids = [one["content_id"] for one in items]
    if len(ids) != len({*ids}):
        raise RepeatedItem
    placed = [_placeable(milestone, content_id) for content_id in ids]
    milestone.items.exclude(content_id__in=ids).update(milestone=None)
    for position, (item, one) in enumerate(zip(placed, items, strict=True), start=1):
        item.milestone, item.milestone_position = milestone, position
        item.required = one["required"]
        item.save(update_fields=["milestone", "milestone_position", "required"])


def _placeable(milestone: Milestone, content_id: str) -> ContentItem:
    """A course or mission of the milestone's program. One that stands there may be retired."""
    rows = ContentItem.objects.filter(content_id=content_id, program=milestone.program_id)
    item = rows.first()
    if item is None or (item.retired and item.milestone_id != milestone.pk):
        raise UnknownContent(f"The program has no item {content_id} on offer.")
    if item.content_type == ContentType.MODULE:
        raise StandsWithItsCourse(f"{content_id} stands in the milestone of its course.")
    return item
