"""Stripe behind the port, by its own SDK against a double on loopback."""

import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db.models import QuerySet
from django.test import override_settings

from core.jobs.models import Job
from core.subscriptions import services
from core.subscriptions.models import GatewayEvent, Invoice, Subscription
from core.subscriptions.money import Money
from core.users.models import User
from ongoza_contracts.subscriptions import Feature
from tests.stripe_double import Account, StripeDouble, stripe_double
from tests.stripe_forms import signature
from tests.unit.core.notified import run_jobs
from tests.unit.core.stripe_rows import stripe_settings
from tests.unit.core.subscription_rows import plan, subscribe
from tests.unit.core.world import NOBODY, Answer, person, refusal, signed_in

pytestmark = pytest.mark.django_db
PRICE = Money(240_000, "KES")
WEBHOOK = "payments/stripe/webhook/"


@pytest.fixture(scope="module")
def server() -> Iterator[StripeDouble]:
    with stripe_double() as double:
        yield double


@pytest.fixture
def account(server: StripeDouble) -> Iterator[Account]:
    with stripe_settings(server) as account:
        yield account


@pytest.fixture
def amina(account: Account) -> User:
    return person("amina")


def post_event(event: Any, **changes: str) -> Answer:
    body = json.dumps(event).encode()
    headers = {"Content-Type": "application/json; charset=utf-8"}
    headers["Stripe-Signature"] = signature(body)
    return NOBODY.call("POST", WEBHOOK, body, {**headers, **changes})


def deliver(account: Account) -> None:
    """All events, and the jobs that follow."""
    while account.events:
        assert post_event(account.events.pop(0))[0] == 204
    run_jobs()


def pay(user: User, subscription: Subscription) -> Answer:
    return signed_in(user).call("POST", f"subscriptions/{subscription.pk}/pay/")


def paid_subscription(user: User, account: Account, **values: Any) -> Subscription:
    subscription = subscribe(user, plan(**values))
    account.complete_checkout(pay(user, subscription)[1]["url"])
    deliver(account)
    subscription.refresh_from_db()
    return subscription


def invoices(subscription: Subscription) -> list[tuple[str, int, str]]:
    rows = Invoice.objects.filter(subscription=subscription).select_related("plan")
    return [
        (row.plan.slug, row.amount, row.state) for row in rows.order_by("period_starts_at", "pk")
    ]


def test_a_completed_checkout_begins_the_subscription(amina: User, account: Account) -> None:
    subscription = subscribe(amina)
    run_jobs()
    status, body = pay(amina, subscription)
    assert (status, body["url"][:25]) == (200, "https://checkout.example/")
    assert pay(amina, subscription)[1] == body
    account.complete_checkout(body["url"])
    subscription.refresh_from_db()
    assert subscription.state == "incomplete"
    deliver(account)
    subscription.refresh_from_db()
    assert (subscription.state, subscription.gateway) == ("active", "stripe")
    assert invoices(subscription) == [("plus", 150_000, "paid")]
    assert refusal(pay(amina, subscription)) == (409, "nothing_to_pay", [])


def test_stripe_learns_no_name_and_no_address(amina: User, account: Account) -> None:
    paid_subscription(amina, account)
    stored = json.dumps([*account.objects.values()])
    assert amina.email not in stored
    customer = account.all("customer")[0]
    subscription = Subscription.objects.get(user=amina)
    assert customer["metadata"] == {"subscription": str(subscription.pk)}


def test_a_page_for_another_plan_takes_the_place_of_the_first(
    amina: User, account: Account
) -> None:
    subscription = subscribe(amina)
    first = pay(amina, subscription)[1]["url"]
    plan(plan_id=subscription.plan_id, prices=[PRICE])
    second = pay(amina, subscription)[1]["url"]
    assert first != second
    with pytest.raises(AssertionError, match="expired"):
        account.complete_checkout(first)
    account.complete_checkout(second)
    deliver(account)
    assert invoices(subscription) == [("plus", PRICE.amount, "paid")]


def test_a_paid_renewal_begins_the_next_period(amina: User, account: Account) -> None:
    subscription = paid_subscription(amina, account)
    before = subscription.period_ends_at
    account.advance(30)
    deliver(account)
    subscription.refresh_from_db()
    assert (subscription.state, subscription.period_starts_at) == ("active", before)


