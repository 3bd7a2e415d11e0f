"""M-Pesa behind the port, against a double of Daraja on loopback."""

import json
import random
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core import signing
from django.test import override_settings
from django.utils import timezone

from core.config.settings import _RATE_LIMITS
from core.jobs.models import Job
from core.limits.models import RateLimit
from core.subscriptions import gateways, mpesa, mpesa_charges, services
from core.subscriptions.models import (
    GatewayEvent,
    Invoice,
    MpesaInvoice,
    MpesaRequest,
    Subscription,
)
from core.subscriptions.money import Money
from core.subscriptions.plans import NoPrice
from core.users.models import User
from ongoza_contracts.vocabulary import Role
from tests.mpesa_double import CANCELLED, INVALID_PHONE, PHONE, MpesaDouble, mpesa_double
from tests.random_cases import CASES
from tests.unit.core.mpesa_rows import call_back, mpesa_settings
from tests.unit.core.notified import make_due, run_jobs
from tests.unit.core.subscription_rows import plan
from tests.unit.core.world import Answer, admin_site_client, person, refusal, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def server() -> Iterator[MpesaDouble]:
    with mpesa_double() as double:
        yield double


@pytest.fixture
def daraja(server: MpesaDouble) -> Iterator[MpesaDouble]:
    with mpesa_settings(server):
        yield server


@pytest.fixture
def amina(daraja: MpesaDouble) -> User:
    return person("amina")


def subscribe(user: User, price: Money = Money(150_000, "KES")) -> Subscription:  # noqa: B008
    offered = plan(prices=[price])
    made = services.subscribe(user=user, plan_id=offered.pk, currency="KES")
    run_jobs()
    return made


def pay(user: User, subscription: Subscription, phone: str = PHONE) -> Answer:
    path = f"subscriptions/{subscription.pk}/pay/"
    return signed_in(user).call("POST", path, {"phone": phone})


def state_of(subscription: Subscription) -> tuple[str, list[str]]:
    states = Invoice.objects.filter(subscription=subscription).order_by("pk")
    subscription.refresh_from_db()
    return subscription.state, [*states.values_list("state", flat=True)]


def test_a_phone_that_pays_begins_the_subscription(amina: User, daraja: MpesaDouble) -> None:
    subscription = subscribe(amina)
    assert pay(amina, subscription) == (200, {"url": ""})
    (request_id,) = daraja.asked
    asked = daraja.asked[request_id]
    assert (asked["Amount"], asked["PartyA"]) == (1500, PHONE)
    assert state_of(subscription) == ("incomplete", ["open"])
    daraja.answer_phone(request_id)
    assert call_back(daraja.callbacks[0]) == 204
    run_jobs()
    assert state_of(subscription) == ("active", ["paid"])
    assert Invoice.objects.get().amount == 150_000
    assert refusal(pay(amina, subscription)) == (409, "nothing_to_pay", [])


def test_the_number_of_the_phone_is_stored_nowhere(
    amina: User, daraja: MpesaDouble, capfd: pytest.CaptureFixture[str]
) -> None:
    subscription = subscribe(amina)
    pay(amina, subscription)
    daraja.answer_phone(next(iter(daraja.asked)))
    call_back(daraja.callbacks[0])
    run_jobs()
    rows: list[Any] = []
    for model in (Job, GatewayEvent, MpesaInvoice, MpesaRequest, Invoice, Subscription):
        rows += model.objects.values()
    assert PHONE[3:] not in json.dumps(rows, default=str)
    assert PHONE[3:] not in "".join(capfd.readouterr())


def test_a_phone_is_asked_once_until_the_outcome_is_known(amina: User, daraja: MpesaDouble) -> None:
    subscription = subscribe(amina)
    for _ in range(3):
        assert pay(amina, subscription)[0] == 200
    assert len(daraja.asked) == 1
    daraja.answer_phone("ws_CO_000000", CANCELLED)
    pay(amina, subscription)
    assert len(daraja.asked) == 2
    daraja.answer_phone("ws_CO_000001")
    for callback in daraja.callbacks:
        call_back(callback)
    run_jobs()
    assert state_of(subscription) == ("active", ["paid"])


