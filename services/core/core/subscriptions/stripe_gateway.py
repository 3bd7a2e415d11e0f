"""Stripe behind the port. A subscription of ours is a customer there: all invoices of the customer
are its invoices. Amounts, periods and proration are Stripe's."""

import json
import logging
import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import lru_cache, wraps
from typing import Any, ParamSpec, TypeVar
from uuid import UUID

import requests
import stripe
from django.conf import settings

from core.kit.breaker import Breaker
from core.subscriptions import stripe_charges
from core.subscriptions.charge_states import ChargeState
from core.subscriptions.gateway_time import seconds_left
from core.subscriptions.gateways import (
    ChargeOrder,
    DowngradeWaits,
    GatewayInvoice,
    GatewayPreview,
    GatewayUnavailable,
    InvoiceLine,
    NothingToPay,
    Order,
)
from core.subscriptions.money import STRIPE
from core.subscriptions.stripe_keys import once
from ongoza_contracts.subscriptions import InvoiceState

NAME = "stripe"
TIMEOUT_SECONDS = 5
EVENT_LASTS_SECONDS = 300
"""After which a signature is too old. Stripe signs again whenever it repeats an event."""
LIVE = ("trialing", "active", "past_due", "unpaid", "incomplete", "paused")
"""The states of Stripe's subscriptions that have not ended."""
UNPAID_STATES = ("past_due", "unpaid", "incomplete")
STATES = {
    "open": InvoiceState.OPEN,
    "paid": InvoiceState.PAID,
    "uncollectible": InvoiceState.FAILED,
    "void": InvoiceState.VOID,
}
"""A draft is none yet: Stripe may still change it."""

stripe.enable_telemetry = False
logging.getLogger("stripe").setLevel(logging.WARNING)  # it would log each call with its ids
breaker = Breaker()
P = ParamSpec("P")
R = TypeVar("R")


class NotSigned(ValueError):
    """The body is not what Stripe signed."""


def _translated(call: Callable[P, R]) -> Callable[P, R]:
    """Raises GatewayUnavailable, without Stripe's text, which may name the payer."""

    @wraps(call)
    def translated(*args: P.args, **options: P.kwargs) -> R:
        try:
            return call(*args, **options)
        except stripe.StripeError as error:
            raise GatewayUnavailable(f"Stripe: {type(error).__name__}. Try again.") from None

    return translated


