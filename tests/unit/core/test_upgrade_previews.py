"""What an upgrade costs before it is asked for."""

from collections.abc import Iterator
from typing import Any

import pytest

from core.subscriptions import services
from core.subscriptions.models import Invoice, Plan, Subscription
from core.subscriptions.money import Money
from core.users.models import User
from tests.stripe_double import Account, StripeDouble, stripe_double
from tests.unit.core.notified import run_jobs
from tests.unit.core.stripe_rows import stripe_settings
from tests.unit.core.subscription_rows import paid_subscription, plan, subscribe
from tests.unit.core.world import Answer, person, refusal, signed_in

pytestmark = pytest.mark.django_db
ABSENT = "018f0000-0000-7000-8000-00000000dead"


def preview(user: User, subscription: Subscription, to: Any) -> Answer:
    return signed_in(user).get(f"subscriptions/{subscription.pk}/preview/?plan={to}")


@pytest.fixture
def server() -> Iterator[StripeDouble]:
    with stripe_double() as double:
        yield double


@pytest.fixture
def account(server: StripeDouble) -> Iterator[Account]:
    with stripe_settings(server) as account:
        yield account


@pytest.fixture
def paid(account: Account) -> Subscription:
    """Half of the period is over."""
    subscription = subscribe(person("amina"), plan("basic", 1))
    url = services.start_payment(user=subscription.user, subscription_id=subscription.pk)
    account.complete_checkout(url)
    services.settle(gateway_name="stripe", reference=account.all("customer")[0]["id"])
    account.now += 15 * 86_400
    return Subscription.objects.get(pk=subscription.pk)


@pytest.fixture
def better() -> Plan:
    return plan(prices=[Money(240_000, "KES")])


def test_the_preview_is_what_stripe_invoices_then(
    paid: Subscription, better: Plan, account: Account
) -> None:
    before = account.all("invoice")
    status, body = preview(paid.user, paid, better.pk)
    assert (status, body["currency"], body["amount"]) == (200, "KES", 45_000)
    assert [(line["amount"], line["is_proration"]) for line in body["lines"]] == [
        (-75_000, True),
        (120_000, True),
    ]
    assert account.all("invoice") == before
    services.change_plan(user=paid.user, subscription_id=paid.pk, plan_id=better.pk)
    run_jobs()
    invoice = Invoice.objects.get(plan=better)
    assert invoice.amount == body["amount"]
    assert [line["amount"] for line in invoice.lines] == [-75_000, 120_000]


def test_no_price_is_named_while_another_plan_is_to_follow(
    paid: Subscription, better: Plan
) -> None:
    lower = plan("low", 0, prices=[Money(60_000, "KES")])
    services.change_plan(user=paid.user, subscription_id=paid.pk, plan_id=lower.pk)
    run_jobs()
    assert refusal(preview(paid.user, paid, better.pk))[:2] == (409, "downgrade_waits")
    services.change_plan(user=paid.user, subscription_id=paid.pk, plan_id=paid.plan_id)
    run_jobs()
    assert preview(paid.user, paid, better.pk)[1]["amount"] == 45_000


def test_there_is_no_preview_while_stripe_does_not_answer(
    paid: Subscription, better: Plan, server: StripeDouble
) -> None:
    server.statuses = [401]
    assert refusal(preview(paid.user, paid, better.pk))[:2] == (503, "unavailable")


def test_single_payments_cost_the_full_price(better: Plan) -> None:
    amina = person("amina")
    body = preview(amina, paid_subscription(amina, plan("basic", 1)), better.pk)[1]
    assert (body["amount"], body["currency"]) == (240_000, "KES")
    assert [(line["amount"], line["is_proration"]) for line in body["lines"]] == [(240_000, False)]


def test_what_costs_nothing_now_and_what_is_not_there_has_no_preview(better: Plan) -> None:
    amina, baraka = person("amina"), person("baraka")
    basic, other = plan("basic", 1), plan("other", 99, prices=[Money(100, "USD")])
    waiting = subscribe(baraka, basic)
    paid = paid_subscription(amina, basic)
    assert refusal(preview(baraka, waiting, better.pk))[:2] == (409, "illegal_transition")
    assert refusal(preview(amina, paid, basic.pk))[:2] == (409, "nothing_to_pay")
    assert refusal(preview(amina, paid, other.pk))[:2] == (409, "no_price")
    assert preview(amina, paid, ABSENT)[0] == 404
    assert preview(baraka, paid, better.pk)[0] == 404
    for text in ("", "x", str(better.pk).upper()):
        assert refusal(preview(amina, paid, text))[0] == 400
    services.cancel(user=amina, subscription_id=paid.pk)
    assert refusal(preview(amina, paid, better.pk))[:2] == (409, "illegal_transition")
