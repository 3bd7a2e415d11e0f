"""How far a learner is with the versions of programs that their enrolments pin."""

from collections import defaultdict
from dataclasses import dataclass
from itertools import groupby
from uuid import UUID

from core.cohorts.completion import attested, required_among
from core.cohorts.models import ENROLLED, Enrolment
from core.programs.models import VersionItem
from core.users.models import User


@dataclass(frozen=True)
class MilestoneProgress:
    title: str
    milestone_done: int
    milestone_total: int


@dataclass(frozen=True)
class ProgramProgress:
    """Of one enrolment, as `core.cohorts.completion.Requirements`."""

    enrolment: Enrolment
    required_done: int
    required_total: int
    milestones: list[MilestoneProgress]
    missing: list[VersionItem]
    """In the order of the version."""


def programs_of(user: User) -> list[ProgramProgress]:
    """Of the enrolments that were neither withdrawn nor expired, the oldest first: three queries
    for any number of them."""
    rows = Enrolment.objects.filter(user=user, state__in=ENROLLED)
    enrolments = [*rows.select_related("cohort", "program_version__program")]
    items = _required_items({one.program_version_id for one in enrolments})
    wanted = {item: course for found in items.values() for item, course in _courses(found).items()}
    done = {*attested([user.pk], wanted).values_list("content__content_id", flat=True)}
    return [_progress(one, items[one.program_version_id], done) for one in enrolments]


def _required_items(versions: set[UUID]) -> defaultdict[UUID, list[VersionItem]]:
    """By version and in its order, as `core.cohorts.completion.required_items`."""
    rows = VersionItem.objects.filter(program_version__in=versions, required=True)
    by_version: defaultdict[UUID, list[VersionItem]] = defaultdict(list)
    for one in rows.select_related("item__course").order_by("program_version", "position"):
        by_version[one.program_version_id].append(one)
    for version, items in by_version.items():
        counted = required_among(
            [(one.item_id, one.item.content_type, _course(one)) for one in items]
        )
        by_version[version] = [one for one in items if one.item_id in counted]
    return by_version


def _courses(items: list[VersionItem]) -> dict[str, str | None]:
    return {one.item_id: _course(one) for one in items}


def _course(one: VersionItem) -> str | None:
    return one.item.course.content_id if one.item.course else None


def _progress(enrolment: Enrolment, items: list[VersionItem], done: set[str]) -> ProgramProgress:
    missing = [one for one in items if done.isdisjoint({one.item_id, _course(one)})]
    open_ids = {one.item_id for one in missing}
    milestones = [
        (title, [one.item_id in open_ids for one in found])
        for title, found in groupby(items, key=lambda one: one.milestone_title)
    ]
    return ProgramProgress(
        enrolment=enrolment,
        required_done=len(items) - len(missing),
        required_total=len(items),
        milestones=[
            MilestoneProgress(title, are_open.count(False), len(are_open))
            for title, are_open in milestones
        ],
        missing=missing,
    )