def test_a_lost_answer_is_no_reason_to_ask_again_at_once(amina: User, daraja: MpesaDouble) -> None:
    subscription = subscribe(amina)
    daraja.loses_answers = True
    assert refusal(pay(amina, subscription))[:2] == (503, "unavailable")
    daraja.loses_answers = False
    pay(amina, subscription)
    assert len(daraja.asked) == 1
    daraja.answer_phone("ws_CO_000000")
    assert call_back(daraja.callbacks[0]) == 204
    run_jobs()
    assert state_of(subscription) == ("active", ["paid"])


def test_a_request_that_mpesa_refuses_is_repeated_at_once(amina: User, daraja: MpesaDouble) -> None:
    """As for a wrong number. An error inside M-Pesa says nothing certain."""
    subscription = subscribe(amina)
    for daraja.refusal, code in (
        (INVALID_PHONE, "payment_refused"),
        ({"ResponseCode": "1"}, "payment_refused"),
        ({"errorCode": "500.003.1001"}, "unavailable"),
    ):
        assert refusal(pay(amina, subscription))[1] == code
    assert state_of(subscription) == ("incomplete", ["open"])
    daraja.refusal = None
    assert pay(amina, subscription)[0] == 200
    assert daraja.asked == {}
    states = MpesaRequest.objects.values_list("state", flat=True)
    assert [*states] == ["open", "failed", "failed"]


def test_a_callback_that_lies_marks_nothing_as_paid(amina: User, daraja: MpesaDouble) -> None:
    subscription = subscribe(amina)
    pay(amina, subscription)
    daraja.report("ws_CO_000000", 0)
    assert call_back(daraja.callbacks[0]) == 204
    run_jobs()
    assert state_of(subscription) == ("incomplete", ["open"])


ABSENT = "018f0000-0000-7000-8000-00000000dead"


@pytest.mark.parametrize("salt", [None, "another", mpesa.SALT])
def test_an_address_that_core_did_not_make_does_not_exist(
    daraja: MpesaDouble, salt: str | None
) -> None:
    secret = "guess" if salt is None else signing.dumps(ABSENT, salt=salt)
    assert call_back((f"payments/mpesa/callback/{secret}/", b"{}")) == 404
    assert not GatewayEvent.objects.exists()


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b"\xff", b'{"Body": {"stkCallback": []}}'])
def test_a_callback_without_sense_only_lets_core_look(
    amina: User, daraja: MpesaDouble, body: bytes
) -> None:
    subscription = subscribe(amina)
    pay(amina, subscription)
    daraja.answer_phone("ws_CO_000000")
    assert call_back((daraja.callbacks[0][0], body)) == 204
    run_jobs()
    assert state_of(subscription) == ("active", ["paid"])


@pytest.mark.parametrize(
    "phone", ["", "0712345678", "+254712345678", "254612345678", "25471234567"]
)
def test_a_number_that_is_no_kenyan_mobile_is_refused(
    amina: User, daraja: MpesaDouble, phone: str
) -> None:
    answer = signed_in(amina).call("POST", f"subscriptions/{subscribe(amina).pk}/pay/", None)
    assert refusal(answer)[:2] == (400, "wrong_phone")
    assert pay(amina, Subscription.objects.get(), phone)[0] == 400
    assert daraja.asked == {}


def test_only_whole_shillings_are_paid_by_mpesa(amina: User) -> None:
    for price in (Money(150_050, "KES"), Money(1_000, "USD")):
        with override_settings(PAYMENT_GATEWAYS={}):
            offered = plan(f"plan-{price.currency.lower()}", prices=[price])
        body = {"plan": str(offered.pk), "currency": price.currency}
        assert signed_in(amina).post("subscriptions/", body)[0] == 409


def test_a_payment_after_the_wait_begins_the_subscription_again(
    amina: User, daraja: MpesaDouble
) -> None:
    subscription = subscribe(amina)
    pay(amina, subscription)
    services.cancel(user=amina, subscription_id=subscription.pk)
    run_jobs()
    assert state_of(subscription) == ("expired", ["void"])
    daraja.answer_phone("ws_CO_000000")
    call_back(daraja.callbacks[0])
    run_jobs()
    assert state_of(subscription) == ("active", ["paid"])


