"""Debezium carries the outbox as the relay does: the same keys, headers and bytes, in order."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from confluent_kafka import Consumer, Message, TopicPartition
from django.db import connection, transaction

from core.outbox.append import append, append_tombstones
from core.outbox.kafka import Publisher
from core.outbox.models import OutboxEvent
from core.outbox.relay import drain
from infra.kafka.cluster import Cluster
from infra.kafka.plan import CreateTopic
from infra.kafka.wanted import wanted_topics
from ongoza_contracts.topics import CONTENT, PROFILING, PROGRESS, USERS
from ongoza_ops import trace
from scripts.embedded.connect import Connect
from scripts.embedded.ports import Ports
from scripts.stack import processes
from scripts.stack.lag import watermarks
from scripts.stack.processes import last_words
from tests import facts
from tests.integration.core_facts import wait_patiently
from tests.integration.story import eventually, headers_of, read_to_end

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.connect, pytest.mark.slow]

BESIDE = "cdc."
"""Debezium's topics are named so here: both write everything, and it can be compared."""
OURS = (USERS, CONTENT, PROGRESS, PROFILING)
SLOT = "SELECT active FROM pg_replication_slots WHERE slot_name = 'outbox'"
DROP_SLOT = "SELECT pg_drop_replication_slot('outbox')"


@dataclass(frozen=True)
class Sent:
    """All of a record that a consumer sees, but for its offset. The order of headers means
    nothing."""

    partition: int
    key: bytes | None
    headers: dict[str, bytes]
    value: bytes | None


def sql(query: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return [*cursor.fetchall()]


@pytest.fixture(scope="module")
def topics_beside(kafka_bootstrap: str) -> None:
    Cluster({"bootstrap.servers": kafka_bootstrap}).perform(
        CreateTopic(replace(topic, name=BESIDE + topic.name)) for topic in wanted_topics(1, OURS)
    )


@pytest.fixture
def debezium(
    kafka_bootstrap: str, topics_beside: None, tmp_path: Path, transactional_db: None
) -> Iterator[None]:
    """At work on this test's database, from now on."""
    worker = Connect(
        tmp_path,
        Ports.free().core,
        {"transforms.route.route.topic.replacement": BESIDE + "${routedByValue}"},
    )
    worker.prepare()
    database = connection.settings_dict
    started = processes.start(
        "connect",
        worker.command(),
        environment={
            **os.environ,
            "KAFKA_BOOTSTRAP_SERVERS": kafka_bootstrap,
            **{
                f"DB_{name}": str(database[name])
                for name in ("HOST", "PORT", "NAME", "USER", "PASSWORD")
            },
        },
        cwd=tmp_path,
        log=tmp_path / "log",
    )
    try:
        eventually(lambda: sql(SLOT) == [(True,)] or not started.process())
        assert started.process(), last_words(tmp_path / "log", 40)
        yield
    finally:
        started.stop()
        if sql(SLOT):  # it would keep the write-ahead log, and the test's database
            eventually(lambda: sql(SLOT) == [(False,)])
            sql(DROP_SLOT)


def write() -> int:
    """Facts of every topic of core, as use cases append them; how many."""
    with transaction.atomic():
        append(facts.user(6101))
        append(facts.published())
    trace.begin_work()
    with transaction.atomic():
        append(facts.user_updated(6101))
        append(facts.completed(6101))
    for version in range(1, 51):
        with transaction.atomic():
            append(facts.progress(6101, version=version))
    with transaction.atomic():
        append(facts.published(version=2, description='Kijiji \u00e9\u4e2d\U0001f600 " \\ text'))
        append(facts.erased(6101))
        append_tombstones([(PROGRESS, "6101:course-1")], partition_key="6101")
    trace.end()
    return 57


def test_debezium_writes_what_the_relay_writes(debezium: None, kafka_bootstrap: str) -> None:
    before = {topic.name: ends(kafka_bootstrap, topic.name) for topic in OURS}
    beside = {topic.name: ends(kafka_bootstrap, BESIDE + topic.name) for topic in OURS}
    count = write()
    assert drain(Publisher({"bootstrap.servers": kafka_bootstrap}), wait_patiently) == count

    eventually(
        lambda: all(
            sum(ends(kafka_bootstrap, BESIDE + topic.name)) - sum(beside[topic.name])
            == sum(ends(kafka_bootstrap, topic.name)) - sum(before[topic.name])
            for topic in OURS
        )
    )
    for topic in OURS:
        relayed = sent(kafka_bootstrap, topic.name, before[topic.name])
        assert relayed
        assert sent(kafka_bootstrap, BESIDE + topic.name, beside[topic.name]) == relayed


def test_a_row_deleted_by_its_own_transaction_is_published(
    debezium: None, kafka_bootstrap: str
) -> None:
    """So that the table stays empty without a relay."""
    before = ends(kafka_bootstrap, BESIDE + USERS.name)
    with transaction.atomic():
        append(facts.user(6102))
        assert OutboxEvent.objects.all().delete()[0] == 1

    eventually(lambda: sum(ends(kafka_bootstrap, BESIDE + USERS.name)) == sum(before) + 1)
    (published,) = sent(kafka_bootstrap, BESIDE + USERS.name, before)
    assert (published.key, published.headers["ce_sequence"]) == (b"6102", b"0000000000000000001")
    assert not OutboxEvent.objects.exists()


def ends(bootstrap: str, topic: str) -> list[int]:
    with_consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": "unused"})
    try:
        partitions = with_consumer.list_topics(topic, timeout=20).topics[topic].partitions
        return [
            watermarks(with_consumer, TopicPartition(topic, number), 20)[1]
            for number in sorted(partitions)
        ]
    finally:
        with_consumer.close()


def sent(bootstrap: str, topic: str, begin: list[int]) -> list[Sent]:
    """By partition and offset, from `begin` on."""
    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": "unused"})
    try:
        return [
            _sent(message)
            for number, first in enumerate(begin)
            for message in read_to_end(consumer, TopicPartition(topic, number))
            if (message.offset() or 0) >= first
        ]
    finally:
        consumer.close()


def _sent(message: Message) -> Sent:
    headers = headers_of(message)
    assert len(headers) == len(message.headers() or [])
    return Sent(message.partition() or 0, message.key(), headers, message.value())
