"""Jobs of subscriptions: what time changes in them, and what gateways are asked."""

from contextlib import suppress
from datetime import timedelta
from uuid import UUID

from django.utils import timezone

from core.jobs.models import Job
from core.jobs.registry import job_kind
from core.jobs.services import schedule
from core.kit.errors import NotFound
from core.subscriptions import charges, gateways, services
from core.subscriptions.models import LIVE, Subscription
from core.subscriptions.selectors import due_subscriptions

BATCH = 500


@job_kind("subscriptions.due", every=timedelta(minutes=1))
def schedule_due(job: Job) -> None:
    """Schedule a job for each subscription whose trial, period, grace or wait is over. The subject
    is the subscription after which to go on."""
    due = due_subscriptions(timezone.now()).order_by("pk")
    if job.subject:
        due = due.filter(pk__gt=UUID(job.subject))
    keys = [*due.values_list("pk", flat=True)[:BATCH]]
    for key in keys:
        schedule("subscriptions.time", subject=str(key), key=str(key))
    if len(keys) == BATCH:
        schedule(job.kind, subject=str(keys[-1]))  # the rest, in a transaction of its own


@job_kind("subscriptions.time")
def pass_time(job: Job) -> None:
    services.pass_time(subscription_id=UUID(job.subject))


@job_kind(services.PAYMENT, atomic=False)
def request_payment(job: Job) -> None:
    """The subject is the subscription and, after a colon, the plan."""
    subscription_id, plan_id = map(UUID, job.subject.split(":"))
    services.request_payment(subscription_id=subscription_id, plan_id=plan_id)


@job_kind(services.RENEWAL, atomic=False)
def renew(job: Job) -> None:
    services.renew(subscription_id=UUID(job.subject))


@job_kind(services.STOP, atomic=False)
def stop_payments(job: Job) -> None:
    services.stop_payments(subscription_id=UUID(job.subject))


@job_kind(gateways.EVENT, atomic=False)
def settle(job: Job) -> None:
    """The subject is the gateway and, after a colon, the reference of a subscription or a charge.
    No-op for one that is unknown: who stores a reference settles it."""
    gateway, _, reference = job.subject.partition(":")
    for settle_one in (services.settle, charges.settle_charge):
        with suppress(NotFound):
            settle_one(gateway_name=gateway, reference=reference)


@job_kind(charges.REFUND, atomic=False)
def refund(job: Job) -> None:
    charges.refund(charge_id=UUID(job.subject))


@job_kind("subscriptions.plan_changed")
def schedule_subscribers(job: Job) -> None:
    """Schedule a job for each subscription to a plan whose features changed. The subject is the
    plan and, after a colon, the subscription after which to go on."""
    plan_id, _, after = job.subject.partition(":")
    rows = Subscription.objects.filter(plan=UUID(plan_id), state__in=LIVE).order_by("pk")
    if after:
        rows = rows.filter(pk__gt=UUID(after))
    keys = [*rows.values_list("pk", flat=True)[:BATCH]]
    for key in keys:
        schedule("subscriptions.features", subject=str(key), key=str(key))
    if len(keys) == BATCH:
        schedule(job.kind, subject=f"{plan_id}:{keys[-1]}")


@job_kind("subscriptions.features")
def follow_plan(job: Job) -> None:
    """No-op for a subscription that was erased meanwhile."""
    try:
        services.follow_plan(subscription_id=UUID(job.subject))
    except NotFound:
        return