class StripeGateway:
    name = NAME
    units = STRIPE
    currencies = None

    def __init__(self) -> None:
        # The SDK's types of parameters are typed dicts, which a dict that is put together is not.
        self.api: Any = _client(settings.STRIPE_SECRET_KEY, settings.STRIPE_API_URL).v1

    @_translated
    def request_payment(self, order: Order) -> str:
        """Stripe renews by itself; the page for a first payment begins when the learner asks for
        it. What is left is a customer, and a change within the period."""
        customer = self._customer(order)
        live = self._live(customer)
        if order.is_upgrade and live is not None:
            self._upgrade(customer, live, order)
        return customer

    @_translated
    def preview_upgrade(self, order: Order) -> GatewayPreview:
        live = self._live(order.reference) if order.reference else None
        if live is None:
            raise NothingToPay
        if self._paid_price(live, self._invoices(order.reference)) is not None:
            raise DowngradeWaits
        change = {"id": live["items"].data[0].id, "price_data": self._price(order)}
        found = self.api.invoices.create_preview(
            {
                "subscription": live.id,
                "subscription_details": {
                    "items": [change],
                    "proration_behavior": "always_invoice",
                },
            }
        )
        return GatewayPreview(
            amount=max(found.total, 0),
            currency=found.currency.upper(),
            lines=[_line(one) for one in found.lines.data],
        )

    @_translated
    def start_payment(self, order: Order, phone: str) -> str:
        unpaid = [one for one in self._invoices(order.reference) if one.status == "open"]
        if unpaid:
            return str(unpaid[0].hosted_invoice_url)
        if order.is_upgrade or self._live(order.reference) is not None:
            raise NothingToPay
        return self._checkout(order)

    @_translated
    def renew(self, order: Order) -> None:
        live = self._live(order.reference)
        if live is None:
            return
        self._void(order.reference, "subscription_update")
        item = live["items"].data[0]
        if item.price.recurring.interval != order.interval:
            # Stripe would begin the other interval at once: it ends, and the learner pays again.
            self.api.subscriptions.update(live.id, {"cancel_at_period_end": True})
            return
        self.api.subscriptions.update(live.id, {"cancel_at_period_end": False})
        if item.price.unit_amount != self.units.to_gateway(order.price) or (
            item.price.product != _product_id(order.plan_id)
        ):
            change = {"id": item.id, "price_data": self._price(order)}
            self.api.subscriptions.update(
                live.id, {"items": [change], "proration_behavior": "none"}
            )

    @_translated
    def stop(self, reference: str) -> None:
        for session in self._sessions(reference):
            if session.status == "open":
                self.api.checkout.sessions.expire(session.id)
        live = self._live(reference)
        if live is not None and live.status in UNPAID_STATES:
            self.api.subscriptions.cancel(live.id)
        elif live is not None:
            self.api.subscriptions.update(live.id, {"cancel_at_period_end": True})
        self._void(reference)

    @_translated
    def retrieve(self, reference: str) -> Sequence[GatewayInvoice]:
        found = [_invoice(one) for one in self._invoices(reference) if one.status in STATES]
        return [one for one in found if one is not None]

    @_translated
    def request_charge(self, order: ChargeOrder) -> str:
        return stripe_charges.new_customer(self.api, order)

    @_translated
    def start_charge(self, order: ChargeOrder, phone: str, page: str) -> str:
        amount = self.units.to_gateway(order.price)
        return stripe_charges.page_address(self.api, order, amount, f"{settings.WEB_URL}{page}")

    @_translated
    def close_charge(self, order: ChargeOrder) -> bool:
        stripe_charges.close_page(self.api, order.reference)
        return True

    @_translated
    def retrieve_charge(self, order: ChargeOrder) -> ChargeState:
        return stripe_charges.state_of(self.api, order.reference)

    @_translated
    def refund_charge(self, order: ChargeOrder) -> None:
        stripe_charges.refund(self.api, order)

    def _customer(self, order: Order) -> str:
        """A new one in place of one that was deleted. Stripe learns no name and no address from us:
        it asks the payer."""
        if order.reference and not _is_deleted(self.api.customers.retrieve(order.reference)):
            return order.reference
        made = self.api.customers.create(
            {"metadata": {"subscription": str(order.subscription_id)}},
            once(f"customer:{order.subscription_id}:{order.reference}"),
        )
        return str(made.id)

    def _invoices(self, customer: str) -> list[Any]:
        """The newest first."""
        rows = self.api.invoices.list({"customer": customer, "limit": 100})
        return [*rows.auto_paging_iter()]

    def _sessions(self, customer: str) -> list[Any]:
        rows = self.api.checkout.sessions.list({"customer": customer, "limit": 100})
        return [*rows.auto_paging_iter()]

    def _live(self, customer: str) -> Any:
        """Stripe's subscription of the customer, unless there is none or it ended."""
        rows = self.api.subscriptions.list({"customer": customer, "status": "all", "limit": 100})
        return next((one for one in rows.auto_paging_iter() if one.status in LIVE), None)

    def _price(self, order: Order) -> dict[str, Any]:
        """The product has an id of our choice, by which invoices name the plan."""
        product = _product_id(order.plan_id)
        if not self._has_product(product):
            self.api.products.create({"id": product, "name": product}, once(product))
        return {
            "product": product,
            "currency": order.price.currency.lower(),
            "unit_amount": self.units.to_gateway(order.price),
            "recurring": {"interval": order.interval.value},
        }

    def _has_product(self, product: str) -> bool:
        try:
            self.api.products.retrieve(product)
        except stripe.InvalidRequestError as error:
            if error.http_status == 404:
                return False
            raise
        return True

    def _upgrade(self, customer: str, live: Any, order: Order) -> None:
        """The change begins when its invoice is paid: until then Stripe keeps it pending."""
        invoices = self._invoices(customer)
        product = _product_id(order.plan_id)
        if any(one.status == "open" and product in _products(one) for one in invoices):
            return
        self._void(customer, "subscription_update")
        if live.cancel_at_period_end:
            self.api.subscriptions.update(live.id, {"cancel_at_period_end": False})
        item = live["items"].data[0].id
        if (paid := self._paid_price(live, invoices)) is not None:
            change = {"items": [{"id": item, "price_data": paid}], "proration_behavior": "none"}
            self.api.subscriptions.update(live.id, change)
        self.api.subscriptions.update(
            live.id,
            {
                "items": [{"id": item, "price_data": self._price(order)}],
                "proration_behavior": "always_invoice",
                "payment_behavior": "pending_if_incomplete",
            },
            once(f"{order.key}:{len(invoices)}"),
        )

    def _paid_price(self, live: Any, invoices: Sequence[Any]) -> dict[str, Any] | None:
        """Stripe prorates from the price that the subscription has: after a downgrade that is the
        next period's. The one that was paid for the present period, unless it is still there."""
        item = live["items"].data[0]
        lines = [_plan_line(one) for one in invoices if one.status == "paid"]
        paid = max(filter(None, lines), key=lambda one: one.period.start, default=None)
        if paid is None or paid.pricing.price_details.price == item.price.id:
            return None
        price = self.api.prices.retrieve(paid.pricing.price_details.price)
        if (price.product, price.unit_amount) == (item.price.product, item.price.unit_amount):
            return None
        return {
            "product": price.product,
            "currency": price.currency,
            "unit_amount": price.unit_amount,
            "recurring": {"interval": item.price.recurring.interval},
        }

    def _void(self, customer: str, reason: str | None = None) -> None:
        for invoice in self._invoices(customer):
            if invoice.status == "open" and reason in (None, invoice.billing_reason):
                self.api.invoices.void_invoice(invoice.id)

    def _checkout(self, order: Order) -> str:
        """One page at a time, so that nobody pays twice."""
        key = f"{order.key}:{order.price.amount}"
        sessions = self._sessions(order.reference)
        for session in sessions:
            if session.status == "open" and session.client_reference_id == key:
                return str(session.url)
            if session.status == "open":
                self.api.checkout.sessions.expire(session.id)
        page = f"{settings.WEB_URL}/settings/billing"
        made = self.api.checkout.sessions.create(
            {
                "mode": "subscription",
                "customer": order.reference,
                "client_reference_id": key,
                "line_items": [{"price_data": self._price(order), "quantity": 1}],
                "success_url": f"{page}?paying=page",
                "cancel_url": page,
            },
            once(f"{key}:{len(sessions)}"),
        )
        return str(made.url)


