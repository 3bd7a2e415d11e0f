"""Charges that M-Pesa sends back. A reversal is asked for once. Its result comes to an address that
core signed for it, and nobody signs the result."""

import json
import logging
import re
from datetime import datetime, timedelta
from typing import NoReturn
from uuid import UUID

from django.conf import settings
from django.core import signing

from core.kit import clock
from core.kit.errors import NotFound
from core.subscriptions import daraja
from core.subscriptions.gateways import (
    ChargeOrder,
    GatewayUnavailable,
    RefundByHand,
    RefundPending,
)
from core.subscriptions.models import MpesaCharge

RECEIPT_WITHIN = timedelta(minutes=10)
"""After the phone was asked. The payment may be known before its callback comes."""
RESULT_WITHIN = timedelta(hours=1)
"""After that a reversal without a result is left to staff."""
REVERSED = ("0", "R000001")
"""The codes of a payment that is sent back, and of one that was sent back before."""
RESULT_CODE = re.compile(r"[A-Za-z0-9.]{1,20}")
SALT = "core.subscriptions.mpesa_reversals"
log = logging.getLogger(__name__)


def send_back(order: ChargeOrder, amount: int) -> NoReturn:
    """Ask for the reversal, unless it was asked for before. Raises RefundPending until its result
    comes, RefundByHand if none comes or none can be asked for, and GatewayUnavailable."""
    request = MpesaCharge.objects.filter(charge=order.id).first()
    if request is None or not settings.MPESA_INITIATOR:
        raise RefundByHand
    if not request.receipt:
        receipt_by = request.asked_at + RECEIPT_WITHIN
        raise RefundPending(receipt_by) if clock.now() < receipt_by else RefundByHand
    asked_at = request.reversal_asked_at or _ask(request, order, amount)
    if asked_at + RESULT_WITHIN <= clock.now():
        raise RefundByHand
    raise RefundPending(asked_at + RESULT_WITHIN)


def _ask(request: MpesaCharge, order: ChargeOrder, amount: int) -> datetime:
    """When it was asked for. An answer that gets lost is no reason to ask again."""
    now = clock.now()
    rows = MpesaCharge.objects.filter(pk=request.pk)
    if not rows.filter(reversal_asked_at=None).update(reversal_asked_at=now):
        return now  # by another job at the same moment
    secret = signing.dumps(str(request.pk), salt=SALT)
    try:
        reversal_id = daraja.reverse(
            receipt=request.receipt,
            amount=amount,
            reference=order.id.hex[-12:],
            result_url=f"{settings.API_URL}/api/v1/payments/mpesa/reversal/{secret}/",
        )
    except daraja.RequestRefused:
        raise RefundByHand from None
    except daraja.NotSent:
        rows.update(reversal_asked_at=None)
        raise
    except GatewayUnavailable:
        log.warning("M-Pesa does not say whether it reverses the charge %s", request.pk)
        return now
    rows.update(reversal_id=reversal_id)
    return now


def request_of(secret: str) -> MpesaCharge:
    """What a result is about. Raises NotFound for an address that core did not make."""
    try:
        key = signing.loads(secret, salt=SALT)
    except signing.BadSignature:
        raise NotFound from None
    request = MpesaCharge.objects.filter(pk=UUID(key)).first()
    if request is None:
        raise NotFound
    return request


def reported_outcome(request: MpesaCharge, body: bytes) -> bool | None:
    """Whether a result says that the payment was sent back; None if it is not to be believed. A
    body without a code is M-Pesa's report that it did not come to the reversal in time."""
    code, reversal_id = _result(body)
    if code and request.reversal_id not in ("", reversal_id):
        log.warning("A result for the charge %s names another reversal", request.pk)
        return None
    if code not in REVERSED:
        log.warning("M-Pesa did not reverse the charge %s: %s", request.pk, code or "no code")
        return False
    return True


def _result(body: bytes) -> tuple[str, str]:
    """The code, and M-Pesa's id of the reversal; empty texts if it says none."""
    try:
        result = json.loads(body)["Result"]
        code, reversal_id = str(result["ResultCode"]), result.get("ConversationID")
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return "", ""
    return code if RESULT_CODE.fullmatch(code) else "", str(reversal_id)
