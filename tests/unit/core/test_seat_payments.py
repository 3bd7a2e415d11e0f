"""A seat is paid through the gateways: the payer has the seat or the money, and never both."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import override_settings
from django.utils import timezone

from core.cohorts import codes, enrolments, payments, services
from core.cohorts.models import Code, Cohort, Enrolment
from core.cohorts.notifications import ACTIVATED, PAYMENT_RETURNED
from core.erasure.services import erase_user
from core.jobs.models import Job
from core.subscriptions import charges
from core.subscriptions.gateways import GatewayUnavailable, RefundByHand
from core.subscriptions.models import Charge, SandboxCharge
from core.subscriptions.money import Money
from core.subscriptions.plans import NoPrice
from core.subscriptions.sandbox import SandboxGateway
from core.users.models import User
from ongoza_contracts.cohorts import PoolKind
from tests.unit.core.cohort_rows import apply, cohort_admin, enrolment_in, open_cohort
from tests.unit.core.notified import make_due, notified, run_jobs
from tests.unit.core.seat_payment_rows import (
    AMOUNT,
    ask,
    asked,
    end_hold,
    end_of,
    expire,
    pay,
    pay_unseen,
    priced_cohort,
    unpaid,
)
from tests.unit.core.world import (
    admin_site_client,
    appended,
    forget_appended,
    person,
    refusal,
    signed_in,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def amina() -> User:
    cohort_admin()
    return person("amina")


@pytest.fixture
def cohort(amina: User) -> Cohort:
    return priced_cohort()


def test_a_paid_seat_is_active_once_the_gateway_says_so(amina: User, cohort: Cohort) -> None:
    row = unpaid(amina, cohort)
    caller = signed_in(amina)
    shown = caller.get(f"enrolments/{row.pk}/")[1]
    price = {"currency": "KES", "amount": AMOUNT, "gateways": ["sandbox"]}
    assert (shown["prices"], shown["payments"]) == ([price], [])
    charge = asked(row)
    assert asked(row) == charge
    pay_unseen(charge)
    assert end_of(row) == (["pending_payment"], ["open"])
    forget_appended()
    charges.settle_charge(gateway_name="sandbox", reference=charge.reference)
    assert end_of(row) == (["active"], ["accepted"])
    assert [name for name, *_ in appended()] == ["enrolment.updated", "membership.updated"]
    row.refresh_from_db()
    assert (row.payment_reference, row.confirmed_by) == (str(charge.pk), None)
    assert notified(amina)[0] == ACTIVATED
    shown = caller.get(f"enrolments/{row.pk}/")[1]
    assert (shown["prices"], [one["state"] for one in shown["payments"]]) == ([], ["accepted"])
    assert refusal(ask(row)) == (409, "nothing_to_pay", [])


def other_learner_waits(row: Enrolment) -> None:
    apply(person("baraka"), row.cohort, "paid")


def withdraw(row: Enrolment) -> None:
    enrolments.withdraw(caller=row.user, enrolment_id=row.pk)


def confirm(row: Enrolment) -> None:
    enrolments.confirm_payment(caller=cohort_admin(), enrolment_id=row.pk, reference="R-17")


def close(row: Enrolment) -> None:
    services.move_cohort(caller=cohort_admin(), cohort_id=row.cohort_id, action="close")


def apply_again(row: Enrolment) -> None:
    apply(row.user, row.cohort, "paid")


def withdraw_newest(row: Enrolment) -> None:
    withdraw(Enrolment.objects.filter(user=row.user).latest("pk"))


def shrink(row: Enrolment) -> None:
    pools = [services.PoolSpec(kind="paid", size=0, needs_code=False)]
    services.set_pools(caller=cohort_admin(), cohort_id=row.cohort_id, pools=pools)


Act = Callable[[Enrolment], None]
BEFORE_THE_PAYMENT: dict[str, tuple[tuple[Act, ...], tuple[list[str], list[str]]]] = {
    "nothing": ((), (["active"], ["accepted"])),
    "the hold ends and no job has run": ((end_hold,), (["active"], ["accepted"])),
    "the hold expires and the seat is free": (
        (expire,),
        (["expired", "active"], ["accepted"]),
    ),
    "the hold expires and the seat goes to the next": (
        (other_learner_waits, expire),
        (["expired"], ["refunded"]),
    ),
    "the hold expires and the pool ends": ((expire, shrink), (["expired"], ["refunded"])),
    "the hold expires and the cohort closes": ((expire, close), (["expired"], ["refunded"])),
    "the hold expires and the learner applies again": (
        (expire, apply_again),
        (["expired", "offered"], ["refunded"]),
    ),
    "the hold expires and the learner leaves a newer application": (
        (expire, apply_again, withdraw_newest),
        (["expired", "withdrawn"], ["refunded"]),
    ),
    "the learner withdraws": ((withdraw,), (["withdrawn"], ["refunded"])),
    "staff confirms another payment": ((confirm,), (["active"], ["refunded"])),
    "the cohort closes": ((close,), (["active"], ["accepted"])),
}


@pytest.mark.parametrize("case", BEFORE_THE_PAYMENT)
def test_a_payment_takes_a_seat_or_goes_back(case: str, amina: User, cohort: Cohort) -> None:
    acts, end = BEFORE_THE_PAYMENT[case]
    row = unpaid(amina, cohort)
    charge = asked(row)
    for act in acts:
        act(row)
    pay(charge)
    assert end_of(row) == end
    assert (PAYMENT_RETURNED in notified(amina)) == (end[1] == ["refunded"])
    charge.refresh_from_db()
    assert charge.paid_at is not None
    assert (charge.refunded_at is not None) == (end[1] == ["refunded"])
    assert SandboxCharge.objects.get().state == ("refunded" if charge.refunded_at else "paid")


def test_reports_that_repeat_change_nothing_more(amina: User, cohort: Cohort) -> None:
    row = unpaid(amina, cohort)
    charge = asked(row)
    pay(charge)
    end_of(row)
    forget_appended()
    for _ in range(2):
        charges.settle_charge(gateway_name="sandbox", reference=charge.reference)
        payments.decide(charge_id=charge.pk)
        charges.refund(charge_id=charge.pk)
    assert (end_of(row), appended()) == ((["active"], ["accepted"]), [])


def test_of_two_payments_the_second_goes_back(amina: User, cohort: Cohort) -> None:
    """The first counted as failed when the learner asked for the second."""
    row = unpaid(amina, cohort)
    first = asked(row)
    pay(first, "failed")
    second = asked(row)
    pay(second)
    pay(first)
    assert end_of(row) == (["active"], ["refunded", "accepted"])


def test_a_payment_after_the_seat_was_given_back_goes_back(amina: User, cohort: Cohort) -> None:
    """Of two payments of an expired enrolment the first had begun another one."""
    row = unpaid(amina, cohort)
    first = asked(row)
    pay(first, "failed")
    second = asked(row)
    expire(row)
    pay(second)
    assert end_of(row) == (["expired", "active"], ["failed", "accepted"])
    withdraw_newest(row)
    pay(first)
    assert end_of(row) == (["expired", "withdrawn"], ["refunded", "accepted"])
    newest = Enrolment.objects.latest("pk")
    shown = signed_in(amina).get(f"enrolments/{newest.pk}/")[1]["payments"]
    assert [one["state"] for one in shown] == ["refunded", "accepted"]


def test_each_payment_that_goes_back_is_announced(amina: User, cohort: Cohort) -> None:
    row = unpaid(amina, cohort)
    first = asked(row)
    pay(first, "failed")
    second = asked(row)
    withdraw(row)
    pay(first)
    pay(second)
    end_of(row)
    assert notified(amina).count(PAYMENT_RETURNED) == 2


def test_a_changed_price_takes_the_place_of_the_open_one(amina: User, cohort: Cohort) -> None:
    row = unpaid(amina, cohort)
    asked(row)
    cohort.prices.update(amount=AMOUNT // 2)
    assert asked(row).amount == AMOUNT // 2
    assert end_of(row) == (["pending_payment"], ["failed", "open"])


def test_a_seat_of_a_closed_cohort_is_not_paid(amina: User, cohort: Cohort) -> None:
    row = unpaid(amina, cohort)
    close(row)
    assert signed_in(amina).get(f"enrolments/{row.pk}/")[1]["prices"] == []
    assert refusal(ask(row))[:2] == (409, "cohort_not_accepting")


def test_a_refund_by_a_gateway_that_was_switched_off_is_left_to_staff(
    amina: User, cohort: Cohort
) -> None:
    row = unpaid(amina, cohort)
    pay_unseen(asked(row))
    withdraw(row)
    charge = Charge.objects.get()
    charges.settle_charge(gateway_name="sandbox", reference=charge.reference)
    payments.decide(charge_id=charge.pk)
    with override_settings(PAYMENT_GATEWAYS={}):
        assert end_of(row) == (["withdrawn"], ["refund_by_hand"])


def test_a_lost_report_is_looked_for(amina: User, cohort: Cohort) -> None:
    row = unpaid(amina, cohort)
    pay_unseen(asked(row))
    make_due()
    assert end_of(row) == (["active"], ["accepted"])


def test_a_payment_that_is_being_decided_is_not_asked_for_again(
    amina: User, cohort: Cohort
) -> None:
    row = unpaid(amina, cohort)
    pay_unseen(asked(row))
    assert refusal(ask(row)) == (409, "nothing_to_pay", [])
    assert end_of(row) == (["active"], ["accepted"])


def test_a_payment_of_an_erased_learner_goes_back(amina: User, cohort: Cohort) -> None:
    charge = asked(unpaid(amina, cohort))
    erase_user(user_id=amina.pk)
    pay(charge)
    run_jobs()
    assert Charge.objects.get().state == "refunded"


def test_a_gateway_that_fails_is_asked_again_for_a_refund(
    amina: User, cohort: Cohort, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = unpaid(amina, cohort)
    charge = asked(row)
    withdraw(row)

    def fail(*_: Any) -> None:
        raise GatewayUnavailable

    with monkeypatch.context() as patched:
        patched.setattr(SandboxGateway, "refund_charge", fail)
        pay(charge)
        assert end_of(row) == (["withdrawn"], ["refund_due"])
    make_due()
    assert end_of(row) == (["withdrawn"], ["refunded"])


def test_staff_sees_what_it_refunds_by_hand(
    amina: User, cohort: Cohort, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = unpaid(amina, cohort)
    charge = asked(row)
    withdraw(row)

    def leave(*_: Any) -> None:
        raise RefundByHand

    monkeypatch.setattr(SandboxGateway, "refund_charge", leave)
    pay(charge)
    assert end_of(row) == (["withdrawn"], ["refund_by_hand"])
    shown = signed_in(cohort_admin()).get(f"enrolments/{row.pk}/")[1]["payments"]
    assert [one["state"] for one in shown] == ["refund_by_hand"]
    browser = admin_site_client(cohort_admin())
    address = f"/admin/subscriptions/charge/{charge.pk}/record-refund/"
    assert browser.post(address).status_code == 302
    assert end_of(row) == (["withdrawn"], ["refunded"])


def test_only_the_learner_pays_and_only_what_is_due(amina: User, cohort: Cohort) -> None:
    row = unpaid(amina, cohort)
    path = f"enrolments/{row.pk}/pay/"
    for stranger in (person("baraka"), cohort_admin()):
        answer = signed_in(stranger).call("POST", path, {"currency": "KES"})
        assert refusal(answer)[:2] == (404, "not_found")
    absent = signed_in(amina).call("POST", f"enrolments/{uuid4()}/pay/", {"currency": "KES"})
    assert refusal(absent)[:2] == (404, "not_found")
    assert refusal(ask(row, currency="USD")) == (409, "no_price", [])
    assert refusal(ask(row, gateway="mpesa")) == (409, "no_gateway", [])
    assert refusal(ask(row, currency="XXX"))[:2] == (400, "invalid")
    with override_settings(PAYMENT_GATEWAYS={}):
        assert refusal(ask(row)) == (409, "no_gateway", [])
    end_hold(row)
    assert refusal(ask(row)) == (409, "hold_expired", [])
    assert not Charge.objects.exists()


@pytest.mark.parametrize("state", ["offered", "active", "withdrawn", "expired"])
def test_nothing_is_to_pay_in_other_states(state: str, amina: User) -> None:
    row = enrolment_in(state, open_cohort(scholarship=1), amina)
    assert refusal(ask(row)) == (409, "nothing_to_pay", [])


def test_without_a_price_staff_confirms_the_payment(amina: User) -> None:
    row = unpaid(amina, open_cohort(paid=1))
    assert refusal(ask(row)) == (409, "no_price", [])
    assert signed_in(amina).get(f"enrolments/{row.pk}/")[1]["prices"] == []
    confirm(row)
    assert end_of(row) == (["active"], [])


def set_pools(cohort: Cohort, *prices: tuple[str, int], **more: Any) -> tuple[int, Any]:
    pool: dict[str, Any] = {"kind": "paid", "size": 1, **more}
    pool["prices"] = [{"currency": currency, "amount": amount} for currency, amount in prices]
    body = {"pools": [pool]}
    return signed_in(cohort_admin()).call("PUT", f"cohorts/{cohort.pk}/pools/", body)


def test_prices_are_set_with_the_pools(amina: User, cohort: Cohort) -> None:
    status, shown = set_pools(cohort, ("KES", 1_000), ("USD", 900))
    usual = [{"currency": "KES", "amount": 1_000}, {"currency": "USD", "amount": 900}]
    assert (status, shown["pools"][0]["prices"]) == (200, usual)
    caller = signed_in(amina)
    assert caller.get(f"cohorts/{cohort.pk}/")[1]["pools"][0]["prices"] == usual
    assert caller.get(f"cohorts/{cohort.pk}/pools/")[1]["pools"][0]["prices"] == usual
    forget_appended()
    set_pools(cohort, ("KES", 1_000), ("USD", 900))
    assert appended() == []
    unchanged = {"pools": [{"kind": "paid", "size": 2}]}
    manager = signed_in(cohort_admin())
    shown = manager.call("PUT", f"cohorts/{cohort.pk}/pools/", unchanged)[1]
    assert shown["pools"][0]["prices"] == usual
    assert set_pools(cohort)[1]["pools"][0]["prices"] == []


@pytest.mark.parametrize(
    ("prices", "more"),
    [
        ([("KES", 0)], {}),
        ([("XXX", 1)], {}),
        ([("KES", 1), ("KES", 2)], {}),
        ([("KES", 1)], {"kind": "sponsored"}),
    ],
)
def test_impossible_prices_are_refused(prices: Any, more: Any, cohort: Cohort) -> None:
    assert refusal(set_pools(cohort, *prices, **more))[:2] == (400, "invalid")
    assert [row.amount for row in cohort.prices.all()] == [AMOUNT]


def test_a_price_that_a_gateway_cannot_say_is_refused(cohort: Cohort) -> None:
    with override_settings(PAYMENT_GATEWAYS={"mpesa": "core.subscriptions.mpesa.MpesaGateway"}):
        assert refusal(set_pools(cohort, ("KES", 1_050))) == (409, "no_price", [])


def lower(cohort: Cohort, *prices: Money, pool: PoolKind = PoolKind.PAID) -> Code:
    ends_at = timezone.now() + timedelta(days=1)
    return codes.add_code(
        caller=cohort_admin(),
        cohort_id=cohort.pk,
        pool=pool,
        max_uses=1,
        ends_at=ends_at,
        prices=prices,
    )


def test_a_code_lowers_the_price(amina: User, cohort: Cohort) -> None:
    code = lower(cohort, Money(50_000, "KES"))
    row = enrolments.apply(user=amina, cohort_id=cohort.pk, pools=[], code=code.code)
    enrolments.accept(user=amina, enrolment_id=row.pk)
    shown = signed_in(amina).get(f"enrolments/{row.pk}/")[1]["prices"]
    assert [one["amount"] for one in shown] == [50_000]
    assert asked(row).amount == 50_000
    cohort.prices.update(amount=40_000)
    assert asked(row).amount == 40_000


@pytest.mark.parametrize("price", [Money(AMOUNT, "KES"), Money(1, "USD")])
def test_a_price_of_a_code_is_lower_than_the_usual_one(price: Money, cohort: Cohort) -> None:
    with pytest.raises(codes.PriceNotLower):
        lower(cohort, price)


def test_a_price_of_a_code_can_be_paid(cohort: Cohort) -> None:
    with (
        override_settings(PAYMENT_GATEWAYS={"mpesa": "core.subscriptions.mpesa.MpesaGateway"}),
        pytest.raises(NoPrice),
    ):
        lower(cohort, Money(1_050, "KES"))


def test_codes_are_made_and_read_with_their_prices(cohort: Cohort) -> None:
    ends_at = (timezone.now() + timedelta(days=1)).isoformat()
    body = {"cohort": str(cohort.pk), "pool": "paid", "max_uses": 1, "ends_at": ends_at}
    manager, prices = signed_in(cohort_admin()), [{"currency": "KES", "amount": 500}]
    assert manager.post("codes/", {**body, "prices": prices})[1]["prices"] == prices
    assert manager.get("codes/")[1]["results"][0]["prices"] == prices
    too_high = [{"currency": "KES", "amount": AMOUNT}]
    assert refusal(manager.post("codes/", {**body, "prices": too_high}))[1] == "price_not_lower"


def test_no_job_of_a_payment_is_deleted_with_the_learner(amina: User, cohort: Cohort) -> None:
    pay(asked(unpaid(amina, cohort)))
    assert Job.objects.filter(kind=payments.PAYMENT).exists()
    assert not Job.objects.filter(kind=payments.PAYMENT, user_id__isnull=False).exists()
