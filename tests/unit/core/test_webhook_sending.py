"""What a subscriber gets: in order, repeated after failures, switched off after a day."""

import socket
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core.jobs.models import Job
from core.jobs.services import run_due
from core.kit import outgoing
from core.organizations.models import Organization
from core.outbox.models import FactHistory
from core.users.administration import change_user
from core.webhooks import sending, services
from core.webhooks.dispatch import dispatch
from core.webhooks.models import Delivery, Subscription
from core.webhooks.sending import MAX_ATTEMPTS, claim, send_due
from ongoza_contracts.progress import ProgressUpdated
from ongoza_contracts.vocabulary import Role
from tests.unit.core.school import World
from tests.unit.core.webhook_receiver import (
    SECOND,
    Receiver,
    progress,
    receiving,
    send_again,
    send_all,
    subscribe,
)
from tests.unit.core.world import person

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


def test_a_failing_fact_holds_back_later_ones_of_its_entity_and_no_others(
    world: World, receiver: Receiver, subscription: Subscription
) -> None:
    first = progress(world.learner)
    receiver.statuses[first] = 500
    progress(world.learner)
    second = progress(world.learner, SECOND)
    send_all()
    assert receiver.received() == [(first, 1), (second, 1)]
    progress(world.learner, SECOND)
    send_again()
    assert receiver.received()[2:] == [(first, 1), (second, 2)]
    receiver.statuses.clear()
    send_again()
    assert receiver.received()[4:] == [(first, 1), (first, 2)]
    ids = [call.headers["webhook-id"] for call in receiver.calls if call.key == first]
    assert (len(ids), len({*ids})) == (4, 2)


def test_a_failure_is_repeated_after_a_pause_that_doubles(
    world: World, receiver: Receiver, subscription: Subscription
) -> None:
    receiver.status = 503
    progress(world.learner)
    pauses = []
    for _ in range(3):
        send_again()
        pauses.append(round((Delivery.objects.get().due_at - timezone.now()).total_seconds()))
        run_due()  # nothing is due
    assert pauses == [30, 60, 120]
    assert len(receiver.calls) == 3
    row = Delivery.objects.get()
    assert (row.attempts, row.response_status, row.last_error) == (3, 503, "Refused")
    receiver.status = 204
    send_again()
    assert Delivery.objects.get().state == "sent"
    assert Subscription.objects.get().failing_since is None


def test_a_receiver_that_takes_too_long_is_called_again(
    world: World, receiver: Receiver, subscription: Subscription, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outgoing, "MAX_SECONDS", 0.3)
    receiver.pause = 1.0
    progress(world.learner)
    send_all()
    row = Delivery.objects.get()
    assert (row.state, row.response_status, row.last_error) == ("waiting", None, "ReadTimeout")
    assert 250 <= (row.response_milliseconds or 0) < 1000
    receiver.pause = 0
    send_again()
    assert Delivery.objects.get().state == "sent"
    assert len({call.headers["webhook-id"] for call in receiver.calls}) == 1


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_a_failure_and_is_not_followed(
    status: int, world: World, receiver: Receiver, subscription: Subscription
) -> None:
    with receiving() as other:
        receiver.status = status
        receiver.headers["Location"] = other.url
        progress(world.learner)
        send_all()
        assert other.calls == []
    row = Delivery.objects.get()
    assert (row.state, row.response_status) == ("waiting", status)


