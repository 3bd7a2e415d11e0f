"""M-Pesa sends a payment back once, and reports later whether it did, at an address of its own."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core import signing
from django.test import override_settings
from django.utils import timezone

from core.cohorts import enrolments
from core.cohorts.models import Enrolment
from core.jobs.models import Job
from core.subscriptions import charges, mpesa_charges, mpesa_reversals
from core.subscriptions.gateways import GatewayUnavailable
from core.subscriptions.models import Charge, GatewayEvent, MpesaCharge
from tests.mpesa_double import ALREADY_REVERSED, PHONE, MpesaDouble, mpesa_double, receipt_of
from tests.unit.core.cohort_rows import cohort_admin
from tests.unit.core.mpesa_rows import ask_phone, call_back, mpesa_settings
from tests.unit.core.notified import make_due
from tests.unit.core.seat_payment_rows import AMOUNT, end_of, priced_cohort, unpaid
from tests.unit.core.world import person

pytestmark = pytest.mark.django_db

WRONG_INITIATOR = 2001
TIMED_OUT = b'{"Result": "The request timed out"}'


@pytest.fixture(scope="module")
def server() -> Iterator[MpesaDouble]:
    with mpesa_double() as double:
        yield double


@pytest.fixture
def daraja(server: MpesaDouble) -> Iterator[MpesaDouble]:
    with mpesa_settings(server, reverses=True):
        yield server


@pytest.fixture
def row(daraja: MpesaDouble) -> Enrolment:
    """Whose learner withdraws, and pays then."""
    cohort_admin()
    return unpaid(person("amina"), priced_cohort())


def pay_late(row: Enrolment, daraja: MpesaDouble) -> tuple[str, bytes]:
    """What M-Pesa reports of the payment."""
    daraja.answer_phone(ask_phone(row, daraja))
    enrolments.withdraw(caller=row.user, enrolment_id=row.pk)
    return daraja.callbacks.pop()


def state_of(row: Enrolment) -> str:
    """The state of the charge after all jobs."""
    (state,) = end_of(row)[1]
    return state


@pytest.fixture
def due(row: Enrolment, daraja: MpesaDouble) -> Enrolment:
    """Its payment is being sent back."""
    call_back(pay_late(row, daraja))
    assert state_of(row) == "refund_due"
    return row


def test_a_receipt_that_comes_after_the_payment_is_known_is_waited_for(
    row: Enrolment, daraja: MpesaDouble
) -> None:
    callback = pay_late(row, daraja)
    charge = Charge.objects.get()
    charges.settle_charge(gateway_name="mpesa", reference=charge.reference)
    assert state_of(row) == "refund_due"
    call_back(callback)
    make_due()
    assert state_of(row) == "refund_due"
    daraja.end_reversal()
    call_back(daraja.callbacks[-1])
    assert state_of(row) == "refunded"


@pytest.fixture
def charge(daraja: MpesaDouble) -> Charge:
    """One that M-Pesa was not asked to send back yet."""
    daraja.asked["ws_CO_000000"], daraja.results["ws_CO_000000"] = {"Amount": AMOUNT // 100}, 0
    made = Charge.objects.create(
        purpose="none",
        subject=uuid4(),
        gateway="mpesa",
        currency="KES",
        amount=AMOUNT,
        state="refund_due",
    )
    MpesaCharge.objects.create(
        charge=made,
        request_id="ws_CO_000000",
        receipt=receipt_of("ws_CO_000000"),
        asked_at=timezone.now(),
    )
    return made


def test_a_payment_is_sent_back_once_and_counts_when_mpesa_reports_it(
    due: Enrolment, daraja: MpesaDouble
) -> None:
    charges.refund(charge_id=Charge.objects.get().pk)
    make_due()
    assert state_of(due) == "refund_due"
    (asked,) = daraja.reversals
    assert (asked["TransactionID"], asked["Amount"]) == (receipt_of("ws_CO_000000"), AMOUNT // 100)
    daraja.end_reversal()
    assert [call_back(daraja.callbacks[0]) for _ in range(2)] == [204, 204]
    assert Charge.objects.get().refunded_at is not None
    assert state_of(due) == "refunded"
    stored: list[Any] = []
    for model in (Job, GatewayEvent, Charge, MpesaCharge):
        stored += model.objects.values()
    assert PHONE[3:] not in json.dumps(stored, default=str)


@pytest.mark.parametrize(
    ("result", "state"),
    [
        (0, "refunded"),
        ("0", "refunded"),
        (ALREADY_REVERSED, "refunded"),
        (WRONG_INITIATOR, "refund_by_hand"),
        ("\n0", "refund_by_hand"),
        ({}, "refund_by_hand"),
    ],
)
def test_the_code_of_a_result_says_what_became_of_the_payment(
    result: Any, state: str, due: Enrolment, daraja: MpesaDouble
) -> None:
    daraja.end_reversal(result)
    assert call_back(daraja.callbacks[0]) == 204
    assert state_of(due) == state


@pytest.mark.parametrize("body", [b"", b"[]", b"\xff", b'{"Result": 1}', TIMED_OUT])
def test_a_time_out_is_left_to_staff_until_mpesa_reports_the_reversal(
    body: bytes, due: Enrolment, daraja: MpesaDouble, caplog: pytest.LogCaptureFixture
) -> None:
    daraja.end_reversal()
    late = daraja.callbacks.pop()
    for _ in range(2):
        assert call_back((late[0], body)) == 204
    assert state_of(due) == "refund_by_hand"
    errors = [one.getMessage() for one in caplog.records if one.levelname == "ERROR"]
    assert errors == [f"The charge {Charge.objects.get().pk} is to be refunded by hand"]
    call_back(late)
    assert state_of(due) == "refunded"
    call_back((late[0], body))
    assert state_of(due) == "refunded"


def test_without_a_result_for_an_hour_staff_sends_the_money_back(
    due: Enrolment, daraja: MpesaDouble
) -> None:
    asked_at = MpesaCharge.objects.get().reversal_asked_at
    (look,) = Job.objects.filter(kind=charges.REFUND, done_at=None)
    assert asked_at is not None
    assert look.due_at == asked_at + timedelta(hours=1)
    before = timezone.now() - mpesa_reversals.RESULT_WITHIN
    MpesaCharge.objects.update(reversal_asked_at=before)
    make_due()
    assert state_of(due) == "refund_by_hand"
    assert len(daraja.reversals) == 1


def test_a_reversal_whose_answer_was_lost_is_not_asked_for_again(
    charge: Charge, daraja: MpesaDouble
) -> None:
    daraja.loses_answers = True
    charges.refund(charge_id=charge.pk)
    daraja.loses_answers = False
    charges.refund(charge_id=charge.pk)
    assert len(daraja.reversals) == 1
    daraja.end_reversal()
    call_back(daraja.callbacks[0])
    charge.refresh_from_db()
    assert charge.state == "refunded"


def test_a_reversal_that_was_not_sent_is_asked_for_again(
    charge: Charge, daraja: MpesaDouble
) -> None:
    with override_settings(MPESA_API_URL="http://127.0.0.1:9"), pytest.raises(GatewayUnavailable):
        charges.refund(charge_id=charge.pk)
    assert not daraja.reversals
    charges.refund(charge_id=charge.pk)
    assert len(daraja.reversals) == 1


def test_a_reversal_that_mpesa_does_not_take_is_left_to_staff(
    charge: Charge, daraja: MpesaDouble
) -> None:
    daraja.refusal = {"errorCode": "400.002.02", "errorMessage": "Bad Request"}
    charges.refund(charge_id=charge.pk)
    charge.refresh_from_db()
    assert charge.state == "refund_by_hand"


def test_a_result_for_another_reversal_or_address_changes_nothing(
    due: Enrolment, daraja: MpesaDouble
) -> None:
    daraja.end_reversal()
    path, body = daraja.callbacks[0]
    assert call_back((path, body.replace(b"AG_1", b"AG_2"))) == 204
    key = str(Charge.objects.get().pk)
    absent = "018f0000-0000-7000-8000-00000000dead"
    forged = (
        "guess",
        signing.dumps(key),
        signing.dumps(key, salt=mpesa_charges.SALT),
        signing.dumps(absent, salt=mpesa_reversals.SALT),
    )
    for secret in forged:
        assert call_back((f"payments/mpesa/reversal/{secret}/", body)) == 404
    with override_settings(PAYMENT_GATEWAYS={}):
        assert call_back((path, body)) == 404
    assert state_of(due) == "refund_due"


RECEIPT = receipt_of("ws_CO_000000").encode()


@pytest.mark.parametrize(
    ("true", "said"),
    [
        (RECEIPT, b"qkj000000x"),
        (RECEIPT, b"QKJ0000"),
        (b'"' + RECEIPT + b'"', b"12345678"),
        (b"MpesaReceiptNumber", b"Receipt"),
        (b"ws_CO_000000", b"ws_CO_000001"),
        (RECEIPT, b"TAKEN0000"),
    ],
)
def test_without_a_receipt_of_its_own_a_payment_goes_back_by_hand(
    true: bytes, said: bytes, row: Enrolment, daraja: MpesaDouble
) -> None:
    """A callback that says none, one that is none, that of another request or that of a charge
    which has it."""
    other = Charge.objects.create(
        purpose="none", subject=uuid4(), gateway="mpesa", currency="KES", amount=1
    )
    MpesaCharge.objects.create(charge=other, asked_at=timezone.now(), receipt="TAKEN0000")
    path, body = pay_late(row, daraja)
    assert true in body
    call_back((path, body.replace(true, said)))
    assert state_of(row) == "refund_due"
    MpesaCharge.objects.update(asked_at=timezone.now() - mpesa_reversals.RECEIPT_WITHIN)
    make_due()
    assert state_of(row) == "refund_by_hand"
    assert not daraja.reversals


def test_the_first_receipt_stays(row: Enrolment, daraja: MpesaDouble) -> None:
    path, body = pay_late(row, daraja)
    call_back((path, body))
    call_back((path, body.replace(RECEIPT, b"QKJ999999X")))
    assert MpesaCharge.objects.get().receipt == RECEIPT.decode()
