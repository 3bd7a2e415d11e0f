"""What a subscriber gets: signed, in order, repeated after failures, switched off after a day."""

import base64
import json
import logging
import re
import socket
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.core import mail
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core.jobs.models import Job
from core.jobs.services import run_due, schedule
from core.kit import outgoing
from core.organizations.models import Organization
from core.outbox.models import FactHistory, OutboxEvent
from core.outbox.publish import publish
from core.programs.models import ContentItem
from core.progress.models import Progress
from core.users.administration import change_user
from core.users.models import User
from core.webhooks import sending, services
from core.webhooks.dispatch import dispatch
from core.webhooks.models import Delivery, Subscription
from core.webhooks.sending import MAX_ATTEMPTS, claim, send_due
from core.webhooks.signing import keys_of
from ongoza_contracts.progress import ProgressUpdated
from ongoza_contracts.vocabulary import ProgressStatus, Role
from tests.unit.core.school import World
from tests.unit.core.webhook_receiver import (
    Call,
    Receiver,
    receiving,
    send_again,
    send_all,
    subscribe,
)
from tests.unit.core.world import item, person

pytestmark = pytest.mark.django_db

PAGE = Path(__file__).parents[3] / "docs" / "webhooks.md"
DAY = timedelta(days=1)
FIRST, SECOND = "course-1", "course-2"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as found:
        yield found


@pytest.fixture
def world(db: None) -> World:
    return World()


@pytest.fixture
def subscription(world: World, receiver: Receiver) -> Subscription:
    return subscribe(world.school, receiver, ProgressUpdated.type)[0]


def progress(user: User, content_id: str = FIRST) -> str:
    """Publish the next version of the user's progress; its key."""
    content = ContentItem.objects.filter(content_id=content_id).first() or item(content_id)
    row = Progress.objects.filter(user=user, content=content).first() or Progress(
        user=user, content=content, status=ProgressStatus.IN_PROGRESS
    )
    with transaction.atomic():
        publish(row)
    return f"{user.id}:{content_id}"


