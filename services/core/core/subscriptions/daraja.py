"""A client of Daraja, the HTTP API of M-Pesa: asks a phone for a payment, and what became of it."""

import base64
import json
from datetime import datetime
from enum import Enum
from typing import Any
from zoneinfo import ZoneInfo

import httpx
from django.conf import settings

from core.kit import clock
from core.kit.breaker import Breaker
from core.subscriptions.gateway_time import seconds_left
from core.subscriptions.gateways import GatewayUnavailable

TIMEOUT_SECONDS = 10
NAIROBI = ZoneInfo("Africa/Nairobi")
PROCESSING = "500.001.1001"
"""The error code of a payer who has neither paid nor refused yet."""


breaker = Breaker()


class Outcome(Enum):
    WAITING = "waiting"
    PAID = "paid"
    FAILED = "failed"


def ask_phone(*, phone: str, amount: int, reference: str, callback_url: str) -> str:
    """Let a phone show a request for whole shillings; return the id of the request at M-Pesa.

    Raises GatewayUnavailable, also where M-Pesa may have taken the request.
    """
    answer = _post(
        "/mpesa/stkpush/v1/processrequest",
        {
            **_signed(),
            "TransactionType": "CustomerPayBillOnline",
            "Amount": amount,
            "PartyA": phone,
            "PartyB": settings.MPESA_SHORTCODE,
            "PhoneNumber": phone,
            "CallBackURL": callback_url,
            "AccountReference": reference[:12],
            "TransactionDesc": "Ongoza",
        },
    )
    request_id = answer.get("CheckoutRequestID")
    if str(answer.get("ResponseCode")) != "0" or not isinstance(request_id, str):
        raise GatewayUnavailable
    return request_id


def outcome_of(request_id: str) -> Outcome:
    """Raises GatewayUnavailable."""
    answer = _post("/mpesa/stkpushquery/v1/query", {**_signed(), "CheckoutRequestID": request_id})
    if answer.get("errorCode") == PROCESSING:
        return Outcome.WAITING
    code = answer.get("ResultCode")
    if code is None:
        raise GatewayUnavailable
    return Outcome.PAID if str(code) == "0" else Outcome.FAILED


def _signed() -> dict[str, str]:
    now: datetime = clock.now().astimezone(NAIROBI)
    timestamp = now.strftime("%Y%m%d%H%M%S")
    secret = f"{settings.MPESA_SHORTCODE}{settings.MPESA_PASSKEY}{timestamp}"
    return {
        "BusinessShortCode": settings.MPESA_SHORTCODE,
        "Password": base64.b64encode(secret.encode()).decode(),
        "Timestamp": timestamp,
    }


def _post(path: str, body: dict[str, Any]) -> dict[str, Any]:
    """The answer, also to a refusal. Its texts may name the payer: no error has them."""
    try:
        with httpx.Client(base_url=settings.MPESA_API_URL, trust_env=False) as client:
            keys = (settings.MPESA_CONSUMER_KEY, settings.MPESA_CONSUMER_SECRET)
            grant = {"grant_type": "client_credentials"}
            left = seconds_left(breaker, TIMEOUT_SECONDS)
            granted = client.get("/oauth/v1/generate", params=grant, auth=keys, timeout=left)
            headers = {"Authorization": f"Bearer {granted.json()['access_token']}"}
            left = seconds_left(breaker, TIMEOUT_SECONDS)
            answer = client.post(path, json=body, headers=headers, timeout=left).json()
    except (httpx.HTTPError, json.JSONDecodeError, UnicodeDecodeError, LookupError, TypeError):
        breaker.record(answered=False)
        raise GatewayUnavailable from None
    breaker.record(answered=True)
    if not isinstance(answer, dict):
        raise GatewayUnavailable
    return answer
