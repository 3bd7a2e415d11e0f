"""Charges at M-Pesa. A charge asks a phone once: who refused pays by a new charge, and whichever is
paid too often is sent back. The callback is not believed, and the phone's number is not stored."""

import json
import re
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from core.kit import clock
from core.subscriptions import daraja
from core.subscriptions.charge_states import ChargeState
from core.subscriptions.gateway_time import seconds_left
from core.subscriptions.gateways import ChargeOrder, WrongPhone
from core.subscriptions.models import MpesaCharge

PHONE = re.compile(r"254[17][0-9]{8}")
REQUEST_ID = re.compile(r"ws_CO_[A-Za-z0-9_]{1,50}")
RECEIPT = re.compile(r"[A-Z0-9]{8,16}")
RECEIPT_NAME = "MpesaReceiptNumber"
REQUEST_LASTS = timedelta(minutes=5)
"""How long a phone may show a request. After that an unknown outcome counts as a failure, until
M-Pesa says that it was paid."""
SALT = "core.subscriptions.mpesa_charges"
STATES = {
    daraja.Outcome.PAID: ChargeState.PAID,
    daraja.Outcome.FAILED: ChargeState.FAILED,
}


def ask_phone(order: ChargeOrder, amount: int, phone: str) -> None:
    """No-op for a charge that was asked for before, unless M-Pesa did not take the request. Raises
    WrongPhone and GatewayUnavailable."""
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
        except daraja.NotSent:
            request.delete()
            raise
        _store(MpesaCharge.objects.filter(pk=request.pk, request_id=""), request_id=request_id)


def state_of(order: ChargeOrder) -> ChargeState:
    """Raises GatewayUnavailable."""
    request = MpesaCharge.objects.filter(charge=order.id).first()
    if request is None:
        return ChargeState.OPEN
    if request.request_id:
        outcome = daraja.outcome_of(request.request_id)
        if outcome in STATES:
            return STATES[outcome]
    is_over = request.asked_at <= clock.now() - REQUEST_LASTS
    return ChargeState.FAILED if is_over else ChargeState.OPEN


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
    request_id, receipt = reported_id(body), _reported_receipt(body)
    if request_id:
        _store(rows.filter(request_id=""), request_id=request_id)
    if receipt:
        _store(rows.filter(request_id=request_id, receipt=""), receipt=receipt)


def reported_id(body: bytes) -> str | None:
    """M-Pesa's id of the request that a callback is about; None if it says none."""
    try:
        found = json.loads(body)["Body"]["stkCallback"]["CheckoutRequestID"]
    except (ValueError, LookupError, TypeError, RecursionError):
        return None
    return found if isinstance(found, str) and REQUEST_ID.fullmatch(found) else None


def _reported_receipt(body: bytes) -> str | None:
    try:
        items = json.loads(body)["Body"]["stkCallback"]["CallbackMetadata"]["Item"]
        found = next((one["Value"] for one in items if one["Name"] == RECEIPT_NAME), None)
    except (ValueError, LookupError, TypeError, RecursionError):
        return None
    return found if isinstance(found, str) and RECEIPT.fullmatch(found) else None


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
