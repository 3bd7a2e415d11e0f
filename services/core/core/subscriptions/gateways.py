"""The port to what takes payments. Nothing that a client sends marks anything as paid: whatever a
gateway reports, `services.settle` retrieves the invoices from the gateway itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from django.conf import settings
from django.utils.module_loading import import_string

from core.kit.errors import Conflict, DomainError, Unavailable
from core.subscriptions.charge_states import ChargeState
from core.subscriptions.money import GatewayUnits, Money
from ongoza_contracts.subscriptions import InvoiceState, PlanInterval

EVENT = "subscriptions.event"
"""The kind of the job that settles what a gateway knows by a reference."""


class NoGateway(Conflict):
    code = "no_gateway"
    detail = "This server takes no payments."


class NothingToPay(Conflict):
    code = "nothing_to_pay"
    detail = "No payment is due now."


class DowngradeWaits(Conflict):
    code = "downgrade_waits"
    detail = "Another plan follows the present one. Choose the present plan first, then look again."


class WrongPhone(DomainError):
    code = "wrong_phone"
    detail = "Give the phone that pays as 254 and nine digits, such as 254712345678."


class PaymentRefused(Conflict):
    code = "payment_refused"
    detail = "The payment service does not take this payment. Check the number, or pay another way."


class GatewayUnavailable(Unavailable):
    detail = "The payment service does not answer. Try again shortly."


class RefundByHand(Exception):
    """The gateway does not send this payment back by itself."""


class RefundPending(Exception):
    """The gateway was asked, and reports later whether it sent the payment back."""

    def __init__(self, until: datetime) -> None:
        super().__init__(until)
        self.until = until
        """When the refund is to be asked for again, if no report came."""


@dataclass(frozen=True, kw_only=True)
class Order:
    """A period of a subscription that has to be paid."""

    key: str
    """The same for a repeated request, which must not ask for a second payment."""
    subscription_id: UUID
    plan_id: UUID
    price: Money
    interval: PlanInterval
    starts_at: datetime
    reference: str
    """By which the gateway knows the subscription; empty before the first request."""
    is_upgrade: bool = False
    """Whether the period runs, and this plan takes the place of its plan once it is paid."""


@dataclass(frozen=True, kw_only=True)
class InvoiceLine:
    """What an amount consists of, for instance the unused rest of a former plan."""

    amount: int
    """In the gateway's units; below nothing for a credit."""
    is_proration: bool
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, kw_only=True)
class GatewayInvoice:
    """An invoice as the gateway has it now."""

    id: str
    plan_id: UUID
    amount: int
    """In the gateway's units."""
    currency: str
    state: InvoiceState
    period_starts_at: datetime
    period_ends_at: datetime
    paid_at: datetime | None
    lines: Sequence[InvoiceLine] = ()


@dataclass(frozen=True, kw_only=True)
class GatewayPreview:
    """What an upgrade would cost now."""

    amount: int
    """In the gateway's units."""
    currency: str
    lines: Sequence[InvoiceLine]


@dataclass(frozen=True, kw_only=True)
class ChargeOrder:
    """A payment that is made once, outside of any subscription."""

    id: UUID
    """Ours, the same for a repeated request, which must not ask for a second payment."""
    price: Money
    reference: str
    """By which the gateway knows the charge; empty before `request_charge`."""


class PaymentGateway(Protocol):
    """Amounts, periods and proration are the gateway's: core stores what `retrieve` says."""

    name: str
    units: GatewayUnits
    currencies: frozenset[str] | None
    """None for all."""

    def request_payment(self, order: Order) -> str:
        """Ask for a payment, in place of one that is still open; return the reference by which the
        gateway knows the subscription."""

    def preview_upgrade(self, order: Order) -> GatewayPreview:
        """What an upgrade would cost if it was asked for now; nothing changes by it. Raises
        NothingToPay, DowngradeWaits and GatewayUnavailable."""

    def start_payment(self, order: Order, phone: str) -> str:
        """Return the address of the page where the learner pays; empty at a gateway that asks the
        phone, whose number must not be stored. May be repeated. Raises NothingToPay, WrongPhone
        and GatewayUnavailable."""

    def renew(self, order: Order) -> None:
        """Collect for this plan when the period ends, and not for a change that was asked for and
        is not paid: that gets void. May be repeated."""

    def stop(self, reference: str) -> None:
        """Collect nothing more: what is open gets void. May be repeated."""

    def retrieve(self, reference: str) -> Sequence[GatewayInvoice]:
        """All invoices of the subscription, in any order."""

    def request_charge(self, order: ChargeOrder) -> str:
        """Return the reference by which the gateway knows the charge. May be repeated."""

    def start_charge(self, order: ChargeOrder, phone: str, page: str) -> str:
        """As `start_payment`; from the gateway's page the payer comes back to `page` of the web
        client. Raises WrongPhone, PaymentRefused and GatewayUnavailable."""

    def close_charge(self, order: ChargeOrder) -> bool:
        """Stop asking for it. False where it can still be paid as before. May be repeated. Raises
        GatewayUnavailable."""

    def retrieve_charge(self, order: ChargeOrder) -> ChargeState:
        """Whether it is open, failed or paid. A refunded one counts as paid."""

    def refund_charge(self, order: ChargeOrder) -> None:
        """Send back what was paid. A repeated request sends nothing more. Raises RefundByHand,
        RefundPending and GatewayUnavailable."""


def has_gateway(name: str) -> bool:
    return name in settings.PAYMENT_GATEWAYS


def gateway_named(name: str) -> PaymentGateway:
    """Raises NoGateway for one that this server does not have."""
    if not has_gateway(name):
        raise NoGateway
    gateway: PaymentGateway = import_string(settings.PAYMENT_GATEWAYS[name])()
    return gateway


def gateways_taking(currency: str) -> list[str]:
    """The names of this server's gateways that take the currency, the preferred one first."""
    found = [gateway_named(name) for name in settings.PAYMENT_GATEWAYS]
    return [one.name for one in found if one.currencies is None or currency in one.currencies]


def gateway_for(currency: str, name: str | None) -> PaymentGateway:
    """The one with this name, or the first that takes the currency. Raises NoGateway."""
    names = [one for one in gateways_taking(currency) if name in (None, one)]
    if not names:
        raise NoGateway
    return gateway_named(names[0])
