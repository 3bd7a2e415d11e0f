"""M-Pesa behind the port: each payment is asked of a phone. Its number comes with the request to
pay, goes to M-Pesa, and is stored nowhere."""

import logging
from collections.abc import Container, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.core import signing
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from core.jobs.services import schedule
from core.kit import clock
from core.kit.errors import NotFound
from core.subscriptions import daraja, mpesa_charges, mpesa_reversals
from core.subscriptions.charge_states import ChargeState
from core.subscriptions.gateway_time import seconds_left
from core.subscriptions.gateways import (
    EVENT,
    ChargeOrder,
    GatewayInvoice,
    GatewayUnavailable,
    NothingToPay,
    Order,
    PaymentRefused,
    WrongPhone,
)
from core.subscriptions.models import MpesaCharge, MpesaInvoice, MpesaRequest
from core.subscriptions.money import WHOLE
from core.subscriptions.mpesa_charges import LATEST_PAYMENT, NAME, REQUEST_LASTS
from core.subscriptions.single_payments import UNPAID, SinglePayments
from ongoza_contracts.subscriptions import InvoiceState

LOOKS_AFTER = (timedelta(minutes=1), timedelta(minutes=5), timedelta(hours=1))
"""When M-Pesa is asked what became of a request, in case its callback gets lost."""
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
        shown = MpesaRequest.objects.filter(_is_pending(clock.now()))
        return super().old_offers(order).exclude(pk__in=shown.values("invoice"))

    def start_payment(self, order: Order, phone: str) -> str:
        """While the outcome of the last request is unknown there is no second one."""
        if mpesa_charges.PHONE.fullmatch(phone) is None:
            raise WrongPhone
        unanswered = self._ask_outcomes(order.reference)
        seconds_left(daraja.breaker, daraja.TIMEOUT_SECONDS)  # else the phone is not asked
        invoice, request = self._new_request(order, unanswered)
        if request is not None:
            request_id = _ask_phone(request, invoice, phone)
            if not _name(MpesaRequest.objects.filter(pk=request.pk), request_id):
                known = {"invoice": invoice, "asked_at": request.asked_at}
                MpesaRequest.objects.get_or_create(request_id=request_id, defaults=known)
        return ""

    @transaction.atomic
    def _new_request(
        self, order: Order, unanswered: Container[int]
    ) -> tuple[MpesaInvoice, MpesaRequest | None]:
        """None while a phone may show the last one. Raises NothingToPay, and GatewayUnavailable
        if M-Pesa gave no answer about the last one, or while a phone may show a request for another
        invoice of the subscription."""
        now = clock.now()
        unpaid = self.model.objects.filter(key=order.key, state__in=UNPAID)
        invoice = unpaid.select_for_update(no_key=True).first()
        if invoice is None:
            raise NothingToPay
        last = invoice.requests.first()
        if last is not None and last.pk in unanswered:
            raise GatewayUnavailable
        if last is not None and invoice.requests.filter(_is_pending(now), pk=last.pk).exists():
            return invoice, None
        shown = MpesaRequest.objects.filter(
            _is_pending(now), invoice__subscription=invoice.subscription_id
        )
        if shown.exclude(invoice=invoice).exists():
            raise GatewayUnavailable
        self.model.objects.filter(pk=invoice.pk).update(state=InvoiceState.OPEN)
        for after in LOOKS_AFTER:
            schedule(EVENT, subject=f"{NAME}:{order.reference}", due_at=now + after)
        return invoice, invoice.requests.create(asked_at=now)

    def retrieve(self, reference: str) -> Sequence[GatewayInvoice]:
        if self._ask_outcomes(reference):
            mpesa_charges.ask_again(reference)
        return super().retrieve(reference)

    def request_charge(self, order: ChargeOrder) -> str:
        return str(order.id)

    def start_charge(self, order: ChargeOrder, phone: str, page: str) -> str:
        mpesa_charges.ask_phone(order, self.units.to_gateway(order.price), phone)
        return ""

    def close_charge(self, order: ChargeOrder) -> bool:
        """A phone that was asked shows the request until its time is over."""
        return not MpesaCharge.objects.filter(charge=order.id).exists()

    def retrieve_charge(self, order: ChargeOrder) -> ChargeState:
        return mpesa_charges.state_of(order)

    def refund_charge(self, order: ChargeOrder) -> None:
        mpesa_reversals.send_back(order, self.units.to_gateway(order.price))

    def _ask_outcomes(self, reference: str) -> set[int]:
        """Ask for the outcomes that are unknown, of void invoices too: a phone may pay late. Return
        the requests about which M-Pesa gives no answer."""
        is_open = Q(state=InvoiceState.OPEN) & ~Q(invoice__state=InvoiceState.VOID)
        requests = MpesaRequest.objects.filter(
            is_open | Q(asked_at__gt=clock.now() - LATEST_PAYMENT),
            invoice__subscription=UUID(reference),
        )
        unanswered = set()
        for request in requests.exclude(request_id="").exclude(state=InvoiceState.PAID):
            try:
                outcome = daraja.outcome_of(request.request_id)
            except GatewayUnavailable:
                log.warning("M-Pesa does not say what became of the request %s", request.pk)
                unanswered.add(request.pk)
                continue
            if outcome is not daraja.Outcome.WAITING:
                _store_outcome(request, outcome)
        return unanswered


