"""Charges at M-Pesa. A charge asks a phone once: who refused pays by a new charge, and whichever is
paid too often is sent back. The callback is not believed, and the phone's number is not stored."""

import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from core.jobs.services import schedule
from core.kit import clock
from core.subscriptions import daraja
from core.subscriptions.charge_states import ChargeState
from core.subscriptions.gateway_time import seconds_left
from core.subscriptions.gateways import (
    EVENT,
    ChargeOrder,
    GatewayUnavailable,
    PaymentRefused,
    WrongPhone,
)
from core.subscriptions.models import MpesaCharge

NAME = "mpesa"
PHONE = re.compile(r"254[17][0-9]{8}")
REQUEST_ID = re.compile(r"ws_CO_[A-Za-z0-9_]{1,50}")
RECEIPT = re.compile(r"[A-Z0-9]{8,16}")
RECEIPT_NAME = "MpesaReceiptNumber"
REQUEST_LASTS = timedelta(minutes=5)
"""How long a phone may show a request. After that an unknown outcome counts as a failure, until
M-Pesa says that it was paid."""
ASKED_AGAIN_AFTER = timedelta(minutes=10)
"""When M-Pesa is asked again what became of a request, if it gave no answer."""
LATEST_PAYMENT = timedelta(days=1)
"""How long after a request M-Pesa is asked about one that failed, or whose invoice is void."""
SALT = "core.subscriptions.mpesa_charges"
STATES = {
    daraja.Outcome.PAID: ChargeState.PAID,
    daraja.Outcome.FAILED: ChargeState.FAILED,
}


def ask_phone(order: ChargeOrder, amount: int, phone: str) -> None:
    """No-op for a charge that was asked for before, unless M-Pesa did not take the request. Raises
    WrongPhone, PaymentRefused and GatewayUnavailable."""
    if PHONE.fullmatch(phone) is None:
        raise WrongPhone
    seconds_left(daraja.breaker, daraja.TIMEOUT_SECONDS)  # else the phone is not asked
    new = {"asked_at": clock.now()}
    request, is_new = MpesaCharge.objects.get_or_create(charge_id=order.id, defaults=new)
    if is_new:
        try:
            request_id = daraja.ask_phone(
                phone=phone,
                amount=amount,
                reference=order.id.hex[-12:],
                callback_url=callback_url(str(order.id), SALT),
            )
        except daraja.NotSent as error:
            request.delete()
            if isinstance(error, daraja.RequestRefused):
                raise PaymentRefused from None
            raise
        _store(MpesaCharge.objects.filter(pk=request.pk, request_id=""), request_id=request_id)


def state_of(order: ChargeOrder) -> ChargeState:
    """Raises GatewayUnavailable while a phone may show the request."""
    request = MpesaCharge.objects.filter(charge=order.id).first()
    if request is None:
        return ChargeState.OPEN
    age = clock.now() - request.asked_at
    is_over = age >= REQUEST_LASTS
    if request.request_id:
        try:
            outcome = daraja.outcome_of(request.request_id)
        except GatewayUnavailable:
            if not is_over:
                raise
            if age < LATEST_PAYMENT:
                ask_again(order.reference)
            return ChargeState.FAILED
        if outcome in STATES:
            return STATES[outcome]
    return ChargeState.FAILED if is_over else ChargeState.OPEN


def ask_again(reference: str) -> None:
    """Let M-Pesa be asked later what became of a request, however many found that it gave no
    answer. Of a charge or a subscription."""
    due_at = clock.now() + ASKED_AGAIN_AFTER
    subject = f"{NAME}:{reference}"
    turn = int(due_at.timestamp() // ASKED_AGAIN_AFTER.total_seconds())
    schedule(EVENT, subject=subject, due_at=due_at, key=f"{subject}:{turn}")


def request_of(secret: str) -> MpesaCharge | None:
    """What a callback is about; None for an address that core did not make for a charge."""
    try:
        key = signing.loads(secret, salt=SALT)
    except signing.BadSignature:
        return None
    return MpesaCharge.objects.filter(pk=UUID(key)).first()


def store_report(request: MpesaCharge, body: bytes) -> None:
    """Store M-Pesa's id of a request whose answer was lost, and the number of the receipt, by which
    the payment can be sent back. They prove nothing: what became of the request is asked of
    M-Pesa."""
    rows = MpesaCharge.objects.filter(pk=request.pk)
    request_id, receipt = reported_id(body), _reported(body, RECEIPT, _reported_receipt)
    if request_id:
        _store(rows.filter(request_id=""), request_id=request_id)
    if receipt:
        _store(rows.filter(request_id=request_id, receipt=""), receipt=receipt)


def reported_id(body: bytes) -> str | None:
    """M-Pesa's id of the request that a callback is about; None if it says none."""
    return _reported(body, REQUEST_ID, lambda callback: callback["CheckoutRequestID"])


def _reported_receipt(callback: Any) -> Any:
    items = callback["CallbackMetadata"]["Item"]
    return next((one["Value"] for one in items if one["Name"] == RECEIPT_NAME), None)


def _reported(body: bytes, pattern: re.Pattern[str], read: Callable[[Any], Any]) -> str | None:
    """What a callback says; None if it says nothing that fits the pattern."""
    try:
        found = read(json.loads(body)["Body"]["stkCallback"])
    except (ValueError, LookupError, TypeError, RecursionError):
        return None
    return found if isinstance(found, str) and pattern.fullmatch(found) else None


def callback_url(key: str, salt: str) -> str:
    """The address to which M-Pesa reports about one payment."""
    secret = signing.dumps(key, salt=salt)
    return f"{settings.API_URL}/api/v1/payments/mpesa/callback/{secret}/"


def _store(rows: QuerySet[MpesaCharge], **values: str) -> None:
    """No-op for a value that another request has."""
    try:
        with transaction.atomic():
            rows.update(**values)
    except IntegrityError:
        return
