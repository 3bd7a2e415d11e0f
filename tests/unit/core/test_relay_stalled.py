"""A topic that takes no records stalls alone, and its rows keep their order."""

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest
from confluent_kafka import KafkaError, KafkaException
from django.db import transaction

from core.outbox import kafka, relay
from core.outbox.append import append
from core.outbox.kafka import Delivery, NotPublished, PartitionId, Publisher
from core.outbox.models import OutboxEvent
from core.outbox.relay import Relay, ShutdownFlag, drain
from ongoza_contracts.codec import Record, encode
from tests.facts import NOW, feedback, progress, user
from tests.integration.core_facts import wait_patiently

pytestmark = pytest.mark.django_db(transaction=True)

USERS, PROGRESS = "ongoza.users", "ongoza.progress"


class Brokers:
    """Takes the records of every topic but the missing ones."""

    def __init__(self, *missing: str) -> None:
        self.missing = {*missing}
        self.sent: list[tuple[str, int]] = []

    def publish(
        self, records: Sequence[Record], while_waiting: Callable[[], None]
    ) -> dict[PartitionId, int]:
        taken = [record for record in records if record.topic not in self.missing]
        self.sent += [(record.topic, int(record.sequence)) for record in taken]
        if failed := {record.topic for record in records} - {record.topic for record in taken}:
            raise NotPublished("no such topic", failed)
        return {}


def append_all(*versions: int) -> None:
    with transaction.atomic():
        for version in versions:
            append(user(version=version))
            append(progress(version=version))


def waiting() -> list[tuple[str, int]]:
    rows = OutboxEvent.objects.order_by("id").values_list("topic", "sequence")
    return [(topic, int(sequence)) for topic, sequence in rows]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [1000.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    monkeypatch.setattr(time, "sleep", lambda _: None)
    return now


def test_the_rows_of_other_topics_are_sent_and_deleted() -> None:
    append_all(1, 2)
    with pytest.raises(NotPublished):
        drain(Brokers(USERS), wait_patiently)
    assert waiting() == [(USERS, 1), (USERS, 2)]


def test_what_was_sent_beside_a_topic_that_failed_is_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO, logger="core.outbox.relay")
    append_all(1, 2)
    with pytest.raises(NotPublished):
        drain(Brokers(USERS), wait_patiently)
    [published] = [one for one in caplog.records if one.message == "published"]
    assert published.__dict__["batch"][0][1]["records"] == 2


def test_a_stalled_topic_is_left_out_until_it_takes_records_again(clock: list[float]) -> None:
    brokers = Brokers(USERS)
    one = Relay(brokers, ShutdownFlag())
    append_all(1)
    one._drain()
    append_all(2)
    assert one._drain() == 1
    assert brokers.sent == [(PROGRESS, 1), (PROGRESS, 2)]
    assert waiting() == [(USERS, 1), (USERS, 2)]

    clock[0] += relay.STALLED_PAUSE + 1
    append_all(3)
    assert one._drain() == 1  # tried, and still missing

    brokers.missing.clear()
    clock[0] += relay.STALLED_PAUSE + 1
    assert one._drain() == 2
    assert waiting() == []
    assert [version for topic, version in brokers.sent if topic == USERS] == [1, 2, 3]


def test_however_many_topics_stall_the_others_are_sent_between_two_tries(
    clock: list[float],
) -> None:
    class Slow(Brokers):
        """Each try of a missing topic takes longer than the pause between two."""

        def publish(
            self, records: Sequence[Record], while_waiting: Callable[[], None]
        ) -> dict[PartitionId, int]:
            if {record.topic for record in records} & self.missing:
                clock[0] += relay.STALLED_PAUSE + 1
            return super().publish(records, while_waiting)

    brokers = Slow(USERS, "ongoza.feedback")
    one = Relay(brokers, ShutdownFlag())
    append_all(1)
    with transaction.atomic():
        append(feedback())
    one._drain()
    for version in (2, 3, 4):
        append_all(version)
        assert one._drain() == 1
    assert [version for topic, version in brokers.sent if topic == PROGRESS] == [1, 2, 3, 4]


