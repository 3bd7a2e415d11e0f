"""Cohorts and enrolments for tests, made through the services."""

from datetime import date
from typing import Any

from core.cohorts import enrolments, services
from core.cohorts.models import Cohort, Enrolment, SeatPool
from core.organizations.models import Organization
from core.outbox.publish import publish_with_parts
from core.programs.models import ContentItem, ProgramVersion
from core.users.models import User
from ongoza_contracts.cohorts import CohortState, EnrolmentState, PoolKind
from ongoza_contracts.vocabulary import Role
from tests.unit.core.world import forget_appended, item, person, published_version

COHORT: dict[str, Any] = {
    "name": "Evening class",
    "time_zone": "Africa/Nairobi",
    "starts_on": date(2030, 1, 7),
    "ends_on": date(2030, 6, 28),
    "public": True,
}


def cohort_admin() -> User:
    """An admin, who manages all cohorts."""
    return User.objects.filter(email="cohort-admin@ongoza.example").first() or person(
        "cohort-admin", Role.ADMIN
    )


def program_version() -> ProgramVersion:
    """The newest, of one course if there is none."""
    if found := ProgramVersion.objects.last():
        return found
    if not ContentItem.objects.filter(content_id="course-1").exists():
        item("course-1")
    return published_version()


def pools(**sizes: int) -> list[services.PoolSpec]:
    return [
        services.PoolSpec(kind=kind, size=size, needs_code=False) for kind, size in sizes.items()
    ]


def published_cohort(
    organization: Organization | None = None, state: str = CohortState.OPEN, **sizes: int
) -> Cohort:
    """Open, if not in another state, with pools of these sizes, at its first version."""
    organization = organization or Organization.objects.get_or_create(name="Lab", kind="school")[0]
    cohort = Cohort(
        organization=organization,
        program_version=program_version(),
        state=state,
        **COHORT,
    )
    cohort.save()
    with publish_with_parts(cohort):
        SeatPool.objects.bulk_create(SeatPool(cohort=cohort, **pool) for pool in pools(**sizes))
    return cohort


def open_cohort(
    organization: Organization | None = None, state: str = CohortState.OPEN, **sizes: int
) -> Cohort:
    """As `published_cohort`, with its facts forgotten."""
    cohort = published_cohort(organization, state, **sizes)
    forget_appended()
    return cohort


def apply(user: User, cohort: Cohort, *kinds: str) -> Enrolment:
    accepted = [PoolKind(kind) for kind in kinds or ("scholarship",)]
    return enrolments.apply(user=user, cohort_id=cohort.pk, pools=accepted)


def enrolment_in(state: str, cohort: Cohort, user: User) -> Enrolment:
    """An enrolment that was brought into a state by the services. `cohort` has a free seat of
    each pool, but for `applied` none of the scholarship's."""
    paid = state in (EnrolmentState.PENDING_PAYMENT,)
    row = apply(user, cohort, "paid" if paid else "scholarship")
    if state not in (EnrolmentState.APPLIED, EnrolmentState.OFFERED, EnrolmentState.EXPIRED):
        row = enrolments.accept(user=user, enrolment_id=row.pk)
    match state:
        case EnrolmentState.SUSPENDED:
            row = enrolments.suspend(caller=cohort_admin(), enrolment_id=row.pk)
        case EnrolmentState.WITHDRAWN:
            row = enrolments.withdraw(caller=user, enrolment_id=row.pk)
        case EnrolmentState.COMPLETED | EnrolmentState.EXPIRED as end:
            with enrolments.locked_cohort(cohort.pk, {user.pk}):
                action = "complete" if end == EnrolmentState.COMPLETED else "expire"
                enrolments.move(row, action)
    forget_appended()
    assert row.state == state
    return row