def test_an_upgrade_stores_the_proration_that_stripe_computed(
    amina: User, account: Account
) -> None:
    subscription = paid_subscription(amina, account, slug="basic", rank=1)
    better = plan(prices=[PRICE])
    account.now += 15 * 86_400
    services.change_plan(user=amina, subscription_id=subscription.pk, plan_id=better.pk)
    run_jobs()
    subscription.refresh_from_db()
    assert subscription.plan == better
    assert invoices(subscription)[1:] == [("plus", 45_000, "paid")]
    lines = Invoice.objects.get(plan=better).lines
    assert [(line["amount"], line["is_proration"]) for line in lines] == [
        (-75_000, True),
        (120_000, True),
    ]


@pytest.fixture
def downgraded(amina: User, account: Account) -> Subscription:
    """Half of a period of the plan `plus` is over, after which there is `basic`."""
    subscription = paid_subscription(amina, account)
    basic = plan("basic", 1, prices=[Money(60_000, "KES")])
    account.now += 15 * 86_400
    services.change_plan(user=amina, subscription_id=subscription.pk, plan_id=basic.pk)
    run_jobs()
    return subscription


def ask_for_better(subscription: Subscription) -> None:
    better = plan("better", 20, prices=[PRICE])
    services.change_plan(user=subscription.user, subscription_id=subscription.pk, plan_id=better.pk)
    run_jobs()


def test_an_upgrade_after_a_downgrade_is_prorated_from_what_was_paid(
    downgraded: Subscription,
) -> None:
    ask_for_better(downgraded)
    assert invoices(downgraded)[1:] == [("better", 45_000, "paid")]
    lines = Invoice.objects.get(plan__slug="better").lines
    assert [line["amount"] for line in lines] == [-75_000, 120_000]


def test_a_downgrade_stands_after_an_upgrade_that_nobody_paid(
    downgraded: Subscription, account: Account
) -> None:
    account.declines = True
    ask_for_better(downgraded)
    account.void(account.all("invoice")[0])
    deliver(account)
    account.declines = False
    account.advance(15)
    deliver(account)
    rows = [("plus", 150_000, "paid"), ("better", 45_000, "void"), ("basic", 60_000, "paid")]
    assert invoices(downgraded) == rows


def test_an_upgrade_in_place_of_another_stands_though_a_downgrade_waits(
    downgraded: Subscription, account: Account
) -> None:
    account.declines = True
    ask_for_better(downgraded)
    best = plan("best", 30, prices=[Money(400_000, "KES")])
    services.change_plan(user=downgraded.user, subscription_id=downgraded.pk, plan_id=best.pk)
    run_jobs()
    deliver(account)
    assert [(slug, state) for slug, _, state in invoices(downgraded)][1:] == [
        ("better", "void"),
        ("best", "open"),
    ]


def test_an_upgrade_that_is_not_paid_waits_and_is_taken_back_by_the_present_plan(
    amina: User, account: Account
) -> None:
    basic = plan("basic", 1)
    subscription = subscribe(amina, basic)
    account.complete_checkout(pay(amina, subscription)[1]["url"])
    deliver(account)
    account.declines = True
    services.change_plan(
        user=amina, subscription_id=subscription.pk, plan_id=plan(prices=[PRICE]).pk
    )
    run_jobs()
    subscription.refresh_from_db()
    assert subscription.plan == basic
    assert [state for _, _, state in invoices(subscription)] == ["paid", "open"]
    assert pay(amina, subscription)[1]["url"].startswith("https://pay.example/")
    services.change_plan(user=amina, subscription_id=subscription.pk, plan_id=basic.pk)
    run_jobs()
    assert [state for _, _, state in invoices(subscription)] == ["paid", "void"]
    account.declines = False
    account.advance(30)
    deliver(account)
    assert [slug for slug, _, state in invoices(subscription) if state == "paid"] == ["basic"] * 2


def test_a_downgrade_is_what_stripe_renews_with(amina: User, account: Account) -> None:
    subscription = paid_subscription(amina, account)
    basic = plan("basic", 1, prices=[PRICE], features={Feature.MENTORSHIP: None})
    services.change_plan(user=amina, subscription_id=subscription.pk, plan_id=basic.pk)
    run_jobs()
    account.advance(30)
    deliver(account)
    subscription.refresh_from_db()
    assert (subscription.plan, subscription.next_plan) == (basic, None)
    assert invoices(subscription)[1:] == [("basic", PRICE.amount, "paid")]


@pytest.mark.parametrize(("resumes", "count"), [(False, 1), (True, 2)])
def test_a_cancelled_subscription_is_renewed_only_if_it_was_resumed(
    amina: User, account: Account, resumes: bool, count: int
) -> None:
    subscription = paid_subscription(amina, account)
    services.cancel(user=amina, subscription_id=subscription.pk)
    run_jobs()
    if resumes:
        services.resume(user=amina, subscription_id=subscription.pk)
        run_jobs()
    account.advance(30)
    deliver(account)
    assert len(invoices(subscription)) == count