@pytest.mark.random
@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3 * CASES))
def test_callbacks_in_any_order_and_number_end_in_the_same_state(
    amina: User, daraja: MpesaDouble, seed: int
) -> None:
    """The phone refuses twice and pays then; callbacks come late and twice,
    with jobs between them."""
    dice = random.Random(seed)  # noqa: S311 (a schedule is no secret)
    subscription = subscribe(amina)
    waiting: list[tuple[str, bytes]] = []
    for number, result in enumerate((CANCELLED, CANCELLED, 0)):
        pay(amina, subscription)
        daraja.answer_phone(f"ws_CO_{number:06d}", result)
        waiting += daraja.callbacks * dice.choice([1, 2, 3])
        daraja.callbacks = []
        dice.shuffle(waiting)
        for _ in range(dice.randint(0, len(waiting))):
            call_back(waiting.pop())
            if dice.random() < 0.5:
                run_jobs()
    for callback in [*waiting, *waiting]:
        call_back(callback)
    run_jobs()
    assert state_of(subscription) == ("active", ["paid"])


def asked_again(user: User, subscription: Subscription) -> None:
    """A second request, since the first had no outcome for longer than a phone shows it."""
    pay(user, subscription)
    before = timezone.now() - mpesa_charges.REQUEST_LASTS
    MpesaRequest.objects.update(asked_at=before)
    pay(user, subscription)


@pytest.mark.parametrize("is_named", [True, False])
def test_a_late_payment_of_an_earlier_request_counts(
    amina: User, daraja: MpesaDouble, is_named: bool
) -> None:
    """Also one whose id only its callback tells, after a later request."""
    subscription = subscribe(amina)
    daraja.loses_answers = not is_named
    asked_again(amina, subscription)
    assert len(daraja.asked) == 2
    daraja.answer_phone("ws_CO_000000")
    call_back(daraja.callbacks[0])
    run_jobs()
    assert state_of(subscription) == ("active", ["paid"])
    assert MpesaRequest.objects.filter(state="paid", to_reverse=False).count() == 1


def test_a_second_payment_of_an_invoice_is_to_be_reversed(
    amina: User, daraja: MpesaDouble, caplog: pytest.LogCaptureFixture
) -> None:
    subscription = subscribe(amina)
    asked_again(amina, subscription)
    for request_id in ("ws_CO_000001", "ws_CO_000000"):
        daraja.answer_phone(request_id)
    with caplog.at_level("ERROR", logger=mpesa.__name__):
        for callback in daraja.callbacks * 2:
            call_back(callback)
            run_jobs()
    assert state_of(subscription) == ("active", ["paid"])
    twice = MpesaRequest.objects.get(to_reverse=True)
    invoice = Invoice.objects.get().gateway_invoice_id
    assert caplog.messages == [f"The invoice {invoice} was paid twice: reverse {twice.request_id}"]
    path = "/admin/subscriptions/mpesarequest/?to_reverse__exact=1"
    client = admin_site_client(person("ada", Role.ADMIN))
    assert twice.request_id in client.get(path).content.decode()
    page = f"/admin/subscriptions/mpesarequest/{twice.pk}/record-reversal/"
    assert client.post(page).status_code == 302
    assert not MpesaRequest.objects.filter(to_reverse=True).exists()
    assert twice.request_id not in client.get(path).content.decode()


def test_a_late_payment_of_a_void_invoice_takes_the_place_of_the_newer_one(
    amina: User, daraja: MpesaDouble
) -> None:
    """An upgrade that was asked for, taken back and asked for again, while a phone shows it."""
    subscription = subscribe(amina)
    pay(amina, subscription)
    daraja.answer_phone("ws_CO_000000")
    call_back(daraja.callbacks[0])
    run_jobs()
    better = plan("better", 20, prices=[Money(300_000, "KES")])
    for wanted in (better, subscription.plan, better):
        services.change_plan(user=amina, subscription_id=subscription.pk, plan_id=wanted.pk)
        run_jobs()
        if wanted == better and len(daraja.asked) == 1:
            assert pay(amina, subscription)[0] == 200
    assert state_of(subscription) == ("active", ["paid", "void", "open"])
    assert pay(amina, subscription)[0] == 503  # the phone still shows the earlier request
    daraja.answer_phone("ws_CO_000001")
    call_back(daraja.callbacks[1])
    run_jobs()
    assert state_of(subscription) == ("active", ["paid", "paid", "void"])
    assert subscription.plan == better


