"""The double of Daraja in place of the sandbox."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.test import override_settings

from core.cohorts.models import Enrolment
from tests.mpesa_double import (
    CREDENTIAL,
    INITIATOR,
    KEY,
    PASSKEY,
    PHONE,
    SECRET,
    SHORTCODE,
    MpesaDouble,
)
from tests.unit.core.seat_payment_rows import ask
from tests.unit.core.world import NOBODY


@contextmanager
def mpesa_settings(server: MpesaDouble, *, reverses: bool = False) -> Iterator[MpesaDouble]:
    """The double without requests, which this server uses."""
    server.reset()
    with override_settings(
        PAYMENT_GATEWAYS={"mpesa": "core.subscriptions.mpesa.MpesaGateway"},
        MPESA_CONSUMER_KEY=KEY,
        MPESA_CONSUMER_SECRET=SECRET,
        MPESA_SHORTCODE=SHORTCODE,
        MPESA_PASSKEY=PASSKEY,
        MPESA_INITIATOR=INITIATOR if reverses else "",
        MPESA_SECURITY_CREDENTIAL=CREDENTIAL if reverses else "",
        MPESA_API_URL=server.url,
    ):
        yield server


def call_back(report: tuple[str, bytes]) -> int:
    """M-Pesa reports; the status of core's answer."""
    path, body = report
    return NOBODY.call("POST", path, body, {"Content-Type": "application/json"})[0]


def ask_phone(row: Enrolment, daraja: MpesaDouble) -> str:
    """M-Pesa's id of the request that the phone shows last."""
    assert ask(row, phone=PHONE) == (200, {"url": ""})
    return [*daraja.asked][-1]
