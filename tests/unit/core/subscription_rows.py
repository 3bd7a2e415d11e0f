"""Plans, subscriptions and payments for tests, made through the services and the sandbox."""

from collections.abc import Mapping
from datetime import timedelta
from io import StringIO
from typing import Any
from uuid import UUID

from django.core.management import call_command
from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from core.outbox.publish import publish
from core.subscriptions import services
from core.subscriptions.models import Entitlement, Invoice, Plan, SandboxInvoice, Subscription
from core.subscriptions.money import Money
from core.subscriptions.plans import set_plan
from core.users.models import User
from ongoza_contracts.subscriptions import EntitlementSource, Feature, InvoiceState
from tests.unit.core.notified import run_jobs

BOTH: Mapping[Feature, int | None] = {Feature.MENTORSHIP: None, Feature.HABITS: 50}
PRICE = Money(150_000, "KES")


def plan(slug: str = "plus", rank: int = 10, **values: Any) -> Plan:
    some: dict[str, Any] = {"title": slug.title(), "features": BOTH, "prices": [PRICE]}
    return set_plan(slug=slug, rank=rank, **{**some, **values})


def subscribe(user: User, to: Plan | None = None) -> Subscription:
    """Its first payment waits in a job."""
    return services.subscribe(user=user, plan_id=(to or plan()).pk, currency="KES")


def open_invoice(subscription: Subscription) -> UUID:
    """What the sandbox calls the one invoice that waits for a payment."""
    run_jobs()
    return SandboxInvoice.objects.get(subscription=subscription, state=InvoiceState.OPEN).pk


def pay(subscription: Subscription, outcome: str = "paid") -> Subscription:
    """Pay the open invoice, or let the payment fail."""
    invoice = open_invoice(subscription)
    call_command("sandbox_payment", str(invoice), outcome, stdout=StringIO())
    run_jobs()
    return Subscription.objects.get(pk=subscription.pk)


def paid_subscription(user: User, to: Plan | None = None) -> Subscription:
    return pay(subscribe(user, to))


PERIOD = ("period_starts_at", "period_ends_at")


def end_time(subscription: Subscription, column: str) -> None:
    """As if everything had happened so much earlier that this time is over since a second."""
    rows: QuerySet[Subscription] = QuerySet(Subscription).filter(pk=subscription.pk)
    shift = rows.values_list(column, flat=True)[0] - timezone.now() + timedelta(seconds=1)
    rows.update(**{name: F(name) - shift for name in (*PERIOD, "grace_ends_at")})
    entitlements: QuerySet[Entitlement] = QuerySet(Entitlement).filter(subscription=subscription)
    entitlements.update(starts_at=F("starts_at") - shift, ends_at=F("ends_at") - shift)
    at_gateway = SandboxInvoice.objects.filter(subscription=subscription)
    at_gateway.update(**{name: F(name) - shift for name in PERIOD})


def after_end_of(column: str, subscription: Subscription) -> Subscription:
    """The subscription after the jobs that follow the end of that time."""
    end_time(subscription, column)
    services.pass_time(subscription_id=subscription.pk)
    run_jobs()
    return Subscription.objects.get(pk=subscription.pk)


def published_plan() -> Plan:
    return plan(f"plan-{Plan.objects.count()}")


def published_subscription(user: User, to: Plan) -> Subscription:
    """Without what follows from it; a user has one that has not ended."""
    row = Subscription(user=user, plan=to, currency="KES", gateway="sandbox", state="expired")
    with transaction.atomic():
        publish(row)
    return row


def published_invoice(subscription: Subscription) -> Invoice:
    now = timezone.now()
    row = Invoice(
        user_id=subscription.user_id,
        subscription=subscription,
        plan_id=subscription.plan_id,
        gateway="sandbox",
        gateway_invoice_id=str(Invoice.objects.count()),
        currency="KES",
        amount=PRICE.amount,
        state=InvoiceState.OPEN,
        period_starts_at=now,
        period_ends_at=now + timedelta(days=30),
    )
    with transaction.atomic():
        publish(row)
    return row


def published_entitlement(user: User, giver: User | None = None, **values: Any) -> Entitlement:
    some = {"feature": Feature.MENTORSHIP, "source": EntitlementSource.MANUAL}
    row = Entitlement(user=user, granted_by=giver, **{**some, **values})
    with transaction.atomic():
        publish(row)
    return row
