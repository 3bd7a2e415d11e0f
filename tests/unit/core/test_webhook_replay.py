"""Replays of a range, and the purge of old deliveries and secrets."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from core.erasure.services import erase_user
from core.jobs.services import run_due, schedule
from core.webhooks import services
from core.webhooks.dispatch import dispatch
from core.webhooks.models import Delivery, Subscription
from core.webhooks.sending import MAX_ATTEMPTS
from core.webhooks.signing import keys_of
from ongoza_contracts.progress import ProgressUpdated
from ongoza_contracts.users import UserErased
from ongoza_contracts.vocabulary import Role
from tests.unit.core.school import World
from tests.unit.core.webhook_receiver import SECOND, Receiver, progress, send_all, subscribe
from tests.unit.core.world import Caller, person

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


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


def test_a_replay_sends_what_was_given_up(
    world: World, director: Caller, receiver: Receiver, subscription: Subscription
) -> None:
    """By what the log shows to the organization itself: of an entity and of an erasure."""
    services.change(subscription_id=subscription.pk, types=[ProgressUpdated.type, UserErased.type])
    receiver.status = 500
    keys = {progress(person("olga", Role.LEARNER, world.school)), str(world.learner.id)}
    erase_user(user_id=world.learner.id)
    dispatch()
    Delivery.objects.update(attempts=MAX_ATTEMPTS - 1)
    send_all()
    assert Delivery.objects.filter(state="failed").count() == 2
    receiver.status = 200
    receiver.calls.clear()

    path = f"webhook-subscriptions/{subscription.pk}/"
    failed = director.get(f"{path}deliveries/?state=failed")[1]["results"]
    times = sorted(datetime.fromisoformat(row["recorded_at"]) for row in failed)
    until = times[-1] + timedelta(microseconds=1)
    body = {"from": times[0].isoformat(), "to": until.isoformat()}
    assert director.post(f"{path}replay/", body) == (204, None)
    send_all()
    assert {call.key for call in receiver.calls} == keys
    assert {row.state for row in Delivery.objects.all()} == {"sent"}


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
