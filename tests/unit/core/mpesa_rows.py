"""The double of Daraja in place of the sandbox."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.test import override_settings

from tests.mpesa_double import KEY, PASSKEY, SECRET, SHORTCODE, MpesaDouble


@contextmanager
def mpesa_settings(server: MpesaDouble) -> Iterator[MpesaDouble]:
    """The double without requests, which this server uses."""
    server.reset()
    with override_settings(
        PAYMENT_GATEWAYS={"mpesa": "core.subscriptions.mpesa.MpesaGateway"},
        MPESA_CONSUMER_KEY=KEY,
        MPESA_CONSUMER_SECRET=SECRET,
        MPESA_SHORTCODE=SHORTCODE,
        MPESA_PASSKEY=PASSKEY,
        MPESA_API_URL=server.url,
    ):
        yield server