@pytest.mark.parametrize(
    "url",
    [
        *("https://169.254.169.254/latest", "https://10.0.0.1/", "https://[::1]/", "https://0/"),
        *("https://[::ffff:10.0.0.1]/", "https://2130706433/", "https://rebound.example/"),
    ],
)
def test_an_address_is_checked_again_at_each_call(
    url: str,
    world: World,
    subscription: Subscription,
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As if the name had led to a public address when the subscription was added."""
    settings.WEBHOOKS_TO_LOOPBACK = False
    resolve = socket.getaddrinfo

    def lookup(host: str, *args: Any, **options: Any) -> Any:
        return resolve("192.168.1.1" if host == "rebound.example" else host, *args, **options)

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    Subscription.objects.update(url=url)
    progress(world.learner)
    send_all()
    row = Delivery.objects.get()
    assert (row.state, row.attempts, row.last_error) == ("waiting", 1, "AddressRefused")


def test_a_run_ends_after_several_failures_in_a_row(
    world: World, receiver: Receiver, subscription: Subscription
) -> None:
    receiver.status = 500
    for number in range(sending.FAILURES_IN_A_RUN + 2):
        progress(world.learner, f"course-{number}")
    send_all()
    assert len(receiver.calls) == sending.FAILURES_IN_A_RUN


def test_a_fact_that_failed_for_more_than_a_day_is_given_up_while_others_arrive(
    world: World, receiver: Receiver, subscription: Subscription
) -> None:
    first = progress(world.learner)
    receiver.statuses[first] = 400
    progress(world.learner, SECOND)
    send_all()
    Delivery.objects.filter(state="waiting").update(attempts=MAX_ATTEMPTS - 1)
    send_again()
    assert Delivery.objects.get(key=first).state == "failed"
    receiver.statuses.clear()
    progress(world.learner)
    send_all()
    assert receiver.received()[-1] == (first, 2)
    assert Subscription.objects.get().active


def test_a_day_of_failures_switches_off_and_mails_the_directors(
    world: World, receiver: Receiver, subscription: Subscription
) -> None:
    person("sally", Role.DIRECTOR, world.other)
    receiver.status = 500
    key = progress(world.learner)
    send_all()
    Subscription.objects.update(failing_since=timezone.now() - DAY + timedelta(minutes=1))
    send_again()
    assert Subscription.objects.get().active
    assert mail.outbox == []
    Subscription.objects.update(failing_since=timezone.now() - DAY)
    send_again()

    row = Subscription.objects.get()
    assert (row.active, row.switched_off_at is not None) == (False, True)
    (message,) = mail.outbox
    assert message.to == [world.director.email]
    assert message.subject == "A webhook of Makini School was switched off"
    assert receiver.url in str(message.body)
    progress(world.learner)
    receiver.status = 200
    receiver.calls.clear()
    send_again()
    assert receiver.calls == []

    changed = services.change(subscription_id=row.pk, active=True)
    assert (changed.active, changed.failing_since, changed.switched_off_at) == (True, None, None)
    send_all()
    assert receiver.received() == [(key, 1)]
    assert len(mail.outbox) == 1


def test_a_director_whose_account_is_not_active_gets_no_mail(
    world: World, receiver: Receiver, subscription: Subscription
) -> None:
    receiver.status = 500
    progress(world.learner)
    dispatch()
    Subscription.objects.update(failing_since=timezone.now() - DAY)
    send_due(subscription.pk)
    assert Job.objects.get(kind=services.MAIL).user_id == world.director.id
    change_user(user_id=world.director.id, changed_by=world.admin, is_active=False)
    send_all()
    assert not Job.objects.filter(kind=services.MAIL, done_at=None).exists()
    assert mail.outbox == []


def test_waiting_deliveries_are_locked_in_the_order_of_their_ids(
    world: World, subscription: Subscription
) -> None:
    progress(world.learner)
    dispatch()
    with CaptureQueriesContext(connection) as queries:
        services.change(subscription_id=subscription.pk, active=True)
    about = [one["sql"] for one in queries if '"webhooks_delivery"' in one["sql"]]
    assert about[0].startswith('SELECT "webhooks_delivery"."id" AS "pk" FROM')
    assert about[0].endswith("ORDER BY 1 ASC FOR NO KEY UPDATE")
    assert about[1].startswith("UPDATE")


def test_a_type_that_is_no_longer_wanted_is_not_sent(
    world: World, receiver: Receiver, subscription: Subscription
) -> None:
    progress(world.learner)
    dispatch()
    services.change(subscription_id=subscription.pk, types=["ongoza.goal.updated.v1"])
    send_all()
    assert receiver.calls == []
    assert Delivery.objects.get().state == "withheld"


def test_a_call_whose_claim_was_taken_over_changes_nothing(
    world: World, subscription: Subscription
) -> None:
    progress(world.learner)
    dispatch()
    slow = claim(subscription.pk)
    assert slow is not None
    assert claim(subscription.pk) is None
    Delivery.objects.update(claimed_until=timezone.now() - timedelta(seconds=1))
    quick = claim(subscription.pk)
    assert quick is not None
    services.note_success(slow)
    assert Delivery.objects.get().state == "waiting"
    services.note_success(quick)
    assert Delivery.objects.get().state == "sent"


def test_a_deleted_organization_and_an_unknown_subscription_are_no_error(
    world: World, receiver: Receiver
) -> None:
    empty = Organization.objects.create(name="Empty", kind="school")
    subscription, _ = subscribe(empty, receiver)
    empty.delete()
    assert not Subscription.objects.filter(pk=subscription.pk).exists()
    send_due(subscription.pk)
    send_due(UUID(int=0))
    assert receiver.calls == []


def test_a_fact_that_history_no_longer_has_is_not_sent(
    world: World, receiver: Receiver, subscription: Subscription
) -> None:
    progress(world.learner)
    dispatch()
    FactHistory.objects.filter(type=ProgressUpdated.type).delete()
    send_all()
    assert receiver.calls == []
    assert not Delivery.objects.exists()
