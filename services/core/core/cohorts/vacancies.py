"""Reads of free seats: of one cohort, with the reason why its waiting list waits, and of all."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from uuid import UUID

from django.db.models import Count, Q

from core.cohorts.models import ACCEPTING, Cohort, Enrolment, SeatPrice
from core.cohorts.seats import free_seats, kinds_open_to, may_have_seat_of, taken_seats
from ongoza_contracts.cohorts import EnrolmentState

HELD = (EnrolmentState.OFFERED, EnrolmentState.PENDING_PAYMENT)
"""The states in which a seat is taken until a time."""


class WaitingReason(StrEnum):
    CLOSED = "closed"
    """The cohort is neither open nor running."""
    NEEDS_CODE = "needs_code"
    """The accepted pools give seats for a code only, or are gone."""
    WRONG_POOL = "wrong_pool"
    """No seat of an accepted pool is free, but one of another pool is."""
    OFFER_OPEN = "offer_open"
    """All seats are taken, one of them by an offer or a wait for payment that may end."""
    NO_SEAT = "no_seat"
    OFFER_DUE = "offer_due"
    """A seat is free and is offered within a minute, to this entry or an earlier one."""


@dataclass(frozen=True)
class PoolSeats:
    kind: str
    size: int
    needs_code: bool
    prices: list[SeatPrice]
    free: int


class Vacancies:
    """The seats of a cohort as they are now."""

    def __init__(self, cohort: Cohort) -> None:
        self.cohort = cohort
        self.pools = [*cohort.pools.all()]

    @cached_property
    def free(self) -> dict[str, int]:
        return free_seats(self.cohort, self.pools)

    @cached_property
    def held(self) -> dict[str, int]:
        rows = self.cohort.enrolments.filter(state__in=HELD).order_by()
        return {str(pool): held for pool, held in rows.values_list("pool").annotate(Count("pk"))}

    @property
    def pool_seats(self) -> list[PoolSeats]:
        return [
            PoolSeats(pool.kind, pool.size, pool.needs_code, pool.prices, self.free[pool.kind])
            for pool in self.pools
        ]

    def waiting_reason(self, entry: Enrolment) -> WaitingReason:
        """Why an entry of the waiting list was not offered a seat yet."""
        kinds = kinds_open_to(entry, self.pools)
        if self.cohort.state not in ACCEPTING:
            return WaitingReason.CLOSED
        if not kinds:
            return WaitingReason.NEEDS_CODE
        if any(self.free[kind] > 0 for kind in kinds):
            return WaitingReason.OFFER_DUE
        if any(self.free.values()):
            return WaitingReason.WRONG_POOL
        if any(self.held.get(kind) for kind in kinds):
            return WaitingReason.OFFER_OPEN
        return WaitingReason.NO_SEAT


def cohorts_to_promote(now: datetime) -> set[UUID]:
    """The cohorts with a seat that was held until `now`, and those with a free seat that somebody
    who waits may have."""
    overdue = Enrolment.objects.filter(expires_at__lte=now).values_list("cohort_id", flat=True)
    waiting = Enrolment.objects.filter(state=EnrolmentState.APPLIED)
    cohorts = Cohort.objects.filter(state__in=ACCEPTING, pk__in=waiting.values("cohort"))
    rows = [*cohorts.prefetch_related("pools")]
    taken = taken_seats(rows)
    suited = Q(pk__in=[])
    for cohort in rows:
        free = [pool for pool in cohort.pools.all() if pool.size > taken[cohort.pk, pool.kind]]
        suited |= Q(cohort=cohort) & may_have_seat_of(free)
    return {*overdue, *waiting.filter(suited).values_list("cohort_id", flat=True)}
