"""The tables that can be exported: what the dashboards' routes show to the same caller."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from core.cohorts.models import Enrolment
from core.director_dashboard.selectors import cohorts_of, health_of, ids_of, learners_at_risk
from core.exports.models import ExportKind, TableFormat
from core.kit import clock
from core.sponsor_dashboard.numbers import Outcome, Seatless
from core.sponsor_dashboard.selectors import (
    overview_of,
    rows_of,
    sponsored_organizations,
    sponsored_pools,
)
from core.users.models import User
from ongoza_contracts.access import Permission
from ongoza_contracts.cohorts import EnrolmentState

Cell = str | int | None

HIDDEN = "hidden"
"""Instead of a number that suppression hides."""


@dataclass(frozen=True)
class Table:
    title: str
    as_of: datetime
    columns: list[str]
    rows: list[list[Cell]]
    cohort: UUID | None = None
    """The filter."""
    named: tuple[int, ...] = ()
    """The learners whom it names by their consent."""

    @property
    def head(self) -> list[list[Cell]]:
        """What a file says before its table."""
        restriction = f"cohort {self.cohort}" if self.cohort else "none"
        return [[self.title], ["As of", self.as_of.isoformat()], ["Filter", restriction]]


@dataclass(frozen=True)
class TableKind:
    permission: Permission
    formats: frozenset[TableFormat]
    read: Callable[[User, UUID | None], Table]
    """Raises NotFound for a cohort out of the caller's reach."""
    takes_cohort: bool = True

    def sources(self, caller: User) -> set[str]:
        """The ids of what the caller's tables are read from."""
        if self.permission is Permission.COHORT_MANAGE:
            return {str(one) for one in ids_of(cohorts_of(caller, None))}
        found = sponsored_organizations(caller).values_list("pk", flat=True)
        return {str(one) for one in found}

    def check_cohort(self, caller: User, cohort_id: UUID) -> None:
        """Raises NotFound for a cohort out of the caller's reach."""
        if self.permission is Permission.COHORT_MANAGE:
            cohorts_of(caller, cohort_id)
        else:
            sponsored_pools(caller, cohort_id)


def _text(value: date | datetime | None) -> str:
    return value.isoformat() if value else ""


def _shown(number: int | None) -> Cell:
    return HIDDEN if number is None else number


# --- directors -----------------------------------------------------------------------------------
def _cohorts(caller: User, cohort_id: UUID | None) -> Table:
    rows = cohorts_of(caller, cohort_id).order_by("pk").prefetch_related("pools")
    found = health_of([*rows])
    return Table(
        title="Cohorts",
        as_of=found[0].as_of if found else clock.now(),
        columns=[
            *("cohort", "name", "state", "starts on", "ends on", "seats"),
            *(state.value for state in EnrolmentState),
            *("learners", "active 7 days", "at risk"),
        ],
        rows=[
            [
                *(str(one.cohort.pk), one.cohort.name, one.cohort.state),
                *(_text(one.cohort.starts_on), _text(one.cohort.ends_on), one.seats),
                *(one.enrolments[state] for state in EnrolmentState),
                *(one.people.learners, one.people.active_7_days, one.people.at_risk),
            ]
            for one in found
        ],
        cohort=cohort_id,
    )


def _at_risk(caller: User, cohort_id: UUID | None) -> Table:
    risks = learners_at_risk(caller, cohort_id, None)
    return Table(
        title="Learners at risk",
        as_of=risks.as_of,
        columns=["learner", "name", "cohort", "cohort name", "rule", "since"],
        rows=[
            [
                *(one.enrolment.user_id, one.enrolment.user.full_name),
                *(str(one.enrolment.cohort_id), one.enrolment.cohort.name),
                *(fired.rule.value, _text(fired.since)),
            ]
            for one in risks.learners([*risks.rows])
            for fired in one.rules
        ],
        cohort=cohort_id,
    )


def _learners(caller: User, cohort_id: UUID | None) -> Table:
    rows = Enrolment.objects.filter(cohort__in=ids_of(cohorts_of(caller, cohort_id)))
    return Table(
        title="Learners",
        as_of=clock.now(),
        columns=[
            *("learner", "name", "cohort", "cohort name", "state", "pool"),
            *("active since", "completed at"),
        ],
        rows=[
            [
                *(one.user_id, one.user.full_name, str(one.cohort_id), one.cohort.name),
                *(one.state, one.pool or ""),
                *(_text(one.activated_at), _text(one.completed_at)),
            ]
            for one in rows.select_related("user", "cohort").order_by("cohort", "pk")
        ],
        cohort=cohort_id,
    )


# --- sponsors ------------------------------------------------------------------------------------
def _overview(caller: User, _: UUID | None) -> Table:
    found = overview_of(caller)
    return Table(
        title="Sponsored organizations",
        as_of=found.as_of,
        columns=["organization", "name", "size", "used", "free", *Outcome, *Seatless],
        rows=[
            [
                *(one.organization.pk, one.organization.name, one.seats.size),
                *(_shown(one.seats.used), _shown(one.seats.free)),
                *(_shown(one.seats.outcomes[outcome]) for outcome in Outcome),
                *(_shown(one.seatless[state]) for state in Seatless),
            ]
            for one in found.organizations
        ],
    )


def _seats(caller: User, cohort_id: UUID | None) -> Table:
    as_of = clock.now()
    found = rows_of([*sponsored_pools(caller, cohort_id).select_related("cohort")])
    return Table(
        title="Sponsored seats",
        as_of=found[0].as_of if found else as_of,
        columns=[
            *("cohort", "name", "pool", "size", "used", "free"),
            *Outcome,
            "learners who consented to be named",
        ],
        rows=[
            [
                *(str(one.pool.cohort_id), one.pool.cohort.name, one.pool.kind, one.seats.size),
                *(_shown(one.seats.used), _shown(one.seats.free)),
                *(_shown(one.seats.outcomes[outcome]) for outcome in Outcome),
                "; ".join(learner.enrolment.user.full_name for learner in one.learners),
            ]
            for one in found
        ],
        cohort=cohort_id,
        named=tuple(learner.enrolment.user_id for one in found for learner in one.learners),
    )


SPREADSHEETS = frozenset({TableFormat.CSV, TableFormat.XLSX})
EVERY_FORMAT = frozenset(TableFormat)
MANAGE, SPONSOR = Permission.COHORT_MANAGE, Permission.SPONSORSHIP_READ
TABLES: Mapping[ExportKind, TableKind] = {
    ExportKind.DIRECTOR_COHORTS: TableKind(MANAGE, SPREADSHEETS, _cohorts),
    ExportKind.DIRECTOR_AT_RISK: TableKind(MANAGE, SPREADSHEETS, _at_risk),
    ExportKind.DIRECTOR_LEARNERS: TableKind(MANAGE, SPREADSHEETS, _learners),
    ExportKind.SPONSOR_OVERVIEW: TableKind(SPONSOR, EVERY_FORMAT, _overview, takes_cohort=False),
    ExportKind.SPONSOR_SEATS: TableKind(SPONSOR, EVERY_FORMAT, _seats),
}
