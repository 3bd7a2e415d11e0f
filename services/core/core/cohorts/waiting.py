"""Reads of what a learner may expect of a waiting list: the place, and how far others moved."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from django.db.models import Count, Q

from core.cohorts.models import Cohort, Enrolment
from core.cohorts.seats import waiting_list
from ongoza_contracts.cohorts import CohortState

COHORTS_READ = 10
"""The number of latest closed cohorts that are read."""
COHORTS_NEEDED = 3
"""Below this number of lists no range is published."""


class ClosedList(NamedTuple):
    """The numbers of some kinds of seats in a cohort that is closed, without transfers."""

    seats: int
    applied: int
    offered: int
    """Learners to whom a seat was offered, whatever became of it."""


@dataclass(frozen=True)
class ListMovement:
    """By how many places waiting lists moved: how often a seat was offered to one more learner
    after all seats had been offered once."""

    cohorts: int
    """How many had a waiting list."""
    least: int | None
    most: int | None
    """None of fewer than `COHORTS_NEEDED`."""


def movement(lists: Iterable[ClosedList]) -> ListMovement:
    """Cohorts in which there were seats for all who applied had no list that could move."""
    moved = [max(0, one.offered - one.seats) for one in lists if one.applied > one.seats]
    if len(moved) < COHORTS_NEEDED:
        return ListMovement(len(moved), None, None)
    return ListMovement(len(moved), min(moved), max(moved))


def place_of(entry: Enrolment) -> int:
    """The place of an entry, from 1, among those of its cohort that wait for one of its seats."""
    earlier = Q(created_at__lt=entry.created_at)
    at_once = Q(created_at=entry.created_at, pk__lt=entry.pk)
    rivals = waiting_list(entry.cohort).filter(_accepts_one_of(entry.accepted_pools))
    return rivals.filter(earlier | at_once).count() + 1


def closed_lists(entry: Enrolment) -> list[ClosedList]:
    """The lists for the kinds of seats that the entry waits for, in the latest closed cohorts of
    its program in its organization."""
    cohort, kinds = entry.cohort, entry.accepted_pools
    by_list = Q(enrolments__previous_id=None)
    for_them = _accepts_one_of(kinds, "enrolments__")
    rows = (
        Cohort.objects.filter(
            state=CohortState.CLOSED,
            organization=cohort.organization_id,
            program_version__program=cohort.program_version.program_id,
        )
        .exclude(pk=cohort.pk)
        .annotate(
            applied=Count("enrolments", by_list & for_them),
            offered=Count("enrolments", by_list & Q(enrolments__pool__in=kinds)),
        )
        .prefetch_related("pools")
        .order_by("-ends_on", "-pk")[:COHORTS_READ]
    )
    return [
        ClosedList(
            sum(pool.size for pool in row.pools.all() if pool.kind in kinds),
            row.applied,
            row.offered,
        )
        for row in rows
    ]


def _accepts_one_of(kinds: Iterable[str], prefix: str = "") -> Q:
    found = Q(pk__in=())
    for kind in kinds:
        found |= Q(**{f"{prefix}accepted_pools__contains": [kind]})
    return found