def signed_event(body: bytes, signature: str) -> tuple[str, str]:
    """The id of the event and the customer that it is about, if any. Raises NotSigned."""
    try:
        stripe.WebhookSignature.verify_header(
            body.decode(), signature, settings.STRIPE_WEBHOOK_SECRET, EVENT_LASTS_SECONDS
        )
        event = json.loads(body)
        about = event["data"]["object"]
        customer = about["id"] if about["object"] == "customer" else about.get("customer")
        event_id = str(event["id"])[:64]
    except (stripe.SignatureVerificationError, ValueError, LookupError, TypeError) as error:
        raise NotSigned from error
    is_customer = isinstance(customer, str) and re.fullmatch(r"cus_[A-Za-z0-9]{1,60}", customer)
    return event_id, str(customer) if is_customer else ""


def _invoice(found: Any) -> GatewayInvoice | None:
    """None for an invoice about nothing of ours."""
    last = _plan_line(found)
    plan_id = _plan_id(last) if last else None
    if last is None or plan_id is None:
        return None
    state, paid_at = STATES[found.status], found.status_transitions.paid_at
    if state is InvoiceState.OPEN and found.attempted:
        state = InvoiceState.FAILED
    return GatewayInvoice(
        id=found.id,
        plan_id=plan_id,
        amount=max(found.total, 0),
        currency=found.currency.upper(),
        state=state,
        period_starts_at=_time(last.period.start),
        period_ends_at=_time(last.period.end),
        paid_at=_time(paid_at) if paid_at else None,
        lines=[_line(one) for one in found.lines.data],
    )


def _plan_line(invoice: Any) -> Any:
    """The line of the plan that the invoice is about, which begins last; None without any."""
    lines = [one for one in invoice.lines.data if _plan_id(one) and one.amount >= 0]
    return max(lines, key=lambda one: one.period.start, default=None)


def _line(found: Any) -> InvoiceLine:
    details = found.parent.subscription_item_details if found.parent else None
    return InvoiceLine(
        amount=found.amount,
        is_proration=bool(details and details.proration),
        starts_at=_time(found.period.start),
        ends_at=_time(found.period.end),
    )


def _product_id(plan_id: UUID) -> str:
    return f"plan_{plan_id.hex}"


def _products(invoice: Any) -> set[str]:
    return {_product(line) for line in invoice.lines.data}


def _product(line: Any) -> str:
    return str(line.pricing.price_details.product) if line.pricing else ""


def _plan_id(line: Any) -> UUID | None:
    found = re.fullmatch(r"plan_([0-9a-f]{32})", _product(line))
    return UUID(found[1]) if found else None


def _time(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _is_deleted(customer: Any) -> bool:
    return bool(customer.to_dict().get("deleted"))


class _Session(requests.Session):
    def request(self, *args: Any, **options: Any) -> requests.Response:
        options["timeout"] = seconds_left(breaker, TIMEOUT_SECONDS)
        try:
            answer = super().request(*args, **options)
        except requests.RequestException:
            breaker.record(answered=False)
            raise
        breaker.record(answered=answer.status_code < 500)
        return answer


@lru_cache(maxsize=4)
def _client(key: str, url: str) -> stripe.StripeClient:
    session = _Session()
    session.trust_env = False
    http = stripe.RequestsClient(session=session)
    addresses: Any = {"api": url} if url else {}
    return stripe.StripeClient(
        key, base_addresses=addresses, http_client=http, max_network_retries=2
    )