def test_a_failed_renewal_is_paid_on_the_page_of_its_invoice(amina: User, account: Account) -> None:
    subscription = paid_subscription(amina, account)
    account.declines = True
    account.advance(30)
    deliver(account)
    assert [state for _, _, state in invoices(subscription)] == ["paid", "failed"]
    QuerySet(Subscription).filter(pk=subscription.pk).update(state="past_due")
    url = pay(amina, subscription)[1]["url"]
    account.declines = False
    account.pay_invoice(url)
    deliver(account)
    subscription.refresh_from_db()
    assert (subscription.state, len(invoices(subscription))) == ("active", 2)


def test_a_subscription_whose_customer_was_deleted_is_paid_by_a_new_one(
    amina: User, account: Account
) -> None:
    subscription = subscribe(amina)
    run_jobs()
    subscription.refresh_from_db()
    account.delete_customer(subscription.gateway_reference)
    deliver(account)
    account.complete_checkout(pay(amina, subscription)[1]["url"])
    deliver(account)
    subscription.refresh_from_db()
    assert subscription.state == "active"


def test_an_event_is_stored_once_and_says_nothing_but_that_something_changed(
    amina: User, account: Account
) -> None:
    subscription = subscribe(amina)
    account.complete_checkout(pay(amina, subscription)[1]["url"])
    event = account.events[-1]
    event["data"]["object"]["status"] = "canceled"
    for _ in range(3):
        assert post_event(event)[0] == 204
    row = GatewayEvent.objects.get()
    subscription.refresh_from_db()
    assert (row.event_id, row.reference) == (event["id"], subscription.gateway_reference)
    assert Job.objects.filter(kind="subscriptions.event").count() == 1
    run_jobs()
    subscription.refresh_from_db()
    assert subscription.state == "active"


def test_an_event_about_somebody_unknown_changes_nothing(account: Account) -> None:
    for about in (
        {"object": "customer", "id": "cus_999"},
        {"object": "payout"},
        {"object": "x", "customer": 7},
    ):
        event = {"id": f"evt_{about['object']}", "data": {"object": about}}
        assert post_event(event)[0] == 204
    run_jobs()
    assert not Job.objects.filter(done_at=None, kind="subscriptions.event").exists()


EVENT = {"id": "evt_1", "data": {"object": {"object": "customer", "id": "cus_1"}}}
BODY = json.dumps(EVENT).encode()


SIGNATURES: dict[str, Callable[[], str]] = {
    "none": lambda: "",
    "malformed": lambda: "t=1,v1=00",
    "another secret": lambda: signature(BODY, "whsec_other"),
    "too old": lambda: signature(BODY, at=int(time.time()) - 400),
    "another body": lambda: signature(BODY + b" "),
    "an empty secret": lambda: signature(BODY, ""),
}


@pytest.mark.parametrize("name", SIGNATURES)
def test_a_body_that_stripe_did_not_sign_now_is_refused(account: Account, name: str) -> None:
    answer = post_event(EVENT, **{"Stripe-Signature": SIGNATURES[name]()})
    assert refusal(answer) == (400, "bad_signature", [])
    assert not GatewayEvent.objects.exists()


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b"\xff", b'{"id":1,"data":{"object":"x"}}'])
def test_a_signed_body_that_is_no_event_is_refused(account: Account, body: bytes) -> None:
    headers = {"Stripe-Signature": signature(body), "Content-Type": "application/json"}
    answer = NOBODY.call("POST", WEBHOOK, body, headers)
    assert refusal(answer) == (400, "bad_signature", [])


def test_an_empty_secret_closes_the_webhook(account: Account) -> None:
    with override_settings(STRIPE_WEBHOOK_SECRET=""):
        headers = {"Stripe-Signature": signature(BODY, "")}
        assert post_event(EVENT, **headers)[0] == 404
    assert not GatewayEvent.objects.exists()


def test_a_server_without_stripe_has_no_webhook(db: None) -> None:
    assert post_event(EVENT)[0] == 404


def test_nothing_changes_while_stripe_does_not_answer(
    amina: User, account: Account, server: StripeDouble
) -> None:
    subscription = subscribe(amina)
    run_jobs()
    server.statuses = [401]
    assert refusal(pay(amina, subscription))[:2] == (503, "unavailable")
    assert pay(amina, subscription)[0] == 200
