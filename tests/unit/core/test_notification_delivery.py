"""Sending notifications out: by mail and text message, after quiet hours, each on its own."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from django.core.mail import EmailMessage
from django.db import OperationalError, connection
from django.utils import timezone

from core.jobs.models import Job
from core.jobs.services import run_due
from core.notifications import mail_channel
from core.notifications.delivery import MAX_REFUSALS
from core.notifications.models import Channel, Delivery, Notification, PhoneNumber
from core.notifications.preferences import replace_preferences
from core.users.models import User
from core.users.services import update_user
from tests.http_double import HttpDouble
from tests.unit.core.notified import (
    QUIET_KIND,
    URGENT_KIND,
    make_due,
    notify_of,
    reader,
    run_jobs,
)
from tests.unit.core.world import person

pytestmark = pytest.mark.django_db

NUMBER = "+254711000000"
NIGHT: dict[str, Any] = {"quiet_from": time(22), "quiet_until": time(6)}


@pytest.fixture
def user() -> User:
    return reader()


@pytest.fixture
def gateway(settings: Any) -> Iterator[HttpDouble]:
    double = HttpDouble()
    settings.SMS_URL, settings.SMS_TOKEN = f"{double.url}/messages", "a-token"
    yield double
    double.close()


def choose(user: User, *channels: Channel, kind: str = QUIET_KIND) -> None:
    chosen = [{"kind": kind, "channels": [*channels]}]
    replace_preferences(user=user, weekly_digest=True, kinds=chosen)  # type: ignore[arg-type]


def by_sms(user: User) -> None:
    """The user has a verified number, and wants text messages alone."""
    PhoneNumber.objects.create(user=user, number=NUMBER, verified_at=timezone.now())
    choose(user, Channel.SMS)


def states() -> dict[str, str]:
    return dict(Delivery.objects.values_list("channel", "state"))


# --- mail --------------------------------------------------------------------------------------
def test_a_notification_is_mailed_once(user: User, mailoutbox: list[EmailMessage]) -> None:
    notify_of(user)
    run_jobs()
    Job.objects.filter(kind="notifications.dispatch").update(done_at=None)
    make_due()
    run_jobs()
    (mail,) = mailoutbox
    assert (mail.to, mail.subject) == ([user.email], "You have a mentor")
    assert "A mentor was assigned to you" in mail.body
    assert mail.body.endswith("/notifications\n")
    assert states() == {"mail": "sent"}


def test_a_mail_is_in_the_language_of_the_user(mailoutbox: list[EmailMessage]) -> None:
    notify_of(reader(locale="fr"))
    run_jobs()
    assert mailoutbox[0].subject == "Vous avez un mentor"


def test_an_address_that_nobody_verified_gets_urgent_notices_alone(
    mailoutbox: list[EmailMessage],
) -> None:
    user = person("stranger")
    notify_of(user)
    notify_of(user, kind=URGENT_KIND)
    run_jobs()
    assert [mail.subject for mail in mailoutbox] == ["Your password was changed"]


def test_what_was_read_meanwhile_is_not_sent(user: User, mailoutbox: list[EmailMessage]) -> None:
    notify_of(user)
    Notification.objects.update(read_at=timezone.now())
    run_jobs()
    assert (states(), mailoutbox) == ({"mail": "skipped"}, [])


def test_a_channel_that_was_switched_off_meanwhile_is_not_used(
    user: User, mailoutbox: list[EmailMessage]
) -> None:
    notify_of(user)
    run_due()
    choose(user)
    run_jobs()
    assert (states(), mailoutbox) == ({"mail": "skipped"}, [])


def test_an_inactive_user_gets_nothing(user: User, mailoutbox: list[EmailMessage]) -> None:
    notify_of(user)
    run_due()
    update_user(user_id=user.id, is_active=False)
    run_jobs()
    assert (states(), mailoutbox) == ({"mail": "skipped"}, [])


# --- quiet hours -------------------------------------------------------------------------------
@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], datetime]:
    """Sets the clock, in UTC."""

    def set_clock(text: str) -> datetime:
        moment = datetime.fromisoformat(text).replace(tzinfo=UTC)
        monkeypatch.setattr(timezone, "now", lambda: moment)
        return moment

    return set_clock


def test_quiet_hours_delay_what_is_not_urgent(
    at: Callable[[str], datetime], mailoutbox: list[EmailMessage]
) -> None:
    at("2026-06-01T20:00:00")
    user = reader(**NIGHT, time_zone="Africa/Nairobi")
    notify_of(user)
    notify_of(user, kind=URGENT_KIND)
    run_jobs()
    assert [mail.subject for mail in mailoutbox] == ["Your password was changed"]
    (waiting,) = Job.objects.filter(done_at=None)
    assert waiting.due_at == datetime(2026, 6, 2, 3, tzinfo=UTC)
    at("2026-06-02T03:00:00")
    run_jobs()
    assert [mail.subject for mail in mailoutbox][1:] == ["You have a mentor"]


def test_a_delivery_that_is_late_waits_for_the_end_of_quiet_hours_too(
    at: Callable[[str], datetime], mailoutbox: list[EmailMessage]
) -> None:
    at("2026-06-01T21:50:00")
    user = reader(**NIGHT)
    notify_of(user)
    run_due()
    at("2026-06-01T23:00:00")
    run_jobs()
    assert mailoutbox == []
    at("2026-06-02T06:00:00")
    run_jobs()
    assert (len(mailoutbox), states()) == (1, {"mail": "sent"})


# --- text messages -----------------------------------------------------------------------------
def test_a_text_message_goes_to_the_gateway(user: User, gateway: HttpDouble) -> None:
    by_sms(user)
    notify_of(user)
    run_jobs()
    (received,) = gateway.received
    assert received.path == "/messages"
    assert received.headers["Authorization"] == "Bearer a-token"
    assert received.headers["Idempotency-Key"] == str(Notification.objects.get().pk)
    assert received.body == b'{"to":"+254711000000","text":"You have a mentor"}'
    assert states() == {"sms": "sent"}


def test_without_gateway_or_verified_number_no_text_message_is_sent(
    user: User, gateway: HttpDouble, settings: Any
) -> None:
    by_sms(user)
    PhoneNumber.objects.update(verified_at=None)
    notify_of(user, "1")
    run_jobs()
    PhoneNumber.objects.update(verified_at=timezone.now())
    settings.SMS_URL = ""
    notify_of(user, "2")
    run_jobs()
    assert (gateway.received, Delivery.objects.count()) == ([], 0)


def test_what_the_gateway_did_not_take_is_sent_later(user: User, gateway: HttpDouble) -> None:
    by_sms(user)
    gateway.statuses = [503, 429, 202]
    notify_of(user)
    run_jobs()
    pauses = []
    while waiting := Job.objects.filter(done_at=None).first():
        pauses.append(round((waiting.due_at - timezone.now()).total_seconds() / 60))
        make_due()
        run_jobs()
    assert pauses == [1, 2]
    assert (len(gateway.received), states()) == (3, {"sms": "sent"})


def test_a_gateway_that_takes_nothing_is_left_in_the_end(user: User, gateway: HttpDouble) -> None:
    by_sms(user)
    gateway.statuses = [503]
    notify_of(user)
    for _ in range(MAX_REFUSALS + 5):
        make_due()
        run_jobs()
    assert (len(gateway.received), states()) == (MAX_REFUSALS, {"sms": "failed"})


def test_a_text_message_that_may_have_been_sent_is_not_sent_again(
    user: User, gateway: HttpDouble
) -> None:
    by_sms(user)
    gateway.statuses = [500]
    notify_of(user)
    run_jobs()
    make_due()
    run_jobs()
    assert (len(gateway.received), states()) == (1, {"sms": "failed"})


def test_a_text_message_whose_worker_was_killed_is_not_sent_again(
    user: User, gateway: HttpDouble
) -> None:
    by_sms(user)
    notify_of(user)
    run_due()
    Job.objects.filter(kind="notifications.deliver_once").update(attempts=1)  # what a kill leaves
    make_due()
    run_jobs()
    assert gateway.received == []


# --- channels that are down --------------------------------------------------------------------
def test_a_channel_that_is_down_backs_off_and_the_others_deliver(
    user: User, gateway: HttpDouble, monkeypatch: pytest.MonkeyPatch
) -> None:
    PhoneNumber.objects.create(user=user, number=NUMBER, verified_at=timezone.now())
    choose(user, Channel.SMS, Channel.MAIL)
    sent: list[Any] = []

    def send_mail(*arguments: Any, **named: Any) -> None:
        sent.append((arguments, named))
        if len(sent) == 1:
            raise ConnectionRefusedError

    monkeypatch.setattr(mail_channel, "send_mail", send_mail)
    notify_of(user)
    run_jobs()
    assert states() == {"mail": "waiting", "sms": "sent"}
    (waiting,) = Job.objects.filter(done_at=None)
    assert (waiting.attempts, waiting.last_error) == (1, "ConnectionRefusedError")
    assert waiting.due_at - timezone.now() > timedelta(seconds=20)
    make_due()
    run_jobs()
    assert (states(), len(sent)) == ({"mail": "sent", "sms": "sent"}, 2)
    assert len(gateway.received) == 1


@pytest.mark.django_db(transaction=True)
def test_a_delivery_does_not_wait_for_an_erasure(mailoutbox: list[EmailMessage]) -> None:
    """The erasure holds the user and waits for the job, which must not wait for the user."""
    user = reader()
    notify_of(user)
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("BEGIN")
            cursor.execute("SELECT 1 FROM users_user WHERE id = %s FOR UPDATE", [user.pk])
        run_due()
    finally:
        other.close()
    job = Job.objects.get()
    assert (job.attempts, job.last_error, mailoutbox) == (1, OperationalError.__name__, [])


@pytest.mark.django_db(transaction=True)
def test_an_erasure_does_not_wait_for_a_channel(monkeypatch: pytest.MonkeyPatch) -> None:
    user = reader()
    notify_of(user)
    run_due()
    locked: list[Any] = []

    def send_mail(*_: Any) -> None:
        other = connection.copy()
        try:
            with other.cursor() as cursor:
                cursor.execute(
                    "SELECT id FROM users_user WHERE id = %s FOR UPDATE NOWAIT", [user.pk]
                )
                locked.append(cursor.fetchone())
                erase = "DELETE FROM notifications_delivery"
                cursor.execute(erase)
        finally:
            other.close()

    monkeypatch.setattr(mail_channel, "send_mail", send_mail)
    run_due()
    assert locked == [(user.pk,)]
    assert not Delivery.objects.exists()
    assert not Job.objects.filter(done_at=None).exists()