def test_a_failure_of_the_whole_cluster_stalls_no_topic(clock: list[float]) -> None:
    class LockedOut(Brokers):
        def publish(
            self, records: Sequence[Record], while_waiting: Callable[[], None]
        ) -> dict[PartitionId, int]:
            raise NotPublished("authentication failed")

    one = Relay(LockedOut(), ShutdownFlag())
    append_all(1)
    assert one._drain() == 0
    one.publisher = Brokers()
    assert one._drain() == 2
    assert waiting() == []


class Message:
    def __init__(self, topic: str) -> None:
        self._topic = topic

    def topic(self) -> str:
        return self._topic

    def partition(self) -> int:
        return 2

    def offset(self) -> int:
        return 41


def deliver(delivery: Delivery, topic: str, error: KafkaError | None = None) -> None:
    delivery.on_delivery(error, Message(topic))  # type: ignore[arg-type]


def records(*topics: str) -> list[Record]:
    facts = {USERS: user(), PROGRESS: progress()}
    return [encode(facts[topic], time=NOW) for topic in topics]


def test_a_batch_is_decided_when_every_topic_is_acknowledged_or_failed() -> None:
    delivery = Delivery(records(USERS, PROGRESS, USERS))
    deliver(delivery, PROGRESS)
    assert not delivery.is_decided()
    deliver(delivery, USERS, KafkaError(KafkaError.TOPIC_AUTHORIZATION_FAILED))
    assert delivery.is_decided()
    with pytest.raises(NotPublished, match="authorization failed") as refused:
        delivery.raise_for_failures()
    assert refused.value.topics == {USERS}
    assert refused.value.offsets == {(PROGRESS, 2): 42}


def test_an_outage_of_the_brokers_is_a_warning_once_and_its_end_is_logged(
    clock: list[float], caplog: pytest.LogCaptureFixture
) -> None:
    class Away(Brokers):
        def publish(
            self, records: Sequence[Record], while_waiting: Callable[[], None]
        ) -> dict[PartitionId, int]:
            if self.missing:
                raise NotPublished("no broker answers")
            return super().publish(records, while_waiting)

    brokers = Away("all of them")
    one = Relay(brokers, ShutdownFlag())
    append_all(1)
    with caplog.at_level(logging.INFO, logger="core.outbox.relay"):
        for _ in range(3):
            one._drain()
        brokers.missing.clear()
        one._drain()
    assert [(record.levelname, record.message) for record in caplog.records] == [
        ("WARNING", "relay: rows wait: no broker answers"),
        ("INFO", "published"),
        ("INFO", "relay: active"),
    ]


def test_a_silent_topic_fails_once_the_others_are_done(monkeypatch: pytest.MonkeyPatch) -> None:
    delivery, silent = Delivery(records(USERS, PROGRESS)), Delivery(records(USERS, PROGRESS))
    deliver(delivery, PROGRESS)
    assert not delivery.is_decided()
    monkeypatch.setattr(kafka, "SILENT_SECONDS", -1)
    assert delivery.is_decided()
    assert not silent.is_decided()  # nothing comes back: the brokers are away
    with pytest.raises(NotPublished) as refused:
        delivery.raise_for_failures()
    assert refused.value.topics == {USERS}


def test_nothing_of_a_topic_is_sent_after_a_record_that_it_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    produced: list[tuple[str, bytes | None]] = []

    class Refusing:
        def produce(self, topic: str, value: bytes | None, **_: object) -> None:
            if len(value or b"") > 10:
                raise KafkaException(KafkaError(KafkaError.MSG_SIZE_TOO_LARGE))
            produced.append((topic, value))

        def flush(self, _: float) -> int:
            return 0

        def purge(self) -> None: ...

    publisher = Publisher({})
    monkeypatch.setattr(publisher, "_producer", Refusing())
    large, small = (replace(records(USERS)[0], payload=b"x" * size) for size in (11, 1))
    other = replace(records(PROGRESS)[0], payload=b"x")
    with pytest.raises(NotPublished) as refused:
        publisher.publish([large, small, other], wait_patiently)
    assert refused.value.topics == {USERS}
    assert [topic for topic, _ in produced] == [PROGRESS]
