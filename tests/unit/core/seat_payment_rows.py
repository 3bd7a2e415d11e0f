"""Enrolments that wait for a payment, for tests."""

from datetime import timedelta
from io import StringIO
from typing import Any

from django.core.management import call_command
from django.db.models import QuerySet
from django.utils import timezone

from core.cohorts import enrolments
from core.cohorts.models import Cohort, Enrolment, SeatPrice
from core.subscriptions.models import Charge, SandboxCharge
from core.users.models import User
from ongoza_contracts.cohorts import EnrolmentState
from tests.unit.core.cohort_rows import enrolment_in, open_cohort
from tests.unit.core.notified import run_jobs
from tests.unit.core.world import Answer, signed_in

AMOUNT = 150_000


def priced_cohort(seats: int = 1) -> Cohort:
    cohort = open_cohort(paid=seats, scholarship=0)
    SeatPrice.objects.create(cohort=cohort, currency="KES", amount=AMOUNT)
    return cohort


def unpaid(user: User, cohort: Cohort) -> Enrolment:
    return enrolment_in(EnrolmentState.PENDING_PAYMENT, cohort, user)


def ask(row: Enrolment, **more: Any) -> Answer:
    """The learner asks where to pay."""
    body = {"currency": "KES", **more}
    return signed_in(row.user).call("POST", f"enrolments/{row.pk}/pay/", body)


def asked(row: Enrolment) -> Charge:
    """The charge for which the learner asked."""
    assert ask(row) == (200, {"url": ""})
    return Charge.objects.get(subject=row.pk, state="open")


def pay(charge: Charge, outcome: str = "paid") -> None:
    """The payer acts at the sandbox, which core asks."""
    call_command("sandbox_payment", str(charge.pk), outcome, stdout=StringIO())


def pay_unseen(charge: Charge) -> None:
    """The payer pays, and core does not know yet."""
    SandboxCharge.objects.filter(pk=charge.pk).update(state="paid")


def expire(row: Enrolment) -> None:
    """The hold ends, and the tick gives the seat to the next."""
    end_hold(row)
    enrolments.expire_and_promote(cohort_id=row.cohort_id)


def end_hold(row: Enrolment) -> None:
    before = timezone.now() - timedelta(seconds=1)
    QuerySet(Enrolment).filter(pk=row.pk, expires_at__isnull=False).update(expires_at=before)


def end_of(row: Enrolment) -> tuple[list[str], list[str]]:
    """The states of the learner's enrolments in the cohort, and of the charges for this one, after
    all jobs."""
    run_jobs()
    rows = Enrolment.objects.filter(user=row.user, cohort=row.cohort_id).order_by("pk")
    charges = Charge.objects.filter(subject=row.pk)
    return [one.state for one in rows], [one.state for one in charges]
