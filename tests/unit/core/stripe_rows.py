"""The double of Stripe in place of the sandbox."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.test import override_settings

from tests.stripe_double import SECRET_KEY, Account, StripeDouble
from tests.stripe_forms import WEBHOOK_SECRET


@contextmanager
def stripe_settings(server: StripeDouble) -> Iterator[Account]:
    """A new account in Stripe, which this server uses."""
    server.account, server.statuses = Account(), []
    with override_settings(
        PAYMENT_GATEWAYS={"stripe": "core.subscriptions.stripe_gateway.StripeGateway"},
        STRIPE_SECRET_KEY=SECRET_KEY,
        STRIPE_WEBHOOK_SECRET=WEBHOOK_SECRET,
        STRIPE_API_URL=server.url,
    ):
        yield server.account
