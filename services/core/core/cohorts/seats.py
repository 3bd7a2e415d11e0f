"""Counting the seats of a cohort and offering free ones to its waiting list. Every function here
is called with the cohort's lock held, which all that takes or frees seats takes first."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import timedelta
from itertools import takewhile

from django.db import connection
from django.db.models import Count, Q, QuerySet

from core.cohorts.models import ACCEPTING, SEATED, Cohort, Enrolment, SeatPool
from core.cohorts.notifications import OFFERED
from core.cohorts.states import ENROLMENT_STATES
from core.kit import clock
from core.notifications.services import notify
from core.outbox.publish import publish
from ongoza_contracts.cohorts import EnrolmentState, PoolKind

OFFER_LASTS = timedelta(days=3)
OFFERED_FIRST = (PoolKind.SPONSORED, PoolKind.SCHOLARSHIP, PoolKind.PAID)
"""The pool of which a learner who accepts several gets a seat, if more than one has some."""

# Without waiting for an erasure: it may wait for a row that the caller holds.
LOCK_USERS = "SELECT id FROM users_user WHERE id = ANY(%s) FOR KEY SHARE SKIP LOCKED"


def taken_seats(cohorts: Iterable[Cohort]) -> Mapping[tuple[object, str], int]:
    """The number of taken seats by id of the cohort and kind of pool."""
    rows = Enrolment.objects.filter(cohort__in=cohorts, state__in=SEATED).order_by()
    counted = rows.values_list("cohort_id", "pool").annotate(Count("pk"))
    return Counter({(cohort_id, str(pool)): count for cohort_id, pool, count in counted})


def free_seats(cohort: Cohort, pools: Iterable[SeatPool]) -> dict[str, int]:
    """By kind of pool. `pools` are the cohort's: a reader has no lock, and they may change."""
    taken = taken_seats([cohort])
    return {pool.kind: max(0, pool.size - taken[cohort.pk, pool.kind]) for pool in pools}


def waiting_list(cohort: Cohort) -> QuerySet[Enrolment]:
    """In the order in which seats are offered."""
    return cohort.enrolments.filter(state=EnrolmentState.APPLIED).order_by("created_at", "pk")


def promote(cohort: Cohort) -> None:
    """Offer the free seats, each to the first of the waiting list who takes one of its pool."""
    if cohort.state not in ACCEPTING:
        return
    pools = [*cohort.pools.all()]
    free = free_seats(cohort, pools)
    while any(seats > 0 for seats in free.values()):
        offered = 0
        for entry in _first_entries(cohort, [pool for pool in pools if free[pool.kind] > 0], free):
            kinds = [kind for kind in kinds_open_to(entry, pools) if free[kind] > 0]
            if kinds:
                _offer(entry, kinds[0])
                free[kinds[0]] -= 1
                offered += 1
        if not offered:
            return


def kinds_open_to(entry: Enrolment, pools: Iterable[SeatPool]) -> list[str]:
    """The kinds of pools of which the learner takes a seat and may have one, preferred first."""
    possible = {
        pool.kind
        for pool in pools
        if pool.kind in entry.accepted_pools
        and (not pool.needs_code or pool.kind in entry.entitled_pools)
    }
    return [kind for kind in OFFERED_FIRST if kind in possible]


def may_have_seat_of(pools: Iterable[SeatPool]) -> Q:
    """Finds the entries of a waiting list that may have a seat of one of these pools."""
    found = Q(pk__in=[])
    for pool in pools:
        entitled = Q(entitled_pools__contains=[pool.kind]) if pool.needs_code else Q()
        found |= Q(accepted_pools__contains=[pool.kind]) & entitled
    return found


def _first_entries(
    cohort: Cohort, pools: Iterable[SeatPool], free: Mapping[str, int]
) -> list[Enrolment]:
    """As many of the waiting list as there are free seats, locked, who may have one of them.

    It ends before a learner whose row another transaction holds: nobody is passed over, and the
    next tick goes on.
    """
    seats = sum(free[pool.kind] for pool in pools)
    first = waiting_list(cohort).filter(may_have_seat_of(pools))[:seats]
    learners = {*lock_unless_erased([entry.user_id for entry in first])}
    ready = takewhile(lambda entry: entry.user_id in learners, first)
    rows = waiting_list(cohort).filter(pk__in=[entry.pk for entry in ready])
    return [*rows.select_for_update(no_key=True)]


def lock_unless_erased(user_ids: list[int]) -> list[int]:
    """Keep users from being erased; those who are being erased now are left out."""
    with connection.cursor() as cursor:
        cursor.execute(LOCK_USERS, [user_ids])
        return [user_id for (user_id,) in cursor.fetchall()]


def _offer(entry: Enrolment, kind: str) -> None:
    ENROLMENT_STATES.move(entry, "offer")
    entry.pool, entry.expires_at = kind, clock.now() + OFFER_LASTS
    publish(entry)
    subject = str(entry.pk)
    notify(user_id=entry.user_id, kind=OFFERED, subject=subject, version=entry.version)
