"""Which enrolments have met all that their version of the program requires."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

from django.db.models import QuerySet

from core.cohorts.enrolments import locked_cohort, move
from core.cohorts.models import Enrolment
from core.kit.versions import get_for_update
from core.programs.models import VersionItem
from core.progress.models import Progress
from core.progress.selectors import COMPLETED
from ongoza_contracts.cohorts import EnrolmentState
from ongoza_contracts.vocabulary import ContentType, ProgressSource


@dataclass(frozen=True)
class Requirements:
    """The modules, missions and courses without modules that a version requires, of one learner."""

    required_total: int
    missing: list[str]
    """Content ids, in the order of the version."""

    @property
    def required_done(self) -> int:
        return self.required_total - len(self.missing)

    @property
    def are_met(self) -> bool:
        """Never where nothing is required, since nothing would be confirmed."""
        return self.required_total > 0 and not self.missing


def requirements(user_id: int, program_version_id: UUID) -> Requirements:
    """Only what was completed by another's word counts, be it in an earlier attempt."""
    return requirements_of([user_id], program_version_id)[user_id]


def requirements_of(
    user_ids: Collection[int], program_version_id: UUID
) -> Mapping[int, Requirements]:
    """As `requirements`, of many learners in two queries."""
    required = required_items(program_version_id)
    done: dict[int, set[str]] = {user_id: set() for user_id in user_ids}
    columns = ("user_id", "content__content_id")
    for user_id, content_id in attested(user_ids, required).values_list(*columns):
        done[user_id].add(content_id)
    return {
        user_id: Requirements(
            required_total=len(required),
            missing=[
                content_id
                for content_id, course_id in required.items()
                if found.isdisjoint({content_id, course_id})
            ],
        )
        for user_id, found in done.items()
    }


def complete_if_met(*, enrolment_id: UUID) -> None:
    """Complete an active enrolment whose requirements are met; no-op for any other.

    Raises Busy.
    """
    row = Enrolment.objects.filter(pk=enrolment_id).first()
    if row is None:
        return
    with locked_cohort(row.cohort_id, {row.user_id}):
        enrolment = get_for_update(Enrolment.objects.filter(pk=enrolment_id))
        is_active = enrolment.state == EnrolmentState.ACTIVE
        if is_active and requirements(row.user_id, row.program_version_id).are_met:
            move(enrolment, "complete")


def with_requirements_met(enrolments: Iterable[Enrolment]) -> list[Enrolment]:
    """Those whose requirements are met: two queries for each version of a program."""
    by_version: dict[UUID, list[Enrolment]] = {}
    for enrolment in enrolments:
        by_version.setdefault(enrolment.program_version_id, []).append(enrolment)
    found = []
    for version_id, rows in by_version.items():
        states = requirements_of([row.user_id for row in rows], version_id)
        found += [row for row in rows if states[row.user_id].are_met]
    return found


def required_items(program_version_id: UUID) -> dict[str, str | None]:
    """The required modules, missions and courses without modules, with the course of a module."""
    rows = VersionItem.objects.filter(program_version=program_version_id, required=True)
    columns = ("item_id", "item__content_type", "item__course__content_id")
    return required_among([*rows.order_by("position").values_list(*columns)])


def required_among(items: Sequence[tuple[str, str, str | None]]) -> dict[str, str | None]:
    """As `required_items`, of the id, type and course of each item that a version requires."""
    with_modules = {course_id for *_, course_id in items}
    return {
        content_id: course_id
        for content_id, content_type, course_id in items
        if content_type != ContentType.COURSE or content_id not in with_modules
    }


def attested(user_ids: Collection[int], required: Mapping[str, str | None]) -> QuerySet[Progress]:
    """The completions of required items, or of their courses, by another's word than the
    learner's."""
    ids = {*required, *(course_id for course_id in required.values() if course_id)}
    rows = Progress.objects.filter(COMPLETED, user__in=user_ids, content__in=cast(Any, ids))
    return rows.exclude(completion_source=ProgressSource.SELF).order_by()
