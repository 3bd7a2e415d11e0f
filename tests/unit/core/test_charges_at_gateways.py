"""Charges at Stripe and at M-Pesa, against doubles on loopback."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from core.cohorts.models import Enrolment
from core.jobs.models import Job
from core.kit import clock
from core.kit.past import happened_at
from core.subscriptions import charges, mpesa_charges, stripe_gateway
from core.subscriptions.models import Charge, GatewayEvent, MpesaCharge
from core.users.models import User
from tests.mpesa_double import (
    CANCELLED,
    INVALID_PHONE,
    PHONE,
    MpesaDouble,
    mpesa_double,
)
from tests.stripe_double import Account, StripeDouble, stripe_double
from tests.stripe_forms import signature
from tests.unit.core.cohort_rows import apply, cohort_admin
from tests.unit.core.mpesa_rows import ask_phone, call_back, mpesa_settings
from tests.unit.core.notified import make_due, run_jobs
from tests.unit.core.seat_payment_rows import AMOUNT, ask, end_of, expire, priced_cohort, unpaid
from tests.unit.core.stripe_rows import stripe_settings
from tests.unit.core.world import NOBODY, person, refusal

pytestmark = pytest.mark.django_db


@pytest.fixture
def amina() -> User:
    cohort_admin()
    return person("amina")


@pytest.fixture
def row(amina: User) -> Enrolment:
    return unpaid(amina, priced_cohort())


# --- Stripe --------------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def stripe() -> Iterator[StripeDouble]:
    with stripe_double() as double:
        yield double


@pytest.fixture
def account(stripe: StripeDouble) -> Iterator[Account]:
    with stripe_settings(stripe) as account:
        yield account


def deliver(account: Account, times: int = 1) -> None:
    for event in account.events:
        body = json.dumps(event).encode()
        headers = {"Content-Type": "application/json", "Stripe-Signature": signature(body)}
        for _ in range(times):
            assert NOBODY.call("POST", "payments/stripe/webhook/", body, headers)[0] == 204
    account.events.clear()


def page(row: Enrolment) -> str:
    status, body = ask(row)
    assert status == 200
    return str(body["url"])


def test_a_seat_is_paid_on_one_page_of_stripe(row: Enrolment, account: Account) -> None:
    url = page(row)
    assert page(row) == url
    (session,) = account.all("checkout.session")
    assert session["price"]["unit_amount"] == str(AMOUNT)
    assert row.user.email not in json.dumps([*account.objects.values()])
    account.complete_checkout(url)
    assert end_of(row) == (["pending_payment"], ["open"])
    deliver(account, times=2)
    assert end_of(row) == (["active"], ["accepted"])
    assert not account.all("refund")


def test_a_late_payment_is_sent_back_once(row: Enrolment, account: Account) -> None:
    account.complete_checkout(page(row))
    baraka = unpaid_rival(row)
    deliver(account)
    assert end_of(row) == (["expired"], ["refunded"])
    assert [one["payment_intent"] for one in account.all("refund")] == [
        account.all("checkout.session")[0]["payment_intent"]
    ]
    assert Enrolment.objects.get(user=baraka).state == "offered"


def unpaid_rival(row: Enrolment) -> User:
    """Somebody who gets the seat when the hold expires."""
    baraka = person("baraka")
    apply(baraka, row.cohort, "paid")
    expire(row)
    return baraka


def test_a_refund_whose_answer_was_lost_is_not_made_again(row: Enrolment, account: Account) -> None:
    account.complete_checkout(page(row))
    unpaid_rival(row)
    deliver(account)
    assert end_of(row)[1] == ["refunded"]
    Charge.objects.update(state="refund_due", refunded_at=None)
    account.answers.clear()  # Stripe forgets the keys of requests after a day
    charges.refund(charge_id=Charge.objects.get().pk)
    assert end_of(row)[1] == ["refunded"]
    assert len(account.all("refund")) == 1


def test_a_refund_that_stripe_does_not_make_is_left_to_staff(
    row: Enrolment, account: Account
) -> None:
    account.refunds_end_as = "failed"
    account.complete_checkout(page(row))
    unpaid_rival(row)
    deliver(account)
    assert end_of(row) == (["expired"], ["refund_by_hand"])


def test_a_refund_that_stripe_refuses_is_left_to_staff(row: Enrolment, account: Account) -> None:
    account.complete_checkout(page(row))
    unpaid_rival(row)
    account.refuses_refunds = True
    deliver(account)
    assert end_of(row) == (["expired"], ["refund_by_hand"])


def test_a_page_that_was_closed_makes_room_for_another(row: Enrolment, account: Account) -> None:
    first = page(row)
    account.expire_session(first.rsplit("/", 1)[-1])
    second = page(row)
    assert second != first
    account.complete_checkout(second)
    deliver(account)
    assert end_of(row) == (["active"], ["failed", "accepted"])


def test_a_gateway_that_fails_leaves_the_charge_open(
    row: Enrolment, account: Account, stripe: StripeDouble
) -> None:
    """Stripe repeats an error as long as the key of the request is the same."""
    with happened_at(clock.now() - timedelta(minutes=20)):
        stripe.statuses = [500] * 3
        assert refusal(ask(row)) == (503, "unavailable", [])
        assert refusal(ask(row)) == (503, "unavailable", [])
    stripe_gateway.breaker.closed_from = 0.0
    assert page(row)
    assert len(account.all("customer")) == 1


def test_a_page_at_another_price_is_closed(row: Enrolment, account: Account) -> None:
    first = page(row)
    row.cohort.prices.update(amount=AMOUNT // 2)
    second = page(row)
    assert [one["status"] for one in account.all("checkout.session")] == ["open", "expired"]
    account.complete_checkout(second)
    deliver(account)
    assert second != first
    assert end_of(row) == (["active"], ["failed", "accepted"])
    assert Charge.objects.get(state="accepted").amount == AMOUNT // 2


# --- M-Pesa --------------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def mpesa() -> Iterator[MpesaDouble]:
    with mpesa_double() as double:
        yield double


@pytest.fixture
def daraja(mpesa: MpesaDouble) -> Iterator[MpesaDouble]:
    with mpesa_settings(mpesa):
        yield mpesa


def let_time_pass() -> None:
    MpesaCharge.objects.update(asked_at=timezone.now() - mpesa_charges.REQUEST_LASTS)


def test_a_phone_that_pays_gets_the_seat(row: Enrolment, daraja: MpesaDouble) -> None:
    request = ask_phone(row, daraja)
    assert ask_phone(row, daraja) == request
    asked = daraja.asked[request]
    assert (asked["Amount"], asked["PartyA"], len(daraja.asked)) == (AMOUNT // 100, PHONE, 1)
    daraja.answer_phone(request)
    assert [call_back(daraja.callbacks[0]) for _ in range(2)] == [204, 204]
    assert end_of(row) == (["active"], ["accepted"])
    stored: list[Any] = []
    for model in (Job, GatewayEvent, Charge, MpesaCharge):
        stored += model.objects.values()
    assert PHONE[3:] not in json.dumps(stored, default=str)


def test_a_refused_request_is_followed_by_another(row: Enrolment, daraja: MpesaDouble) -> None:
    daraja.answer_phone(ask_phone(row, daraja), CANCELLED)
    daraja.answer_phone(ask_phone(row, daraja))
    for callback in daraja.callbacks:
        call_back(callback)
    assert end_of(row) == (["active"], ["failed", "accepted"])


def test_without_an_initiator_staff_sends_one_of_two_payments_back(
    row: Enrolment, daraja: MpesaDouble
) -> None:
    first = ask_phone(row, daraja)
    let_time_pass()
    second = ask_phone(row, daraja)
    daraja.answer_phone(second)
    daraja.answer_phone(first)
    for callback in daraja.callbacks:
        call_back(callback)
    assert end_of(row) == (["active"], ["refund_by_hand", "accepted"])


@pytest.mark.parametrize("is_named", [True, False])
def test_a_lost_answer_is_no_reason_to_ask_again_at_once(
    is_named: bool, row: Enrolment, daraja: MpesaDouble
) -> None:
    """A callback names the request whose answer was lost."""
    daraja.loses_answers = True
    assert ask(row, phone=PHONE)[0] == 503
    daraja.loses_answers = False
    request = ask_phone(row, daraja)
    assert len(daraja.asked) == 1
    daraja.answer_phone(request)
    if is_named:
        call_back(daraja.callbacks[0])
        assert end_of(row) == (["active"], ["accepted"])
    else:
        make_due()
        assert end_of(row) == (["pending_payment"], ["open"])
        let_time_pass()
        assert ask_phone(row, daraja) != request
        assert end_of(row) == (["pending_payment"], ["failed", "open"])


def test_a_request_that_mpesa_refuses_is_repeated_at_once(
    row: Enrolment, daraja: MpesaDouble
) -> None:
    daraja.refusal = INVALID_PHONE
    assert refusal(ask(row, phone=PHONE))[:2] == (409, "payment_refused")
    daraja.refusal = None
    daraja.answer_phone(ask_phone(row, daraja))
    call_back(daraja.callbacks[0])
    assert end_of(row) == (["active"], ["accepted"])


def test_a_phone_that_was_not_asked_is_asked_at_the_present_price(
    row: Enrolment, daraja: MpesaDouble
) -> None:
    assert refusal(ask(row, phone="0712"))[:2] == (400, "wrong_phone")
    row.cohort.prices.update(amount=AMOUNT // 2)
    assert daraja.asked[ask_phone(row, daraja)]["Amount"] == AMOUNT // 200
    row.cohort.prices.update(amount=AMOUNT)
    assert refusal(ask(row, phone=PHONE))[:2] == (409, "payment_open")
    let_time_pass()
    assert daraja.asked[ask_phone(row, daraja)]["Amount"] == AMOUNT // 100


def test_a_phone_that_still_shows_the_request_is_not_asked_again(
    row: Enrolment, daraja: MpesaDouble
) -> None:
    daraja.processing = 200, {"ResponseCode": "0", "ResultCode": "4999"}
    assert ask_phone(row, daraja) == ask_phone(row, daraja)
    assert end_of(row) == (["pending_payment"], ["open"])


def test_a_request_without_an_outcome_is_followed_by_another(
    row: Enrolment, daraja: MpesaDouble
) -> None:
    first = ask_phone(row, daraja)
    daraja.knows_outcomes = False
    assert refusal(ask(row, phone=PHONE))[:2] == (503, "unavailable")
    let_time_pass()
    assert ask_phone(row, daraja) != first
    for _ in range(2):
        charges.settle_charge(gateway_name="mpesa", reference=str(Charge.objects.earliest("pk").pk))
    assert Job.objects.filter(key__startswith="mpesa:").count() == 1
    daraja.knows_outcomes = True
    daraja.answer_phone(first)
    make_due()
    assert end_of(row) == (["active"], ["accepted", "open"])


def test_a_callback_that_lies_gives_no_seat(row: Enrolment, daraja: MpesaDouble) -> None:
    request = ask_phone(row, daraja)
    daraja.report(request, 0)
    call_back(daraja.callbacks[0])
    assert end_of(row) == (["pending_payment"], ["open"])
    path, _ = daraja.callbacks[0]
    assert NOBODY.call("POST", f"{path[:-3]}/", {"Body": {}})[0] == 404


@pytest.mark.parametrize("phone", ["", "0712345678", "254812345678"])
def test_a_phone_is_written_as_mpesa_writes_it(
    phone: str, row: Enrolment, daraja: MpesaDouble
) -> None:
    assert refusal(ask(row, **({"phone": phone} if phone else {})))[:2] == (400, "wrong_phone")
    assert daraja.asked == {}


def test_a_payment_that_comes_hours_later_counts(row: Enrolment, daraja: MpesaDouble) -> None:
    request = ask_phone(row, daraja)
    MpesaCharge.objects.update(asked_at=timezone.now() - timedelta(hours=3))
    make_due()
    run_jobs()
    assert end_of(row) == (["pending_payment"], ["failed"])
    daraja.answer_phone(request)
    call_back(daraja.callbacks[0])
    assert end_of(row) == (["active"], ["accepted"])
