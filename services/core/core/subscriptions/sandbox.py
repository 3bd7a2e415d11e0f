"""A payment gateway without money, for development and demonstrations: `PAYMENT_SANDBOX=1`.

Its invoices are paid by `manage.py sandbox_payment`, and by nothing that a client can send."""

import calendar
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from core.kit import clock
from core.subscriptions.gateways import GatewayInvoice, Order
from core.subscriptions.models import SandboxInvoice
from core.subscriptions.money import ISO
from ongoza_contracts.subscriptions import InvoiceState, PlanInterval

NAME = "sandbox"
UNPAID = (InvoiceState.OPEN, InvoiceState.FAILED)


class SandboxGateway:
    """A change of plan costs the full price of the new one: there is no proration here."""

    name = NAME
    units = ISO

    @transaction.atomic
    def request_payment(self, order: Order) -> str:
        reference = str(order.subscription_id)
        asked = SandboxInvoice.objects.filter(key=order.key).exclude(state=InvoiceState.VOID)
        if not asked.exists():
            self.stop(reference)
            SandboxInvoice.objects.create(
                subscription_id=order.subscription_id,
                plan_id=order.plan_id,
                key=order.key,
                amount=self.units.to_gateway(order.price),
                currency=order.price.currency,
                period_starts_at=order.starts_at,
                period_ends_at=period_end(order.starts_at, order.interval),
            )
        return reference

    def start_payment(self, order: Order) -> str:
        return ""

    def renew(self, order: Order) -> None:
        self.stop(order.reference)

    def stop(self, reference: str) -> None:
        rows = SandboxInvoice.objects.filter(subscription=UUID(reference), state__in=UNPAID)
        rows.update(state=InvoiceState.VOID)

    def retrieve(self, reference: str) -> Sequence[GatewayInvoice]:
        return [
            GatewayInvoice(
                id=str(row.pk),
                plan_id=row.plan_id,
                amount=row.amount,
                currency=row.currency,
                state=InvoiceState(row.state),
                period_starts_at=row.period_starts_at,
                period_ends_at=row.period_ends_at,
                paid_at=row.paid_at,
            )
            for row in SandboxInvoice.objects.filter(subscription=UUID(reference))
        ]


def record_payment(invoice_id: UUID, state: InvoiceState) -> str | None:
    """Let an unpaid invoice be paid, or an attempt at it fail; return its subscription's reference.
    None where there is no unpaid invoice with this id."""
    paid_at = clock.now() if state is InvoiceState.PAID else None
    rows = SandboxInvoice.objects.filter(pk=invoice_id, state__in=UNPAID)
    if not rows.update(state=state, paid_at=paid_at):
        return None
    return str(SandboxInvoice.objects.get(pk=invoice_id).subscription_id)


def period_end(start: datetime, interval: PlanInterval) -> datetime:
    """The same day a month or a year later; the month's last day where it has no such day."""
    months = start.month + (12 if interval is PlanInterval.YEAR else 1) - 1
    year, month = start.year + months // 12, months % 12 + 1
    day = min(start.day, calendar.monthrange(year, month)[1])
    return start.replace(year=year, month=month, day=day)
