"""M-Pesa behind the port: each payment is asked of a phone. Its number comes with the request to
pay, goes to M-Pesa, and is stored nowhere."""

import json
import logging
import re
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.db.models import Q, QuerySet

from core.jobs.services import schedule
from core.kit import clock
from core.kit.errors import NotFound
from core.subscriptions import daraja
from core.subscriptions.gateways import (
    EVENT,
    GatewayInvoice,
    GatewayUnavailable,
    NothingToPay,
    Order,
    WrongPhone,
)
from core.subscriptions.models import MpesaInvoice
from core.subscriptions.money import WHOLE
from core.subscriptions.single_payments import UNPAID, SinglePayments
from ongoza_contracts.subscriptions import InvoiceState

NAME = "mpesa"
REQUEST_LASTS = timedelta(minutes=5)
"""How long a phone may show a request whose outcome is unknown: meanwhile there is no second."""
LOOKS_AFTER = (timedelta(minutes=1), timedelta(minutes=5), timedelta(hours=1))
"""When M-Pesa is asked what became of a request, in case its callback gets lost."""
LATEST_PAYMENT = timedelta(days=1)
"""How long after a request M-Pesa is asked about an invoice that failed or is void."""
SALT = "core.subscriptions.mpesa"
log = logging.getLogger(__name__)


class MpesaGateway(SinglePayments):
    """Kenyan shillings, whole ones alone."""

    name = NAME
    units = WHOLE
    currencies = frozenset({"KES"})
    model = MpesaInvoice

    def old_offers(self, order: Order) -> QuerySet[Any]:
        """Without those that a phone may still show."""
        is_pending = Q(asked_at__gt=clock.now() - REQUEST_LASTS, state=InvoiceState.OPEN)
        return super().old_offers(order).exclude(is_pending)

    def start_payment(self, order: Order, phone: str) -> str:
        """While the outcome of the last request is unknown there is no second one."""
        if re.fullmatch(r"254[17][0-9]{8}", phone) is None:
            raise WrongPhone
        unanswered = self._look(order.reference)
        now = clock.now()
        invoice = self.model.objects.filter(key=order.key, state__in=UNPAID).first()
        if invoice is None:
            raise NothingToPay
        if invoice.pk in unanswered:
            raise GatewayUnavailable
        is_free = Q(asked_at=None) | Q(asked_at__lte=now - REQUEST_LASTS) | Q(state="failed")
        rows = self.model.objects.filter(is_free, pk=invoice.pk, state__in=UNPAID)
        if rows.update(asked_at=now, request_id="", state=InvoiceState.OPEN):
            for after in LOOKS_AFTER:
                schedule(EVENT, subject=f"{NAME}:{order.reference}", due_at=now + after)
            request_id = daraja.ask_phone(
                phone=phone,
                amount=invoice.amount,
                reference=invoice.pk.hex[-12:],
                callback_url=_callback_url(str(invoice.pk)),
            )
            self.model.objects.filter(pk=invoice.pk, request_id="").update(request_id=request_id)
        return ""

    def retrieve(self, reference: str) -> Sequence[GatewayInvoice]:
        self._look(reference)
        return super().retrieve(reference)

    def _look(self, reference: str) -> set[UUID]:
        """Ask for the outcomes that are unknown, of void invoices too: a phone may pay late. Return
        the invoices about which M-Pesa gives no answer."""
        recent = Q(asked_at__gt=clock.now() - LATEST_PAYMENT)
        unknown = self.model.objects.filter(
            Q(asked_at__isnull=False, state=InvoiceState.OPEN) | recent,
            subscription=UUID(reference),
        )
        unanswered = set()
        for invoice in unknown.exclude(request_id="").exclude(state=InvoiceState.PAID):
            try:
                outcome = daraja.outcome_of(invoice.request_id)
            except GatewayUnavailable:
                log.warning("M-Pesa does not say what became of the invoice %s", invoice.pk)
                unanswered.add(invoice.pk)
                continue
            rows = self.model.objects.filter(pk=invoice.pk).exclude(state=InvoiceState.PAID)
            if outcome is daraja.Outcome.PAID:
                rows.update(state=InvoiceState.PAID, paid_at=clock.now())
            elif outcome is daraja.Outcome.FAILED:
                rows.filter(state=InvoiceState.OPEN).update(state=InvoiceState.FAILED)
        return unanswered


def invoice_of(secret: str) -> MpesaInvoice:
    """The invoice that a callback is about. Raises NotFound for an address that core did not
    make."""
    try:
        key = signing.loads(secret, salt=SALT)
    except signing.BadSignature:
        raise NotFound from None
    invoice = MpesaInvoice.objects.filter(pk=key).first()
    if invoice is None:
        raise NotFound
    return invoice


def note_request(invoice: MpesaInvoice, body: bytes) -> None:
    """Store M-Pesa's id of a request whose answer was lost. It proves nothing: what became of it is
    asked of M-Pesa."""
    try:
        request_id = json.loads(body)["Body"]["stkCallback"]["CheckoutRequestID"]
    except (ValueError, LookupError, TypeError):
        return
    if isinstance(request_id, str) and re.fullmatch(r"ws_CO_[A-Za-z0-9_]{1,50}", request_id):
        MpesaInvoice.objects.filter(pk=invoice.pk, request_id="").update(request_id=request_id)


def _callback_url(invoice: str) -> str:
    secret = signing.dumps(invoice, salt=SALT)
    return f"{settings.API_URL}/api/v1/payments/mpesa/callback/{secret}/"