def is_genuine(secret: str, call: Call, **changes: str) -> bool:
    """By the function that docs/webhooks.md prints."""
    names: dict[str, Any] = {}
    (block,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
    exec(block, names)  # noqa: S102 - our own page
    return bool(names["is_genuine"](secret, {**call.headers, **changes}, call.body))


# --- what is sent --------------------------------------------------------------------------------
def test_a_fact_is_sent_as_a_signed_cloud_event(world: World, receiver: Receiver) -> None:
    _, secret = subscribe(world.school, receiver, ProgressUpdated.type)
    key = progress(world.learner)
    send_all()

    (call,) = receiver.calls
    row = OutboxEvent.objects.get(type=ProgressUpdated.type)
    assert call.headers["content-type"] == "application/cloudevents+json"
    assert call.headers["webhook-id"] == str(row.event_id)
    assert call.event == {
        "specversion": "1.0",
        "id": str(row.event_id),
        "source": "urn:ongoza:core",
        "type": ProgressUpdated.type,
        "subject": key,
        "time": row.time,
        "dataschema": row.dataschema,
        "partitionkey": str(world.learner.id),
        "sequence": row.sequence,
        "traceparent": row.traceparent,
        "datacontenttype": "application/json",
        "data": json.loads(bytes(row.payload or b"")),
    }
    assert is_genuine(secret, call)
    assert not is_genuine("whsec_" + base64.b64encode(bytes(32)).decode(), call)
    assert not is_genuine(secret, call._replace(body=call.body + b" "))
    assert not is_genuine(secret, call, **{"webhook-id": "another"})
    long_ago = str(int(call.headers["webhook-timestamp"]) - 3600)
    assert not is_genuine(secret, call, **{"webhook-timestamp": long_ago})


def test_requests_carry_both_signatures_for_a_day_after_the_secret_was_replaced(
    world: World, receiver: Receiver
) -> None:
    subscription, old = subscribe(world.school, receiver, ProgressUpdated.type)
    _, new = services.rotate_secret(subscription_id=subscription.pk)
    progress(world.learner)
    send_all()
    assert is_genuine(new, receiver.calls[0])
    assert is_genuine(old, receiver.calls[0])
    Subscription.objects.update(rotated_at=timezone.now() - DAY)
    progress(world.learner)
    send_all()
    assert is_genuine(new, receiver.calls[1])
    assert not is_genuine(old, receiver.calls[1])


def test_no_secret_and_no_body_is_in_a_job_a_delivery_or_a_log(
    world: World, receiver: Receiver, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    subscription, secret = subscribe(world.school, receiver, ProgressUpdated.type)
    progress(world.learner)
    receiver.status = 500
    send_all()
    jobs = [*Job.objects.filter(kind__startswith="webhooks").values_list("kind", "subject", "key")]
    assert jobs == [("webhooks.send", str(subscription.pk), str(subscription.pk))]
    rows = [*Delivery.objects.values(), *Job.objects.values()]
    receiver.status = 200
    send_again()
    rows += [*Delivery.objects.values(), *Job.objects.values()]
    (key,), body = keys_of(subscription), receiver.calls[0].body.decode()
    assert receiver.calls[0].event["data"]["status"] == ProgressStatus.IN_PROGRESS
    texts = (secret, secret.removeprefix("whsec_"), key.hex(), str(key))
    for text in (*texts, body, json.dumps(receiver.calls[0].event["data"]), "in_progress"):
        assert text not in str(rows) + caplog.text
    assert str(Delivery.objects.get().pk) in str(rows)
    assert not {"body", "payload", "response"} & {f.name for f in Delivery._meta.get_fields()}


# --- order and failures --------------------------------------------------------------------------
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


# --- replay, repeats, purge ----------------------------------------------------------------------
def test_a_replay_sends_the_range_again_with_the_same_ids(
    world: World, receiver: Receiver, subscription: Subscription, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "REPLAY_PAGE", 1)
    before = [progress(world.learner), progress(world.learner, SECOND), progress(world.learner)]
    send_all()
    first = [*receiver.calls]
    receiver.calls.clear()
    begin = timezone.now() - DAY
    services.replay(subscription=subscription, begin=begin, until=timezone.now() + DAY)
    send_all()
    send_all()
    assert sorted(receiver.received()) == sorted(zip(before, (1, 1, 2), strict=True))
    assert {call.headers["webhook-id"] for call in receiver.calls} == {
        call.headers["webhook-id"] for call in first
    }
    assert {call.body for call in receiver.calls} == {call.body for call in first}
    receiver.calls.clear()
    services.replay(subscription=subscription, begin=begin - DAY, until=begin)
    send_all()
    assert receiver.calls == []


def test_a_replay_sends_what_was_recorded_before_the_subscription(
    world: World, receiver: Receiver
) -> None:
    key = progress(world.learner)
    subscription, _ = subscribe(world.school, receiver, ProgressUpdated.type)
    send_all()
    assert receiver.calls == []
    services.replay(subscription=subscription, begin=timezone.now() - DAY, until=timezone.now())
    send_all()
    assert receiver.received() == [(key, 1)]


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


def test_old_deliveries_are_purged(world: World, subscription: Subscription) -> None:
    progress(world.learner)
    progress(world.learner, SECOND)
    send_all()
    old, recent = Delivery.objects.order_by("id")
    Delivery.objects.filter(pk=old.pk).update(created_at=timezone.now() - timedelta(days=31))
    schedule("retention.purge", subject="webhooks.deliveries")
    run_due()
    assert [row.pk for row in Delivery.objects.all()] == [recent.pk]


def test_a_previous_secret_is_deleted_after_its_day(
    world: World, subscription: Subscription
) -> None:
    services.rotate_secret(subscription_id=subscription.pk)
    schedule("retention.purge", subject="webhooks.previous_secrets")
    run_due()
    assert Subscription.objects.get().encrypted_previous_secret is not None
    Subscription.objects.update(rotated_at=timezone.now() - DAY)
    schedule("retention.purge", subject="webhooks.previous_secrets")
    run_due()
    row = Subscription.objects.get()
    assert row.encrypted_previous_secret is None
    assert len(keys_of(row)) == 1
