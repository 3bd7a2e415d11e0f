"""A client of Daraja, the HTTP API of M-Pesa: asks a phone for a payment, asks what became of it,
and sends a payment back."""

import base64
import json
import time
from collections.abc import Callable
from datetime import datetime
from enum import Enum
from http import HTTPStatus
from typing import Any
from zoneinfo import ZoneInfo

import httpx
from django.conf import settings

from core.kit import clock
from core.kit.breaker import Breaker
from core.kit.tls import trusted_certificates
from core.subscriptions.gateway_time import seconds_left
from core.subscriptions.gateways import GatewayUnavailable

TIMEOUT_SECONDS = 10
NAIROBI = ZoneInfo("Africa/Nairobi")
PROCESSING = ("500.001.1001", "4999")
"""The codes, of an error and of a result, for a payer who has neither paid nor refused yet."""
INVALID_TOKENS = ("404.001.03", "400.003.01")
INTERNAL_ERROR = "500.003"
"""Begins the codes of errors inside M-Pesa, after which a request may have been taken."""
TOKEN_ENDS_EARLIER_SECONDS = 60
"""A token is replaced so long before its end, since clocks and networks differ."""


breaker = Breaker()


class NotSent(GatewayUnavailable):
    """M-Pesa has not taken the request, for certain."""


class RequestRefused(NotSent):
    """M-Pesa answered that it does not take this request, which a repetition would not change."""


class Outcome(Enum):
    WAITING = "waiting"
    PAID = "paid"
    FAILED = "failed"


def ask_phone(*, phone: str, amount: int, reference: str, callback_url: str) -> str:
    """Let a phone show a request for whole shillings; return the id of the request at M-Pesa.

    Raises NotSent, and GatewayUnavailable where M-Pesa may have taken the request.
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
    _require_taken(answer)
    request_id = answer.get("CheckoutRequestID")
    if not isinstance(request_id, str):
        raise GatewayUnavailable
    return request_id


def outcome_of(request_id: str) -> Outcome:
    """Raises GatewayUnavailable."""
    answer = _post("/mpesa/stkpushquery/v1/query", {**_signed(), "CheckoutRequestID": request_id})
    code = answer.get("ResultCode", answer.get("errorCode"))
    if str(code) in PROCESSING:
        return Outcome.WAITING
    if "ResultCode" not in answer:
        raise GatewayUnavailable
    return Outcome.PAID if str(code) == "0" else Outcome.FAILED


def reverse(*, receipt: str, amount: int, reference: str, result_url: str) -> str:
    """Let a payment be sent back; return the id of the reversal at M-Pesa, which reports its result
    later.

    Raises NotSent, RequestRefused, and GatewayUnavailable where M-Pesa may have taken the request.
    """
    answer = _post(
        "/mpesa/reversal/v1/request",
        {
            "Initiator": settings.MPESA_INITIATOR,
            "SecurityCredential": settings.MPESA_SECURITY_CREDENTIAL,
            "CommandID": "TransactionReversal",
            "TransactionID": receipt,
            "Amount": amount,
            "ReceiverParty": settings.MPESA_SHORTCODE,
            "RecieverIdentifierType": "11",
            "ResultURL": result_url,
            "QueueTimeOutURL": result_url,
            "Remarks": "Sent back",
            "Occasion": reference,
        },
    )
    _require_taken(answer)
    reversal_id = answer.get("ConversationID")
    if not isinstance(reversal_id, str):
        raise GatewayUnavailable
    return reversal_id


def _signed() -> dict[str, str]:
    now: datetime = clock.now().astimezone(NAIROBI)
    timestamp = now.strftime("%Y%m%d%H%M%S")
    secret = f"{settings.MPESA_SHORTCODE}{settings.MPESA_PASSKEY}{timestamp}"
    return {
        "BusinessShortCode": settings.MPESA_SHORTCODE,
        "Password": base64.b64encode(secret.encode()).decode(),
        "Timestamp": timestamp,
    }


def _require_taken(answer: dict[str, Any]) -> None:
    """Raises RequestRefused, and GatewayUnavailable for an answer that says nothing certain."""
    code, error = answer.get("ResponseCode"), str(answer.get("errorCode") or "")
    if str(code) == "0":
        return
    if code is not None or (error and not error.startswith(INTERNAL_ERROR)):
        raise RequestRefused
    raise GatewayUnavailable


class AccessToken:
    """The token of this process, fetched when there is none or it is about to end."""

    def __init__(self) -> None:
        self._value, self._ends_at = "", 0.0

    def get(self, client: httpx.Client) -> str:
        """Raises NotSent."""
        value = self._value
        if not value or time.monotonic() >= self._ends_at:
            value = self._fetch(client)
        return value

    def forget(self) -> None:
        self._value = ""

    def _fetch(self, client: httpx.Client) -> str:
        keys = (settings.MPESA_CONSUMER_KEY, settings.MPESA_CONSUMER_SECRET)
        grant = {"grant_type": "client_credentials"}
        asked_at = time.monotonic()
        try:
            _, granted = _call(client.get, "/oauth/v1/generate", params=grant, auth=keys)
        except GatewayUnavailable:
            raise NotSent from None
        try:
            value = str(granted["access_token"])
            lasts = int(granted.get("expires_in", 0)) - TOKEN_ENDS_EARLIER_SECONDS
        except (LookupError, TypeError, ValueError):
            breaker.record(answered=False)
            raise NotSent from None
        self._value, self._ends_at = value, asked_at + lasts
        return value


token = AccessToken()


def _post(path: str, body: dict[str, Any]) -> dict[str, Any]:
    """The answer, also to a refusal. Its texts may name the payer: no error has them."""
    with httpx.Client(
        base_url=settings.MPESA_API_URL, trust_env=False, verify=trusted_certificates()
    ) as client:
        for _ in range(2):
            headers = {"Authorization": f"Bearer {token.get(client)}"}
            status, answer = _call(client.post, path, json=body, headers=headers)
            breaker.record(answered=True)
            if status != HTTPStatus.UNAUTHORIZED and answer.get("errorCode") not in INVALID_TOKENS:
                return answer
            token.forget()
    raise NotSent


def _call(
    request: Callable[..., httpx.Response], path: str, **options: Any
) -> tuple[int, dict[str, Any]]:
    """The status and the answer. Raises NotSent and GatewayUnavailable."""
    try:
        left = seconds_left(breaker, TIMEOUT_SECONDS)
    except GatewayUnavailable:
        raise NotSent from None
    try:
        answer = request(path, timeout=left, **options)
        found = {} if answer.status_code == HTTPStatus.UNAUTHORIZED else answer.json()
    except (httpx.ConnectError, httpx.ConnectTimeout):
        breaker.record(answered=False)
        raise NotSent from None
    except (httpx.HTTPError, json.JSONDecodeError, UnicodeDecodeError):
        breaker.record(answered=False)
        raise GatewayUnavailable from None
    if not isinstance(found, dict):
        raise GatewayUnavailable
    return answer.status_code, found