def test_a_callback_names_the_last_request_without_an_id(amina: User, daraja: MpesaDouble) -> None:
    subscription = subscribe(amina)
    pay(amina, subscription)
    daraja.answer_phone("ws_CO_000000", CANCELLED)
    daraja.loses_answers = True
    pay(amina, subscription)
    assert [call_back(one) for one in daraja.callbacks * 2] == [204, 204]  # of the first request
    daraja.answer_phone("ws_CO_000001")
    call_back(daraja.callbacks[-1])
    run_jobs()
    assert state_of(subscription) == ("active", ["paid"])


def void_invoice(subscription: Subscription, asked_days_ago: int) -> None:
    """One of whose request M-Pesa knows nothing."""
    now = timezone.now()
    invoice = MpesaInvoice.objects.create(
        subscription=subscription,
        plan_id=subscription.plan_id,
        key="former",
        amount=1500,
        currency="KES",
        state="void",
        period_starts_at=now,
        period_ends_at=now + timedelta(days=30),
    )
    asked_at = now - timedelta(days=asked_days_ago)
    invoice.requests.create(asked_at=asked_at, request_id="ws_CO_gone")


def test_an_invoice_without_answer_holds_up_no_other_payment(
    amina: User, daraja: MpesaDouble
) -> None:
    subscription = subscribe(amina)
    pay(amina, subscription)
    void_invoice(subscription, asked_days_ago=0)
    daraja.answer_phone("ws_CO_000000")
    call_back(daraja.callbacks[0])
    run_jobs()
    assert state_of(subscription) == ("active", ["paid", "void"])


def test_mpesa_is_asked_for_a_day_about_a_void_invoice(
    amina: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    subscription = subscribe(amina)
    asked: list[str] = []
    monkeypatch.setattr("core.subscriptions.daraja.outcome_of", asked.append)
    for days, count in ((2, 0), (0, 1)):
        MpesaInvoice.objects.filter(state="void").delete()
        void_invoice(subscription, days)
        services.settle(gateway_name="mpesa", reference=str(subscription.pk))
        assert len(asked) == count


def test_a_lost_callback_delays_the_payment_and_loses_nothing(
    amina: User, daraja: MpesaDouble
) -> None:
    subscription = subscribe(amina)
    pay(amina, subscription)
    asked_at = MpesaRequest.objects.get().asked_at
    looks = Job.objects.filter(kind=gateways.EVENT, due_at__gt=asked_at).order_by("due_at")
    due = [look.due_at - asked_at for look in looks]
    assert due == [timedelta(minutes=minutes) for minutes in (1, 5, 60)]
    daraja.answer_phone("ws_CO_000000")
    make_due()
    run_jobs()
    assert state_of(subscription) == ("active", ["paid"])


def test_a_price_that_a_gateway_cannot_say_is_refused_where_it_is_set(amina: User) -> None:
    with pytest.raises(NoPrice, match="cannot be paid by mpesa"):
        plan(prices=[Money(150_050, "KES")])


def test_a_price_that_became_impossible_is_refused_where_it_is_paid(amina: User) -> None:
    subscription = subscribe(amina)
    MpesaInvoice.objects.all().delete()
    with override_settings(PAYMENT_GATEWAYS={}):
        plan(plan_id=subscription.plan_id, prices=[Money(150_050, "KES")])
    assert refusal(pay(amina, subscription))[:2] == (409, "no_price")


def test_a_user_asks_for_few_payments_and_a_phone_is_asked_few_times(
    amina: User, daraja: MpesaDouble, settings: Any
) -> None:
    settings.RATE_LIMITS, settings.VALKEY_URL = {"pay": _RATE_LIMITS["pay"]}, ""
    limit = _RATE_LIMITS["pay"][0]
    subscription = subscribe(amina)
    statuses = [pay(amina, subscription)[0] for _ in range(limit + 1)]
    assert statuses == [200] * limit + [429]
    other = person("baraka")
    made = services.subscribe(user=other, plan_id=subscription.plan_id, currency="KES")
    assert pay(other, made)[0] == 429
    assert pay(other, made, "254712345679")[0] == 200
    assert PHONE not in json.dumps([*RateLimit.objects.values()], default=str)
