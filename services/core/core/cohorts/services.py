"""Everything that changes cohorts and their pools."""

from collections.abc import Sequence
from typing import Any, NotRequired, TypedDict
from uuid import UUID

from django.db import transaction

from core.cohorts.models import Cohort, SeatPool, SeatPrice
from core.cohorts.seats import promote, taken_seats
from core.cohorts.selectors import managed_cohorts
from core.cohorts.states import COHORT_STATES
from core.kit.errors import Conflict, DomainError
from core.kit.etags import IfMatch
from core.kit.limits import lock_parent
from core.kit.years import FIRST_YEAR, LAST_YEAR
from core.organizations.selectors import organization_within
from core.outbox.publish import publish, publish_with_parts
from core.programs.models import ProgramVersion
from core.subscriptions.money import Money
from core.subscriptions.plans import require_payable_everywhere
from core.users.models import User
from ongoza_contracts.access import Permission
from ongoza_contracts.cohorts import CohortState, PoolKind


class UnknownVersion(DomainError):
    code = "unknown_program_version"
    detail = "There is no such version of a program."


class BadDates(DomainError):
    code = "bad_dates"
    detail = f"A cohort ends on its first day or later, in a year from {FIRST_YEAR} to {LAST_YEAR}."


class SeatsTaken(Conflict):
    """Says of which pool, and how many."""

    code = "seats_taken"


class NoPools(Conflict):
    code = "no_pools"
    detail = "Give the cohort a pool of seats first."


class PoolSpec(TypedDict):
    kind: str
    size: int
    needs_code: bool
    prices: NotRequired[Sequence[Money]]
    """Of the pool `paid` alone. Without them the prices stay as they are."""


@transaction.atomic
def add_cohort(*, caller: User, organization_id: int, **columns: Any) -> Cohort:
    """A draft without seats. Raises NotFound for an organization whose cohorts the caller does not
    manage, UnknownVersion and BadDates."""
    organization = organization_within(caller, Permission.COHORT_MANAGE, organization_id)
    cohort = Cohort(organization=organization)
    _assign(cohort, columns)
    publish(cohort)
    return cohort


def update_cohort(
    *, caller: User, cohort_id: UUID, if_match: IfMatch | None = None, **changes: Any
) -> Cohort:
    """Change columns of a cohort; a no-op if nothing changes. Enrolments keep their version of the
    program. Raises NotFound, Busy, PreconditionFailed, UnknownVersion and BadDates."""
    with lock_parent(managed_cohorts(caller).filter(pk=cohort_id)) as cohort:
        if if_match:
            if_match.require(cohort)
        changed = {name: value for name, value in changes.items() if getattr(cohort, name) != value}
        if changed:
            _assign(cohort, changed)
            publish(cohort)
    return cohort


def move_cohort(*, caller: User, cohort_id: UUID, action: str) -> Cohort:
    """Open, start, close or reopen a cohort. Opening it offers its seats to those who wait.

    Raises NotFound, Busy, IllegalTransition and NoPools.
    """
    with lock_parent(managed_cohorts(caller).filter(pk=cohort_id)) as cohort:
        COHORT_STATES.move(cohort, action, lambda _: True)
        if cohort.state == CohortState.OPEN and not cohort.pools.exists():
            raise NoPools
        publish(cohort)
        promote(cohort)
    return cohort


def set_pools(
    *, caller: User, cohort_id: UUID, pools: Sequence[PoolSpec], if_match: IfMatch | None = None
) -> Cohort:
    """Replace the pools of a cohort, and the prices that are given; seats that are added are
    offered at once. A no-op if nothing changes. Raises NotFound, Busy, PreconditionFailed,
    SeatsTaken and NoPrice."""
    with lock_parent(managed_cohorts(caller).filter(pk=cohort_id)) as cohort:
        if if_match:
            if_match.require(cohort)
        rows = {pool.kind: pool for pool in cohort.pools.all()}
        new = {pool["kind"]: pool for pool in pools}
        _require_seats(cohort, {kind: pool["size"] for kind, pool in new.items()})
        stored = {
            kind: PoolSpec(kind=kind, size=row.size, needs_code=row.needs_code)
            for kind, row in rows.items()
        }
        sizes = {
            kind: PoolSpec(kind=kind, size=pool["size"], needs_code=pool["needs_code"])
            for kind, pool in new.items()
        }
        changes_prices = _set_prices(cohort, new.get(PoolKind.PAID))
        if stored == sizes and not changes_prices:
            return cohort
        with publish_with_parts(cohort):
            for kind in rows.keys() - new.keys():
                rows[kind].delete()
            for kind, pool in new.items():
                row = rows.get(kind) or SeatPool(cohort=cohort, kind=kind)
                row.size, row.needs_code = pool["size"], pool["needs_code"]
                row.save()
        promote(cohort)
    return cohort


def _set_prices(cohort: Cohort, paid: PoolSpec | None) -> bool:
    """Whether prices change. A cohort without the pool `paid` has none. Raises NoPrice."""
    prices = paid.get("prices") if paid is not None else ()
    stored = {row.money for row in cohort.prices.all()}
    if prices is None or stored == {*prices}:
        return False
    require_payable_everywhere(prices)
    cohort.prices.all().delete()
    cohort.prices.bulk_create(
        SeatPrice(cohort=cohort, currency=price.currency, amount=price.amount) for price in prices
    )
    return True


def _assign(cohort: Cohort, columns: dict[str, Any]) -> None:
    for name, value in columns.items():
        setattr(cohort, name, value)
    if not ProgramVersion.objects.filter(pk=cohort.program_version_id).exists():
        raise UnknownVersion
    if not FIRST_YEAR <= cohort.starts_on.year <= cohort.ends_on.year <= LAST_YEAR:
        raise BadDates
    if cohort.ends_on < cohort.starts_on:
        raise BadDates


def _require_seats(cohort: Cohort, sizes: dict[str, int]) -> None:
    """Raises SeatsTaken if a pool would be smaller than the number of its taken seats."""
    for (_, kind), taken in taken_seats([cohort]).items():
        if taken > sizes.get(kind, 0):
            raise SeatsTaken(f"{taken} seats of the pool {kind} are taken or offered.")
