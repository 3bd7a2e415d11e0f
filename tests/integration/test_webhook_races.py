"""Webhooks with real transactions: late commits, several workers, a worker that is killed."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from threading import Barrier, Event

import pytest
from django.db import connection, transaction
from django.utils import timezone

from core.erasure.services import erase_user
from core.jobs.models import Job
from core.jobs.registry import job_kinds
from core.outbox.models import FactHistory
from core.users.models import User
from core.webhooks.dispatch import dispatch
from core.webhooks.models import Delivery, Subscription, WaitingFact
from core.webhooks.sending import claim, send_due
from core.webhooks.services import ReplayRunning, replay, unsubscribe
from ongoza_contracts.progress import ProgressUpdated
from ongoza_contracts.users import UserErased
from ongoza_contracts.vocabulary import Role
from tests.integration.story import eventually
from tests.unit.core.school import World, insert_world
from tests.unit.core.webhook_receiver import (
    FIRST,
    SECOND,
    Receiver,
    progress,
    receiving,
    send_again,
    send_all,
    subscribe,
)
from tests.unit.core.world import item, person

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

WORKERS = 6
PATIENCE = 20.0
SEND = """
import django, sys
django.setup()
from core.webhooks.sending import send_due
send_due(sys.argv[1])
"""


@pytest.fixture
def world(db: None) -> World:
    found = insert_world()
    item(FIRST)
    item(SECOND)
    return found


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as found:
        yield found


@pytest.fixture
def subscription(world: World, receiver: Receiver) -> Subscription:
    return subscribe(world.school, receiver, ProgressUpdated.type)[0]


def is_waiting_for_a_lock() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
        return bool(cursor.fetchone()[0])


def test_a_fact_with_a_small_id_that_commits_late_is_sent(
    world: World, receiver: Receiver, subscription: Subscription
) -> None:
    appended, may_commit = Event(), Event()
    late_learner = person("late", Role.LEARNER, world.school)

    def commit_late() -> None:
        try:
            with transaction.atomic():
                progress(late_learner)
                appended.set()
                assert may_commit.wait(PATIENCE)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as thread:
        late = thread.submit(commit_late)
        assert appended.wait(PATIENCE)
        early = progress(world.learner, SECOND)
        send_all()
        assert receiver.received() == [(early, 1)]
        may_commit.set()
        late.result()
    send_all()
    key = f"{late_learner.id}:{FIRST}"
    assert receiver.received() == [(early, 1), (key, 1)]
    ids = {row.key: row.id for row in FactHistory.objects.filter(type=ProgressUpdated.type)}
    assert ids[key] < ids[early]


def test_dispatchers_at_once_make_each_delivery_once(
    world: World, receiver: Receiver, subscription: Subscription
) -> None:
    for _ in range(20):
        progress(world.learner)
    barrier = Barrier(WORKERS)

    def dispatch_at_once(_: int) -> None:
        try:
            barrier.wait(PATIENCE)
            dispatch()
        finally:
            connection.close()

    with ThreadPoolExecutor(WORKERS) as threads:
        list(threads.map(dispatch_at_once, range(WORKERS)))
    assert not WaitingFact.objects.exists()
    assert Delivery.objects.count() == 20
    assert Job.objects.filter(kind="webhooks.send").count() == 1


def test_workers_at_once_send_each_fact_once_and_each_entity_in_order(
    world: World, receiver: Receiver, subscription: Subscription
) -> None:
    keys = [progress(world.learner), progress(world.learner, SECOND)]
    for content in (FIRST, SECOND) * 5:
        progress(world.learner, content)
    dispatch()
    receiver.pause = 0.02

    def work(_: int) -> None:
        try:
            # A worker that finds nothing free ends; the next job goes on.
            while Delivery.objects.filter(state="waiting").exists():
                send_due(subscription.pk)
        finally:
            connection.close()

    with ThreadPoolExecutor(WORKERS) as threads:
        list(threads.map(work, range(WORKERS)))
    received = receiver.received()
    for key in keys:
        assert [version for one, version in received if one == key] == [1, 2, 3, 4, 5, 6]
    assert receiver.most_at_once == 1
    assert {row.state for row in Delivery.objects.all()} == {"sent"}


def test_no_transaction_is_open_while_the_receiver_is_called(
    world: World, receiver: Receiver, subscription: Subscription
) -> None:
    assert job_kinds()["webhooks.send"].atomic is False
    progress(world.learner)
    open_transactions: list[bool] = []
    take = receiver.take

    def look(call: object) -> int:
        with connection.cursor() as cursor:  # of the receiver's own thread
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
                " AND datname = current_database() AND xact_start IS NOT NULL"
                " AND backend_type = 'client backend'"
            )
            open_transactions.append(bool(cursor.fetchone()[0]))
        connection.close()
        return take(call)  # type: ignore[arg-type]

    receiver.take = look  # type: ignore[method-assign]
    send_all()
    assert open_transactions == [False]
    assert Delivery.objects.get().state == "sent"


def test_what_a_killed_worker_was_sending_is_sent_again(
    world: World, receiver: Receiver, subscription: Subscription
) -> None:
    key = progress(world.learner)
    progress(world.learner)
    dispatch()
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "core.config.settings",
        "DB_NAME": str(connection.settings_dict["NAME"]),
        "ONGOZA_FAILPOINT": "webhooks.after_call",
    }
    command = [sys.executable, "-c", SEND, str(subscription.pk)]
    killed = subprocess.run(command, env=environment, timeout=60, check=False)  # noqa: S603
    assert killed.returncode == -9
    assert receiver.received() == [(key, 1)]
    send_due(subscription.pk)  # its claim has not ended
    assert receiver.received() == [(key, 1)]
    send_again()
    assert receiver.received() == [(key, 1), (key, 1), (key, 2)]
    assert {row.state for row in Delivery.objects.all()} == {"sent"}


def test_a_user_who_is_erased_while_facts_are_dispatched_is_not_sent(
    world: World, receiver: Receiver, subscription: Subscription
) -> None:
    progress(world.learner)
    other = progress(person("olga", Role.LEARNER, world.school), SECOND)
    learner_id = world.learner.id
    erasing, may_commit = Event(), Event()

    def erase() -> None:
        try:
            with transaction.atomic():
                erase_user(user_id=learner_id)
                erasing.set()
                assert may_commit.wait(PATIENCE)
        finally:
            connection.close()

    def dispatch_meanwhile() -> None:
        try:
            dispatch()
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as threads:
        erased = threads.submit(erase)
        assert erasing.wait(PATIENCE)
        dispatched = threads.submit(dispatch_meanwhile)
        eventually(is_waiting_for_a_lock)
        may_commit.set()
        erased.result()
        dispatched.result()
    send_all()
    assert receiver.received() == [(other, 1)]
    assert not User.objects.filter(pk=learner_id).exists()
    assert not Delivery.objects.filter(key__startswith=f"{learner_id}:").exists()


Work = Callable[[], object]


def in_a_thread(threads: ThreadPoolExecutor, work: Work) -> Future[None]:
    def run() -> None:
        try:
            work()
        finally:
            connection.close()

    return threads.submit(run)


@contextmanager
def uncommitted(threads: ThreadPoolExecutor, work: Work) -> Iterator[Future[None]]:
    """Commits what a thread has done when the block ends."""
    worked, may_commit = Event(), Event()

    def run() -> None:
        with transaction.atomic():
            work()
            worked.set()
            assert may_commit.wait(PATIENCE)

    result = in_a_thread(threads, run)
    try:
        assert worked.wait(PATIENCE)
        yield result
    finally:
        may_commit.set()


@pytest.mark.parametrize("is_erased_first", [True, False])
def test_a_user_is_erased_while_a_subscription_is_deleted(
    is_erased_first: bool, world: World, receiver: Receiver
) -> None:
    subscription, stays = (subscribe(world.school, receiver)[0] for _ in range(2))
    learner_id = world.learner.id
    progress(world.learner)
    dispatch()
    assert Delivery.objects.filter(user=learner_id).count() == 2
    works: list[Work] = [
        lambda: erase_user(user_id=learner_id),
        lambda: unsubscribe(subscription_id=subscription.pk),
    ]
    first, second = works if is_erased_first else reversed(works)
    with ThreadPoolExecutor(2) as threads:
        with uncommitted(threads, first) as one:
            other = in_a_thread(threads, second)
            eventually(is_waiting_for_a_lock)
        one.result()
        other.result()
    assert not User.objects.filter(pk=learner_id).exists()
    rows = Delivery.objects.values_list("subscription_id", "type")
    assert [*rows] == [(stays.pk, UserErased.type)]


def test_deliveries_are_claimed_while_the_dispatcher_waits_for_an_erasure(
    world: World, receiver: Receiver, subscription: Subscription
) -> None:
    key = progress(person("olga", Role.LEARNER, world.school), SECOND)
    dispatch()
    progress(world.learner)
    learner_id = world.learner.id
    claimed: list[Delivery | None] = []
    with ThreadPoolExecutor(3) as threads:
        with uncommitted(threads, lambda: erase_user(user_id=learner_id)) as erased:
            dispatched = in_a_thread(threads, dispatch)
            eventually(is_waiting_for_a_lock)
            claiming = in_a_thread(threads, lambda: claimed.append(claim(subscription.pk)))
            claiming.result(timeout=PATIENCE / 4)
            assert not dispatched.done()
        erased.result()
        dispatched.result()
    assert [one.key for one in claimed if one] == [key]


def test_the_second_of_two_replays_at_once_is_refused(
    world: World, receiver: Receiver, subscription: Subscription
) -> None:
    now = timezone.now()

    def replay_day(days_ago: int) -> None:
        begin = now - timedelta(days=days_ago)
        replay(subscription=subscription, begin=begin, until=begin + timedelta(days=1))

    with ThreadPoolExecutor(2) as threads:
        with uncommitted(threads, lambda: replay_day(1)) as first:
            second = in_a_thread(threads, lambda: replay_day(2))
            eventually(is_waiting_for_a_lock)
        first.result()
        with pytest.raises(ReplayRunning):
            second.result()
    assert Job.objects.filter(kind="webhooks.replay").count() == 1
