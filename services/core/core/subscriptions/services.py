"""Everything that changes subscriptions and invoices. Each function locks the user, then the
subscription, and asks a gateway without locks. Jobs ask; of all requests `pay/` alone waits."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet

from core.jobs.services import schedule
from core.kit import clock
from core.kit.errors import Busy, Conflict, NotFound
from core.kit.limits import lock_parent
from core.kit.versions import get_for_update
from core.outbox.publish import publish
from core.subscriptions.entitlements import follow_subscription
from core.subscriptions.gateway_time import limited_time
from core.subscriptions.gateways import (
    GatewayInvoice,
    InvoiceLine,
    NothingToPay,
    PaymentGateway,
    gateway_for,
    gateway_named,
)
from core.subscriptions.models import LIVE, Invoice, Plan, Subscription
from core.subscriptions.orders import due_order, order_of, require_price_at
from core.subscriptions.plans import offered_plan
from core.subscriptions.selectors import due_subscriptions, own_subscriptions
from core.subscriptions.states import GRACE, SUBSCRIPTION_STATES
from core.users.guardians import require_consent
from core.users.models import User
from ongoza_contracts.subscriptions import InvoiceState, SubscriptionState
from ongoza_contracts.vocabulary import Role

PAYMENT, STOP = "subscriptions.payment", "subscriptions.stop"
RENEWAL = "subscriptions.renewal"
UNPAID = (InvoiceState.OPEN, InvoiceState.FAILED)
SETTLE_ATTEMPTS = 3
WITHOUT_RENEWAL = (SubscriptionState.CANCELLED, SubscriptionState.EXPIRED)


class AlreadySubscribed(Conflict):
    """Says by which subscription."""

    code = "already_subscribed"


class PeriodOver(Conflict):
    code = "period_over"
    detail = "The period is over: subscribe again."


def subscribe(
    *, user: User, plan_id: UUID, currency: str, gateway_name: str | None = None
) -> Subscription:
    """Begin a subscription: with the trial of the plan for somebody's first one, else it waits for
    its first payment, which a job asks the gateway for.

    Raises NoGateway, NotFound for a plan that is not offered, NoPrice, AlreadySubscribed,
    PermissionDenied for somebody who is no learner, Busy and what `require_consent` raises.
    """
    gateway = gateway_for(currency, gateway_name)
    require_consent(user)
    plan = offered_plan(plan_id)
    require_price_at(gateway, plan, currency)
    with lock_parent(User.objects.filter(pk=user.pk)) as learner:
        if learner.role != Role.LEARNER:
            raise PermissionDenied
        own = own_subscriptions(user)
        if found := own.filter(state__in=LIVE).first():
            raise AlreadySubscribed(f"The subscription {found.pk} is {found.state}.")
        new = Subscription(user=learner, plan=plan, currency=currency, gateway=gateway.name)
        if plan.trial_days and not own.exists():
            new.state, new.is_trial = SubscriptionState.TRIALING.value, True
            new.period_starts_at = clock.now()
            new.period_ends_at = new.period_starts_at + timedelta(days=plan.trial_days)
        publish(new)
        follow_subscription(new)
        if not new.is_trial:
            _schedule_payment(new, plan)
    return new


def cancel(*, user: User, subscription_id: UUID) -> Subscription:
    """Renew no more. What is paid for, or the trial, stays until the period ends; without either
    the subscription ends at once. Raises NotFound, IllegalTransition and Busy."""
    with _locked(own_subscriptions(user).filter(pk=subscription_id)) as subscription:
        SUBSCRIPTION_STATES.move(subscription, "cancel")
        _store(subscription)
    return subscription


def resume(*, user: User, subscription_id: UUID) -> Subscription:
    """Take a cancellation back. Raises NotFound, IllegalTransition, PeriodOver and Busy."""
    with _locked(own_subscriptions(user).filter(pk=subscription_id)) as subscription:
        action = "resume-trial" if subscription.is_trial else "resume"
        SUBSCRIPTION_STATES.move(subscription, action)
        if subscription.period_ends_at is None or subscription.period_ends_at <= clock.now():
            raise PeriodOver
        _store(subscription)
        _schedule_renewal(subscription)
    return subscription


def change_plan(*, user: User, subscription_id: UUID, plan_id: UUID) -> Subscription:
    """Change to a plan of a higher rank as soon as it is paid, to another one when the period ends;
    within a trial at once.

    An upgrade that was asked for stands until its invoice is paid or void: any other choice lets it
    get void, the present plan too, which takes a downgrade back as well.

    Raises NotFound, NoPrice, IllegalTransition, NoGateway and Busy.
    """
    plan = offered_plan(plan_id)
    with _locked(own_subscriptions(user).filter(pk=subscription_id)) as subscription:
        require_price_at(gateway_named(subscription.gateway), plan, subscription.currency)
        SUBSCRIPTION_STATES.move(subscription, "change-plan")
        if subscription.is_trial:
            subscription.plan = plan
        elif plan.rank > subscription.plan.rank:
            _schedule_payment(subscription, plan)
            return subscription
        else:
            subscription.next_plan = None if plan == subscription.plan else plan
            _schedule_renewal(subscription)
        _store(subscription)
    return subscription


def pass_time(*, subscription_id: UUID) -> None:
    """Move a subscription whose trial, period, grace or wait is over; no-op for another one, and
    for one that does not exist. Raises Busy."""
    due = due_subscriptions(clock.now()).filter(pk=subscription_id)
    if not due.exists():
        return
    with _locked(Subscription.objects.filter(pk=subscription_id)) as subscription:
        if not due.exists():
            return
        lapses = subscription.state in (SubscriptionState.TRIALING, SubscriptionState.ACTIVE)
        SUBSCRIPTION_STATES.move(subscription, "lapse" if lapses else "expire")
        if lapses and subscription.period_ends_at:
            subscription.grace_ends_at = subscription.period_ends_at + GRACE
            subscription.plan = subscription.next_plan or subscription.plan
            subscription.next_plan = None
            _schedule_payment(subscription, subscription.plan)
        _store(subscription)


def request_payment(*, subscription_id: UUID, plan_id: UUID) -> None:
    """Ask the gateway for the payment that is due for the subscription with this plan, and store
    the invoice. No-op where none is due. Call it outside of a transaction. Raises NotFound, Busy,
    and NoGateway."""
    rows = Subscription.objects.filter(pk=subscription_id)
    with _locked(rows) as subscription:
        order = due_order(subscription, Plan.objects.get(pk=plan_id))
    if order is None:
        return
    reference = gateway_named(subscription.gateway).request_payment(order)
    with _locked(rows) as subscription:
        if subscription.gateway_reference != reference:
            subscription.gateway_reference = reference
            publish(subscription)
        if subscription.state in WITHOUT_RENEWAL:  # it was cancelled meanwhile
            _schedule_stop(subscription)
    settle(gateway_name=subscription.gateway, reference=reference)


@limited_time()
def start_payment(*, user: User, subscription_id: UUID, phone: str = "") -> str:
    """Where the learner pays what is due: the address of the gateway's page, or an empty text where
    it asks the phone. The caller waits for the gateway: nobody else learns the address, and the
    phone's number is stored nowhere.

    Call it outside of a transaction. Raises NotFound, NothingToPay, WrongPhone, NoGateway,
    GatewayUnavailable and Busy.
    """
    rows = own_subscriptions(user).filter(pk=subscription_id)
    with _locked(rows) as subscription:
        asked = subscription.invoices.filter(state__in=UNPAID).order_by("-period_starts_at").first()
        is_upgrade = subscription.state == SubscriptionState.ACTIVE and asked is not None
        plan = asked.plan if asked and is_upgrade else subscription.plan
    request_payment(subscription_id=subscription_id, plan_id=plan.pk)
    with _locked(rows) as subscription:
        order = due_order(subscription, plan)
    if order is None:
        raise NothingToPay
    return gateway_named(subscription.gateway).start_payment(order, phone)


def renew(*, subscription_id: UUID) -> None:
    """Let the gateway collect for the plan that follows when the period ends, and for nothing else;
    no-op for a subscription that is not active or that no gateway knows. Call it outside of a
    transaction. Raises NotFound, Busy and NoGateway."""
    rows = Subscription.objects.filter(pk=subscription_id)
    with _locked(rows) as subscription:
        if subscription.state != SubscriptionState.ACTIVE or not subscription.gateway_reference:
            return
        plan = subscription.next_plan or subscription.plan
        starts_at = subscription.period_ends_at or clock.now()
        order = order_of(subscription, plan, f"{subscription.pk}:{plan.pk}:renewal", starts_at)
    gateway_named(subscription.gateway).renew(order)
    with _locked(rows) as subscription:
        if subscription.state in WITHOUT_RENEWAL:  # it was cancelled meanwhile
            _schedule_stop(subscription)
    settle(gateway_name=subscription.gateway, reference=order.reference)


def stop_payments(*, subscription_id: UUID) -> None:
    """Let the gateway collect nothing more for a subscription that is not renewed; no-op for
    another one. Call it outside of a transaction. Raises NotFound, Busy and NoGateway."""
    with _locked(Subscription.objects.filter(pk=subscription_id)) as subscription:
        is_over = subscription.state in WITHOUT_RENEWAL and subscription.gateway_reference
    if is_over:
        gateway_named(subscription.gateway).stop(subscription.gateway_reference)
        with _locked(Subscription.objects.filter(pk=subscription_id)) as subscription:
            if subscription.state not in WITHOUT_RENEWAL:  # it was resumed meanwhile
                _schedule_renewal(subscription)
        settle(gateway_name=subscription.gateway, reference=subscription.gateway_reference)


def settle(*, gateway_name: str, reference: str) -> None:
    """Retrieve a subscription's invoices from its gateway and let the subscription follow them.

    The one way to a payment: jobs, commands and webhooks call it, as often and in whatever order
    they come. The gateway is asked without locks, and again if somebody else settled meanwhile.
    Call it outside of a transaction. Raises NotFound for a reference that no subscription has, Busy
    and NoGateway.
    """
    gateway = gateway_named(gateway_name)
    rows = Subscription.objects.filter(gateway=gateway_name, gateway_reference=reference)
    rows = rows.exclude(gateway_reference="")
    for _ in range(SETTLE_ATTEMPTS):
        if (before := _stored(rows)) is None:
            raise NotFound
        found = gateway.retrieve(reference)
        with _locked(rows) as subscription:
            if _stored(rows) == before:
                _follow_gateway(gateway, subscription, found)
                return
    raise Busy


def _stored(rows: QuerySet[Subscription]) -> tuple[Any, ...] | None:
    """By which it shows whether somebody else settled the subscription; None without one."""
    subscription = rows.values_list("pk", "version").first()
    if subscription is None:
        return None
    invoices = Invoice.objects.filter(subscription=subscription[0]).order_by("pk")
    return subscription, [*invoices.values_list("pk", "version")]


def _follow_gateway(
    gateway: PaymentGateway, subscription: Subscription, found: Sequence[GatewayInvoice]
) -> None:
    changed = [one for one in found if _store_invoice(gateway, subscription, one)]
    voided = any(one.state is InvoiceState.VOID for one in changed)
    waiting = any(one.state in (InvoiceState.OPEN, InvoiceState.FAILED) for one in found)
    if subscription.next_plan_id and voided and not waiting:
        _schedule_renewal(subscription)  # an upgrade took the place of the downgrade
    paid = [one for one in found if one.state is InvoiceState.PAID]
    if paid:
        _follow_payment(subscription, max(paid, key=lambda one: one.period_starts_at))


def follow_plan(*, subscription_id: UUID) -> None:
    """Give a subscription the features that its plan has now. Raises NotFound and Busy."""
    with _locked(Subscription.objects.filter(pk=subscription_id)) as subscription:
        follow_subscription(subscription)


def _store_invoice(
    gateway: PaymentGateway, subscription: Subscription, found: GatewayInvoice
) -> bool:
    """An upsert by the gateway's id of the invoice; False, and nothing published, if nothing
    changed."""
    rows = Invoice.objects.filter(gateway=gateway.name, gateway_invoice_id=found.id)
    invoice = rows.select_for_update(no_key=True).first() or Invoice(
        user_id=subscription.user_id,
        subscription=subscription,
        gateway=gateway.name,
        gateway_invoice_id=found.id,
    )
    price = gateway.units.from_gateway(found.amount, found.currency)
    columns = {
        "plan_id": found.plan_id,
        "currency": price.currency,
        "amount": price.amount,
        "state": found.state.value,
        "period_starts_at": found.period_starts_at,
        "period_ends_at": found.period_ends_at,
        "paid_at": found.paid_at,
        "lines": [_line(one) for one in found.lines],
    }
    if invoice.version and all(getattr(invoice, name) == columns[name] for name in columns):
        return False
    for name, value in columns.items():
        setattr(invoice, name, value)
    publish(invoice)
    return True


def _line(line: InvoiceLine) -> dict[str, Any]:
    """In the gateway's units: a part of an amount may be finer than what can be paid."""
    return {
        "amount": line.amount,
        "is_proration": line.is_proration,
        "starts_at": line.starts_at.isoformat(),
        "ends_at": line.ends_at.isoformat(),
    }


