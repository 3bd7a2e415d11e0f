"""Reads of what a learner may expect of a waiting list: the place, and how far others moved."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from django.db.models import Count, Q

from core.cohorts.models import Cohort, Enrolment
from core.cohorts.seats import waiting_list
from ongoza_contracts.cohorts import CohortState

COHORTS_READ = 10
"""So many closed cohorts are looked at, the last ones first."""
COHORTS_NEEDED = 3
"""Of fewer waiting lists nothing is said."""


class ClosedList(NamedTuple):
    """The numbers of a cohort that is closed, without transfers."""

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
    """The place of an entry on the waiting list of its cohort, from 1."""
    earlier = Q(created_at__lt=entry.created_at)
    at_once = Q(created_at=entry.created_at, pk__lt=entry.pk)
    return waiting_list(entry.cohort).filter(earlier | at_once).count() + 1


def closed_lists(cohort: Cohort) -> list[ClosedList]:
    """Of the last closed cohorts of the same program in the same organization."""
    by_list = Q(enrolments__previous_id=None)
    rows = (
        Cohort.objects.filter(
            state=CohortState.CLOSED,
            organization=cohort.organization_id,
            program_version__program=cohort.program_version.program_id,
        )
        .exclude(pk=cohort.pk)
        .annotate(
            applied=Count("enrolments", by_list),
            offered=Count("enrolments", by_list & Q(enrolments__pool__isnull=False)),
        )
        .prefetch_related("pools")
        .order_by("-ends_on", "-pk")[:COHORTS_READ]
    )
    return [
        ClosedList(sum(pool.size for pool in row.pools.all()), row.applied, row.offered)
        for row in rows
    ]
