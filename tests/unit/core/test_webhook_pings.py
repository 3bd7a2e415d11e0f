"""Test calls: signed, without a fact, made once, and no part of what switches off or replays."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from core.config.settings import _RATE_LIMITS
from core.webhooks import services
from core.webhooks.dispatch import dispatch
from core.webhooks.models import PING, Delivery, Subscription
from core.webhooks.sending import claim
from ongoza_contracts.progress import ProgressUpdated
from tests.unit.core.school import World
from tests.unit.core.webhook_receiver import (
    Receiver,
    is_genuine,
    progress,
    send_again,
    send_all,
    subscribe,
)
from tests.unit.core.world import Caller, refusal

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


def ping(caller: Caller, subscription: Subscription) -> Any:
    status, body = caller.post(f"webhook-subscriptions/{subscription.pk}/ping/", None)
    assert status == 201, body
    return body


def test_a_ping_is_one_signed_call_that_carries_no_fact(
    world: World, director: Caller, receiver: Receiver
) -> None:
    subscription, secret = subscribe(world.school, receiver, ProgressUpdated.type)
    queued = ping(director, subscription)
    assert (queued["type"], queued["state"], queued["recorded_at"]) == (PING, "waiting", None)
    send_all()

    (call,) = receiver.calls
    assert call.event == {
        "specversion": "1.0",
        "id": queued["event_id"],
        "source": "urn:ongoza:core",
        "type": "ongoza.webhook.ping.v1",
        "subject": str(subscription.pk),
        "time": Delivery.objects.get().created_at.isoformat(),
        "datacontenttype": "application/json",
        "data": {},
    }
    assert call.headers["webhook-id"] == queued["event_id"]
    assert is_genuine(secret, call)
    log = director.get(f"webhook-subscriptions/{subscription.pk}/deliveries/")[1]["results"]
    assert [(row["id"], row["state"], row["response_status"]) for row in log] == [
        (queued["id"], "sent", 200)
    ]


def test_a_ping_that_fails_is_not_repeated_and_does_not_count_as_a_failure(
    director: Caller, receiver: Receiver, subscription: Subscription
) -> None:
    receiver.status = 500
    ping(director, subscription)
    send_all()
    send_again()
    row = Delivery.objects.get()
    assert (row.state, row.attempts, row.last_error) == ("failed", 1, "Refused")
    assert len(receiver.calls) == 1
    assert Subscription.objects.get().failing_since is None


def test_a_ping_that_succeeds_does_not_end_a_day_of_failures(
    world: World, director: Caller, receiver: Receiver, subscription: Subscription
) -> None:
    receiver.statuses[progress(world.learner)] = 500
    send_all()
    failing_since = Subscription.objects.get().failing_since
    ping(director, subscription)
    send_all()
    assert receiver.calls[-1].event["type"] == PING
    assert failing_since is not None
    assert Subscription.objects.get().failing_since == failing_since


def test_a_subscription_that_is_off_is_called_by_a_ping_alone_and_stays_off(
    world: World, director: Caller, receiver: Receiver, subscription: Subscription
) -> None:
    progress(world.learner)
    dispatch()
    services.change(subscription_id=subscription.pk, active=False)
    ping(director, subscription)
    send_again()
    assert [call.event["type"] for call in receiver.calls] == [PING]
    assert not Subscription.objects.get().active
    assert Delivery.objects.get(type=ProgressUpdated.type).state == "waiting"


def test_a_ping_whose_job_was_lost_is_sent_by_the_next_dispatch(
    world: World, director: Caller, receiver: Receiver, subscription: Subscription
) -> None:
    services.change(subscription_id=subscription.pk, active=False)
    Delivery.objects.create(
        subscription=subscription, event_id=subscription.pk, type=PING, key=str(subscription.pk)
    )
    send_all()
    assert [call.event["type"] for call in receiver.calls] == [PING]


def test_a_ping_goes_before_what_waits(
    world: World, director: Caller, receiver: Receiver, subscription: Subscription
) -> None:
    progress(world.learner)
    dispatch()
    queued = ping(director, subscription)
    claimed = claim(subscription.pk)
    assert claimed is not None
    assert str(claimed.pk) == queued["id"]


def test_a_replay_does_not_send_pings_again(
    world: World, director: Caller, receiver: Receiver, subscription: Subscription
) -> None:
    ping(director, subscription)
    send_all()
    now = timezone.now()
    services.replay(subscription=subscription, begin=now - DAY, until=now + DAY)
    send_all()
    assert len(receiver.calls) == 1


def test_pings_of_a_user_are_limited(
    director: Caller, subscription: Subscription, settings: Any
) -> None:
    settings.RATE_LIMITS, settings.VALKEY_URL = {"webhook_ping": (2, 600)}, ""
    assert "webhook_ping" in _RATE_LIMITS
    for _ in range(2):
        ping(director, subscription)
    answer = director.post(f"webhook-subscriptions/{subscription.pk}/ping/", None)
    assert refusal(answer)[:2] == (429, "throttled")
    assert Delivery.objects.count() == 2
