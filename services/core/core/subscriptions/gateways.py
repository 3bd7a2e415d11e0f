"""The port to what takes payments. Nothing that a client sends marks anything as paid: whatever a
gateway reports, `services.settle` retrieves the invoices from the gateway itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from django.conf import settings
from django.utils.module_loading import import_string

from core.kit.errors import Conflict
from core.subscriptions.money import GatewayUnits, Money
from ongoza_contracts.subscriptions import InvoiceState, PlanInterval


class NoGateway(Conflict):
    code = "no_gateway"
    detail = "This server takes no payments."


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


class PaymentGateway(Protocol):
    """Amounts, periods and proration are the gateway's: core stores what `retrieve` says."""

    name: str
    units: GatewayUnits

    def request_payment(self, order: Order) -> str:
        """Ask for a payment, in place of one that is still open; return the reference by which the
        gateway knows the subscription."""

    def stop(self, reference: str) -> None:
        """Collect nothing more: what is open gets void. May be repeated."""

    def retrieve(self, reference: str) -> Sequence[GatewayInvoice]:
        """All invoices of the subscription, in any order."""


def has_gateway(name: str) -> bool:
    return name in settings.PAYMENT_GATEWAYS


def gateway_named(name: str) -> PaymentGateway:
    """Raises NoGateway for one that this server does not have."""
    if not has_gateway(name):
        raise NoGateway
    gateway: PaymentGateway = import_string(settings.PAYMENT_GATEWAYS[name])()
    return gateway


def present_gateway() -> PaymentGateway:
    """The one that new subscriptions use. Raises NoGateway."""
    return gateway_named(next(iter(settings.PAYMENT_GATEWAYS), ""))
