"""What sponsors' dashboards show: of each organization that they sponsor, whoever asks.

There is no number over several organizations, and none over a part of one that depends on the
caller: sponsors of different organizations cannot subtract what each of them reads.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, QuerySet

from core.access.selectors import reach_organizations
from core.certificates.models import Certificate
from core.cohorts.models import SEATED, Enrolment, SeatPool
from core.kit import clock
from core.kit.errors import NotFound
from core.organizations.models import Organization
from core.sponsor_dashboard.numbers import Outcome, Seatless
from core.sponsor_dashboard.suppression import rounded, suppress
from core.subscriptions.models import Invoice
from core.users.guardians import without_consent
from core.users.models import Consent, User
from ongoza_contracts.access import Permission
from ongoza_contracts.certificates import CertificateState
from ongoza_contracts.cohorts import EnrolmentState

OUTCOME_OF: Mapping[str, Outcome] = {
    EnrolmentState.OFFERED: Outcome.OFFERED,
    EnrolmentState.PENDING_PAYMENT: Outcome.OFFERED,
    EnrolmentState.ACTIVE: Outcome.ACTIVE,
    EnrolmentState.SUSPENDED: Outcome.ACTIVE,
    EnrolmentState.COMPLETED: Outcome.COMPLETED,
}
INVOICES_SHOWN = 20


@dataclass(frozen=True)
class SeatNumbers:
    """Of a pool of seats, or of all pools of an organization."""

    size: int
    used: int | None
    outcomes: Mapping[Outcome, int | None]

    @property
    def free(self) -> int | None:
        return None if self.used is None else max(0, self.size - self.used)


@dataclass(frozen=True)
class OrganizationNumbers:
    """What is shown of one organization."""

    organization: Organization
    seats: SeatNumbers
    seatless: Mapping[Seatless, int | None]
    pool_rows: list[SeatPool]
    pools: Mapping[int, SeatNumbers]
    """By the id of the pool."""


@dataclass(frozen=True)
class SponsorOverview:
    as_of: datetime
    organizations: list[OrganizationNumbers]
    invoices: list[Invoice]


@dataclass(frozen=True)
class NamedLearner:
    enrolment: Enrolment
    outcome: Outcome


@dataclass(frozen=True)
class PoolRow:
    as_of: datetime
    pool: SeatPool
    seats: SeatNumbers
    learners: list[NamedLearner]


def sponsored_organizations(caller: User) -> QuerySet[Organization]:
    return Organization.objects.filter(reach_organizations(caller, Permission.SPONSORSHIP_READ))


def sponsored_pools(caller: User, cohort_id: UUID | None) -> QuerySet[SeatPool]:
    """Of all cohorts of the organizations, or of one. Raises NotFound."""
    organizations = sponsored_organizations(caller).values("pk")
    pools = SeatPool.objects.filter(cohort__organization__in=organizations).order_by("pk")
    if cohort_id is None:
        return pools
    if not (found := pools.filter(cohort=cohort_id)).exists():
        raise NotFound
    return found


def overview_of(caller: User) -> SponsorOverview:
    now = clock.now()
    invoices = Invoice.objects.filter(user=caller).order_by("-created_at", "-pk")
    numbers = numbers_of([*sponsored_organizations(caller).order_by("pk")])
    return SponsorOverview(now, [*numbers.values()], [*invoices[:INVOICES_SHOWN]])


def numbers_of(organizations: Collection[Organization]) -> Mapping[int, OrganizationNumbers]:
    """By the id of the organization; three queries."""
    pools: defaultdict[int, list[SeatPool]] = defaultdict(list)
    rows = SeatPool.objects.filter(cohort__organization__in=organizations)
    for pool in rows.select_related("cohort").order_by("cohort", "kind"):
        pools[pool.cohort.organization_id].append(pool)
    named, unnamed = _taken_seats(organizations)
    seatless = _seatless(organizations)
    return {
        one.pk: organization_numbers(one, pools[one.pk], named, unnamed, seatless[one.pk])
        for one in organizations
    }


SeatKey = tuple[UUID, str, Outcome]
"""Cohort, kind of pool, outcome."""


def organization_numbers(
    organization: Organization,
    pools: list[SeatPool],
    named: Mapping[SeatKey, int],
    unnamed: Mapping[SeatKey, int],
    seatless: Mapping[str, int],
) -> OrganizationNumbers:
    """Only those who are not named are suppressed: the named ones could be subtracted. `pools` are
    in the order of their cohorts and kinds, on which suppression depends."""
    keys = [[(pool.cohort_id, pool.kind, outcome) for outcome in Outcome] for pool in pools]
    known = [[named[key] for key in row] for row in keys]
    caps = [pool.size - sum(row) for pool, row in zip(pools, known, strict=True)]
    table = suppress([[unnamed[key] for key in row] for row in keys], caps)
    by_pool = {
        pool.pk: _seat_numbers(pool.size, table.row_totals[place], table.cells[place], known[place])
        for place, pool in enumerate(pools)
    }
    size = sum(pool.size for pool in pools)
    sums = [sum(column) for column in zip(*known, strict=True)] or [0 for _ in Outcome]
    columns = table.column_totals or [None for _ in Outcome]
    return OrganizationNumbers(
        organization=organization,
        seats=_seat_numbers(size, table.total, columns, sums),
        seatless={state: rounded(seatless[state]) for state in Seatless},
        pool_rows=pools,
        pools=by_pool,
    )


def _seat_numbers(
    size: int, used: int | None, outcomes: Iterable[int | None], named: list[int]
) -> SeatNumbers:
    pairs = zip(Outcome, outcomes, named, strict=True)
    return SeatNumbers(
        size=size,
        used=None if used is None else used + sum(named),
        outcomes={
            outcome: None if shown is None else shown + known for outcome, shown, known in pairs
        },
    )


def _taken_seats(
    organizations: Collection[Organization],
) -> tuple[Mapping[SeatKey, int], Mapping[SeatKey, int]]:
    """Of learners who may be named, and of the others."""
    rows = Enrolment.objects.filter(cohort__organization__in=organizations, state__in=SEATED)
    counted = (
        rows.annotate(certified=_certified(), named=_named())
        .order_by()
        .values_list("cohort_id", "pool", "state", "certified", "named")
        .annotate(Count("pk"))
    )
    named: Counter[SeatKey] = Counter()
    unnamed: Counter[SeatKey] = Counter()
    for cohort_id, pool, state, certified, is_named, count in counted:
        group = named if is_named else unnamed
        group[cohort_id, str(pool), outcome_of(state, certified=certified)] += count
    return named, unnamed


def outcome_of(state: str, *, certified: bool) -> Outcome:
    outcome = OUTCOME_OF[state]
    return Outcome.CERTIFIED if certified and outcome is Outcome.COMPLETED else outcome


def _certified() -> Exists:
    rows = Certificate.objects.filter(enrolment=OuterRef("pk"), state=CertificateState.VALID)
    return Exists(rows)


def _named() -> Any:
    """Whether the learner consented; of a minor a guardian has to consent to anything too."""
    consents = Consent.objects.filter(
        user=OuterRef("user"), kind=Consent.Kind.SPONSOR_SEES_NAME, withdrawn_at=None
    )
    return Exists(consents) & ~Exists(without_consent().filter(user=OuterRef("user")))


def all_may_be_named(users: Collection[int]) -> bool:
    """Of ids that are there once each."""
    consents = Consent.objects.filter(
        user__in=users, kind=Consent.Kind.SPONSOR_SEES_NAME, withdrawn_at=None
    )
    unable = without_consent().values("user")
    return consents.exclude(user__in=unable).count() == len(users)


def _seatless(organizations: Collection[Organization]) -> Mapping[int, Mapping[str, int]]:
    states = [state.value for state in Seatless]
    rows = Enrolment.objects.filter(cohort__organization__in=organizations, state__in=states)
    counted = rows.order_by().values_list("cohort__organization", "state").annotate(Count("pk"))
    found: defaultdict[int, Counter[str]] = defaultdict(Counter)
    for organization_id, state, count in counted:
        found[organization_id][state] = count
    return found


# --- seats ---------------------------------------------------------------------------------------
def rows_of(pools: Collection[SeatPool]) -> list[PoolRow]:
    """The numbers of pools, whose cohorts were read with them, and the learners to be named."""
    now = clock.now()
    ids = {pool.cohort.organization_id for pool in pools}
    numbers = numbers_of([*Organization.objects.filter(pk__in=ids)])
    learners = _named_learners({pool.cohort_id for pool in pools})
    return [
        PoolRow(
            as_of=now,
            pool=pool,
            seats=numbers[pool.cohort.organization_id].pools[pool.pk],
            learners=learners[pool.cohort_id, pool.kind],
        )
        for pool in pools
    ]


def _named_learners(
    cohorts: Collection[UUID],
) -> Mapping[tuple[UUID, str], list[NamedLearner]]:
    rows = Enrolment.objects.filter(cohort__in=cohorts, state__in=SEATED)
    shown = rows.annotate(certified=_certified(), named=_named()).filter(named=True)
    found: defaultdict[tuple[UUID, str], list[NamedLearner]] = defaultdict(list)
    for row in shown.select_related("user").order_by("pk"):
        outcome = outcome_of(row.state, certified=row.certified)
        found[row.cohort_id, str(row.pool)].append(NamedLearner(row, outcome))
    return found
