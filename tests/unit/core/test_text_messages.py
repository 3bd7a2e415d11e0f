"""Text messages are sent outside of any transaction, and at most once after a crash."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from core.erasure.services import erase_user
from core.jobs.models import Job
from core.jobs.services import LONGEST_RUN, WORKER_LOST, run_due
from core.notifications import delivery, phone_numbers, sms_channel
from core.notifications.channels import NotAccepted
from core.notifications.models import Channel, Delivery, PhoneNumber
from core.notifications.preferences import replace_preferences
from core.users.models import User
from tests.unit.core.notified import QUIET_KIND, make_due, notify_of, reader, run_jobs

pytestmark = pytest.mark.django_db(transaction=True)

NUMBER = "+254711000000"


class Gateway:
    """Takes the place of `send_sms`; `after` happens once a message was taken."""

    def __init__(self) -> None:
        self.in_transaction: list[bool] = []
        self.after: Any = lambda: None

    def send_sms(self, *_: Any, **__: Any) -> None:
        self.in_transaction.append(connection.in_atomic_block)
        self.after()


@pytest.fixture
def gateway(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Gateway:
    settings.SMS_URL, found = "https://gateway.example/", Gateway()
    for module in (sms_channel, phone_numbers):
        monkeypatch.setattr(module, "send_sms", found.send_sms)
    return found


@pytest.fixture
def user() -> User:
    """With a verified number, who wants text messages alone."""
    found = reader()
    PhoneNumber.objects.create(user=found, number=NUMBER, verified_at=timezone.now())
    chosen = [{"kind": QUIET_KIND, "channels": [Channel.SMS]}]
    replace_preferences(user=found, weekly_digest=True, kinds=chosen)  # type: ignore[arg-type]
    return found


def kill() -> None:
    raise SystemExit  # as a killed worker, it stores no end


def test_no_transaction_is_open_while_a_message_is_sent(user: User, gateway: Gateway) -> None:
    notify_of(user)
    run_jobs()
    assert gateway.in_transaction == [False]
    assert Delivery.objects.get().state == "sent"


def test_no_transaction_is_open_while_a_code_is_sent(gateway: Gateway) -> None:
    phone_numbers.set_phone_number(user=reader(), number=NUMBER)
    run_jobs()
    assert gateway.in_transaction == [False]
    assert PhoneNumber.objects.get().code_expires_at is not None


def test_a_crash_after_a_message_was_sent_sends_no_other_one(user: User, gateway: Gateway) -> None:
    notify_of(user)
    run_due()
    gateway.after = kill
    with pytest.raises(SystemExit):
        run_due()
    make_due()
    assert run_due() == 0  # its worker may still be at work
    Job.objects.filter(done_at=None).update(running_until=timezone.now() - LONGEST_RUN)
    run_jobs()
    assert len(gateway.in_transaction) == 1
    job = Job.objects.get(kind=delivery.DELIVER_ONCE)
    assert (job.state, job.last_error, Delivery.objects.get().state) == (
        "failed",
        WORKER_LOST,
        "waiting",
    )


def test_a_user_who_is_erased_while_the_gateway_refuses_is_no_error(
    user: User, gateway: Gateway
) -> None:
    def erase_and_refuse() -> None:
        erase_user(user_id=user.pk)
        raise NotAccepted

    gateway.after = erase_and_refuse
    notify_of(user)
    run_jobs()
    assert len(gateway.in_transaction) == 1
    assert not Job.objects.filter(failed_at__isnull=False).exists()
    assert not Job.objects.filter(done_at=None).exists()
    assert not Delivery.objects.exists()


def test_a_number_that_is_deleted_before_the_call_is_sent_nothing(
    user: User, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    send_once = delivery.send_once

    def delete_first(*ready: Any) -> None:
        PhoneNumber.objects.all().delete()
        send_once(*ready)

    monkeypatch.setattr(delivery, "send_once", delete_first)
    notify_of(user)
    run_jobs()
    assert (gateway.in_transaction, Delivery.objects.get().state) == ([], "failed")


def test_a_message_that_was_refused_is_sent_by_a_later_job(user: User, gateway: Gateway) -> None:
    def refuse() -> None:
        raise NotAccepted

    gateway.after = refuse
    began = timezone.now()
    notify_of(user)
    run_jobs()
    later = Job.objects.get(kind=delivery.DELIVER_ONCE, done_at=None)
    assert began < later.due_at - timedelta(minutes=1) < timezone.now()
    assert Delivery.objects.get().refusals == 1
