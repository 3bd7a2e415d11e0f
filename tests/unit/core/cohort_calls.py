"""Calls of the services of cohorts, enrolments, events and certificates that write them."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from core.cohorts.enrolments import locked_cohort, move
from core.cohorts.models import Cohort, Enrolment, SeatPool
from ongoza_contracts.cohorts import EnrolmentState, PoolKind
from tests.unit.core.certificate_rows import certificate, completed_enrolment, named
from tests.unit.core.cohort_rows import (
    COHORT,
    cohort_admin,
    enrolment_in,
    open_cohort,
    pools,
    program_version,
)
from tests.unit.core.school import World
from tests.unit.core.world import calendar_event, person

AHEAD = timezone.now() + timedelta(days=1)


def enrolled(state: EnrolmentState) -> Enrolment:
    return enrolment_in(state, open_cohort(scholarship=1, paid=1), person("amina"))


def by_learner(state: EnrolmentState) -> dict[str, Any]:
    row = enrolled(state)
    return {"user": row.user, "enrolment_id": row.pk}


def by_staff(state: EnrolmentState, **more: Any) -> dict[str, Any]:
    return {"caller": cohort_admin(), "enrolment_id": enrolled(state).pk, **more}


def overdue() -> dict[str, Any]:
    row = enrolled(EnrolmentState.OFFERED)
    QuerySet(Enrolment).filter(pk=row.pk).update(expires_at=row.created_at)
    return {"cohort_id": row.cohort_id}


def unpaid_in_time() -> Enrolment:
    row = enrolled(EnrolmentState.PENDING_PAYMENT)
    with locked_cohort(row.cohort_id, {row.user_id}):
        move(row, "expire")
    return row


def waited_for() -> Cohort:
    """A cohort with a free seat and a waiting list."""
    row = enrolment_in(EnrolmentState.APPLIED, open_cohort(scholarship=0), person("amina"))
    QuerySet(SeatPool).filter(cohort=row.cohort).update(size=1)
    return row.cohort


def of_cohort(**more: Any) -> dict[str, Any]:
    return {"caller": cohort_admin(), "cohort_id": open_cohort(scholarship=1).pk, **more}


OF_COHORTS: Mapping[str, tuple[str, Callable[[World], dict[str, Any]]]] = {
    "access.services.follow_enrolment": (
        "memberships",
        lambda w: {
            "user_id": w.learner.pk,
            "cohort_id": open_cohort(scholarship=1).pk,
            "is_active": True,
        },
    ),
    "calendars.services.add_event": (
        "calendar-events",
        lambda w: {
            "added_by": w.admin,
            "organization_id": w.school.pk,
            "title": "Kick-off",
            "starts_at": AHEAD,
            "ends_at": AHEAD,
            "time_zone": "Africa/Nairobi",
        },
    ),
    "calendars.services.update_event": (
        "calendar-events",
        lambda w: {
            "changed_by": w.admin,
            "event_id": calendar_event(w.school).pk,
            "title": "Another",
        },
    ),
    "calendars.services.cancel_event": (
        "calendar-events",
        lambda w: {"cancelled_by": w.admin, "event_id": calendar_event(w.school).pk},
    ),
    "certificates.services.issue_certificate": (
        "certificates",
        lambda w: {
            "issued_by": w.admin,
            "enrolment_id": completed_enrolment(named(person("amina"))).pk,
        },
    ),
    "certificates.services.revoke_certificate": (
        "certificates",
        lambda w: {
            "revoked_by": w.admin,
            "certificate_id": certificate(person("amina")).pk,
            "reason": "Issued by mistake.",
        },
    ),
    "cohorts.services.add_cohort": (
        "cohorts",
        lambda w: {
            "caller": w.admin,
            "organization_id": w.school.pk,
            "program_version_id": program_version().pk,
            **COHORT,
        },
    ),
    "cohorts.services.update_cohort": ("cohorts", lambda _: of_cohort(name="Another")),
    "cohorts.services.move_cohort": ("cohorts", lambda _: of_cohort(action="start")),
    "cohorts.services.set_pools": ("cohorts", lambda _: of_cohort(pools=pools(scholarship=2))),
    "cohorts.seats.promote": ("enrolments", lambda _: {"cohort": waited_for()}),
    "cohorts.enrolments.apply": (
        "enrolments",
        lambda w: {
            "user": w.learner,
            "cohort_id": open_cohort(scholarship=1).pk,
            "pools": [PoolKind.SCHOLARSHIP],
        },
    ),
    "cohorts.enrolments.add_entry": (
        "enrolments",
        lambda w: {
            "cohort": open_cohort(scholarship=1),
            "user_id": w.learner.pk,
            "pools": [PoolKind.SCHOLARSHIP],
            "entitled": [],
        },
    ),
    "cohorts.enrolments.accept": (
        "enrolments memberships",
        lambda _: by_learner(EnrolmentState.OFFERED),
    ),
    "cohorts.enrolments.decline": ("enrolments", lambda _: by_learner(EnrolmentState.OFFERED)),
    "cohorts.enrolments.withdraw": (
        "enrolments memberships",
        lambda _: by_staff(EnrolmentState.ACTIVE),
    ),
    "cohorts.enrolments.confirm_payment": (
        "enrolments memberships",
        lambda _: by_staff(EnrolmentState.PENDING_PAYMENT, reference="R-17"),
    ),
    "cohorts.enrolments.activate_paid": (
        "enrolments memberships",
        lambda _: {"enrolment": enrolled(EnrolmentState.PENDING_PAYMENT), "reference": "a charge"},
    ),
    "cohorts.enrolments.begin_again": (
        "enrolments memberships",
        lambda _: {"expired": unpaid_in_time(), "reference": "a charge"},
    ),
    "cohorts.enrolments.suspend": (
        "enrolments memberships",
        lambda _: by_staff(EnrolmentState.ACTIVE),
    ),
    "cohorts.enrolments.resume": (
        "enrolments memberships",
        lambda _: by_staff(EnrolmentState.SUSPENDED),
    ),
    "cohorts.enrolments.transfer": (
        "enrolments memberships",
        lambda _: by_staff(
            EnrolmentState.ACTIVE,
            cohort_id=open_cohort(scholarship=1).pk,
            pool=PoolKind.SCHOLARSHIP,
        ),
    ),
    "cohorts.enrolments.expire_and_promote": ("enrolments", lambda _: overdue()),
    "cohorts.enrolments.move": (
        "enrolments memberships",
        lambda _: {"enrolment": enrolled(EnrolmentState.ACTIVE), "action": "complete"},
    ),
}
