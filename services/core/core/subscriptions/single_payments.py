"""What gateways share that know single payments and no subscriptions: core makes the invoices and
their periods, and a change of plan costs the full price of the new one."""

import calendar
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from core.subscriptions.gateways import GatewayInvoice, GatewayPreview, InvoiceLine, Order
from core.subscriptions.models import MpesaInvoice, SandboxInvoice
from core.subscriptions.money import GatewayUnits
from ongoza_contracts.subscriptions import InvoiceState, PlanInterval

OFFER_LASTS = timedelta(days=1)
"""After which an unpaid upgrade is asked for anew: its period begins when it is asked for."""
UNPAID = (InvoiceState.OPEN, InvoiceState.FAILED)


class SinglePayments:
    """The reference is the id of the subscription."""

    units: GatewayUnits
    model: ClassVar[type[SandboxInvoice] | type[MpesaInvoice]]

    @transaction.atomic
    def request_payment(self, order: Order) -> str:
        reference = str(order.subscription_id)
        if order.is_upgrade:
            self.old_offers(order).update(state=InvoiceState.VOID)
        asked = self.model.objects.filter(key=order.key).exclude(state=InvoiceState.VOID)
        if not asked.exists():
            self.stop(reference)
            self.model.objects.create(
                subscription_id=order.subscription_id,
                plan_id=order.plan_id,
                key=order.key,
                amount=self.units.to_gateway(order.price),
                currency=order.price.currency,
                period_starts_at=order.starts_at,
                period_ends_at=period_end(order.starts_at, order.interval),
            )
        return reference

    def preview_upgrade(self, order: Order) -> GatewayPreview:
        amount = self.units.to_gateway(order.price)
        ends_at = period_end(order.starts_at, order.interval)
        line = InvoiceLine(
            amount=amount, is_proration=False, starts_at=order.starts_at, ends_at=ends_at
        )
        return GatewayPreview(amount=amount, currency=order.price.currency, lines=[line])

    def old_offers(self, order: Order) -> QuerySet[Any]:
        return self.model.objects.filter(
            key=order.key, state__in=UNPAID, period_starts_at__lte=order.starts_at - OFFER_LASTS
        )

    def renew(self, order: Order) -> None:
        self.stop(order.reference)

    def stop(self, reference: str) -> None:
        rows = self.model.objects.filter(subscription=UUID(reference), state__in=UNPAID)
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
            for row in self.model.objects.filter(subscription=UUID(reference))
        ]


def period_end(start: datetime, interval: PlanInterval) -> datetime:
    """The same day a month or a year later; the month's last day where it has no such day."""
    months = start.month + (12 if interval is PlanInterval.YEAR else 1) - 1
    year, month = start.year + months // 12, months % 12 + 1
    day = min(start.day, calendar.monthrange(year, month)[1])
    return start.replace(year=year, month=month, day=day)