def _ask_phone(request: MpesaRequest, invoice: MpesaInvoice, phone: str) -> str:
    """M-Pesa's id of the request. One that M-Pesa did not take may be repeated at once. Raises
    PaymentRefused and GatewayUnavailable."""
    try:
        return daraja.ask_phone(
            phone=phone,
            amount=invoice.amount,
            reference=invoice.pk.hex[-12:],
            callback_url=mpesa_charges.callback_url(str(invoice.pk), SALT),
        )
    except daraja.NotSent as error:
        rows = MpesaRequest.objects.filter(pk=request.pk, state=InvoiceState.OPEN)
        rows.update(state=InvoiceState.FAILED)
        if isinstance(error, daraja.RequestRefused):
            raise PaymentRefused from None
        raise


def _is_pending(now: datetime) -> Q:
    return Q(state=InvoiceState.OPEN, asked_at__gt=now - REQUEST_LASTS)


@transaction.atomic
def _store_outcome(request: MpesaRequest, outcome: daraja.Outcome) -> None:
    """An invoice fails with its last request, and any of its requests may pay it. A payment of a
    void invoice counts in place of the newer invoice for the same; where one of them is paid
    already, the second payment is to be reversed."""
    is_paid = outcome is daraja.Outcome.PAID
    state = InvoiceState.PAID if is_paid else InvoiceState.FAILED
    same = MpesaInvoice.objects.filter(key=request.invoice.key).order_by("pk")
    invoices = {one.pk: one for one in same.select_for_update(no_key=True)}
    invoice = invoices[request.invoice_id]
    was_paid = any(one.state == InvoiceState.PAID for one in invoices.values())
    rows = MpesaRequest.objects.filter(pk=request.pk).exclude(state=InvoiceState.PAID)
    if not rows.update(state=state, to_reverse=is_paid and was_paid):
        return
    if is_paid and was_paid:
        log.error("The invoice %s was paid twice: reverse %s", invoice.pk, request.request_id)
    elif is_paid:
        same.exclude(pk=invoice.pk).update(state=InvoiceState.VOID)
        same.filter(pk=invoice.pk).update(state=state, paid_at=clock.now())
    elif invoice.state == InvoiceState.OPEN and invoice.requests.first() == request:
        same.filter(pk=invoice.pk).update(state=state)


def record_reversal(*, request_pk: int) -> None:
    """Staff sent a second payment back. Raises NotFound for one that is not to be reversed."""
    rows = MpesaRequest.objects.filter(pk=request_pk, to_reverse=True)
    if not rows.update(to_reverse=False):
        raise NotFound


def _name(requests: QuerySet[MpesaRequest], request_id: str) -> bool:
    """Give M-Pesa's id to the first of the requests without one; False if there is none, or if the
    id is known."""
    unnamed = requests.filter(request_id="").values("pk")[:1]
    try:
        with transaction.atomic():
            rows = MpesaRequest.objects.filter(pk__in=unnamed, request_id="")
            return bool(rows.update(request_id=request_id))
    except IntegrityError:
        return False


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


def reported_request(invoice: MpesaInvoice, body: bytes) -> int | None:
    """Which request of the invoice a callback is about: the last one if it does not say so. Stores
    M-Pesa's id of a request whose answer was lost. It proves nothing: what became of it is asked of
    M-Pesa."""
    request_id = mpesa_charges.reported_id(body)
    requests = invoice.requests.all()
    if request_id:
        _name(requests, request_id)
        requests = requests.filter(request_id=request_id) or requests
    return requests.values_list("pk", flat=True).first()