def _follow_payment(subscription: Subscription, paid: GatewayInvoice) -> None:
    """Begin the period of the newest paid invoice, at its payment if it was over by then; no-op if
    it has begun, is over, or if the subscription ended and the user has another one."""
    began = subscription.period_starts_at
    starts_at, ends_at = paid.period_starts_at, paid.period_ends_at
    is_new = began is None or starts_at > began
    if paid.paid_at and paid.paid_at >= ends_at:
        starts_at, ends_at = paid.paid_at, paid.paid_at + (ends_at - starts_at)
    if not is_new or ends_at <= clock.now() or _has_other(subscription):
        return
    SUBSCRIPTION_STATES.move(subscription, "settle")
    if subscription.plan_id != paid.plan_id:
        subscription.plan = Plan.objects.get(pk=paid.plan_id)
        subscription.next_plan = None
    subscription.period_starts_at = starts_at
    subscription.period_ends_at = ends_at
    subscription.is_trial = False
    _store(subscription)


def _has_other(subscription: Subscription) -> bool:
    rows = Subscription.objects.filter(user=subscription.user_id, state__in=LIVE)
    return rows.exclude(pk=subscription.pk).exists()


def _store(subscription: Subscription) -> None:
    """Publishes the subscription, updates its entitlements, and stops the gateway after an end."""
    if subscription.state != SubscriptionState.PAST_DUE:
        subscription.grace_ends_at = None
    publish(subscription)
    follow_subscription(subscription)
    if subscription.state in WITHOUT_RENEWAL:
        _schedule_stop(subscription)


def _schedule_stop(subscription: Subscription) -> None:
    schedule(STOP, subject=str(subscription.pk), user_id=subscription.user_id)


def _schedule_renewal(subscription: Subscription) -> None:
    schedule(RENEWAL, subject=str(subscription.pk), user_id=subscription.user_id)


def _schedule_payment(subscription: Subscription, plan: Plan) -> None:
    subject = f"{subscription.pk}:{plan.pk}"
    schedule(PAYMENT, subject=subject, user_id=subscription.user_id, key=subject)


@contextmanager
def _locked(rows: QuerySet[Subscription]) -> Iterator[Subscription]:
    """A transaction with the locks of user and subscription. Raises NotFound and Busy."""
    user_id = rows.values_list("user_id", flat=True).first()
    if user_id is None:
        raise NotFound
    with lock_parent(User.objects.filter(pk=user_id)):
        yield get_for_update(rows)
