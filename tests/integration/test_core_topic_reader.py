"""core compares its database with topics that hold transactions of others."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from uuid import uuid4

import pytest
from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient, NewTopic  # type: ignore[attr-defined]

from core.outbox import restore_check
from core.outbox.kafka import PartitionId, TopicReader, topic_reader
from core.outbox.restore_check import Check
from core.outbox.restore_state import State, mark_checked, problems, stored_offsets
from ongoza_contracts.topics import PROGRESS, Topic
from tests.integration.core_facts import wait_patiently
from tests.integration.story import eventually

ANSWER_SECONDS = 30


@pytest.fixture
def topic(kafka_bootstrap: str) -> Iterator[Topic]:
    """A topic of one partition that nobody else uses."""
    name = f"trial-{uuid4()}"
    admin = AdminClient({"bootstrap.servers": kafka_bootstrap})
    (created,) = admin.create_topics([NewTopic(name, 1, 1)]).values()
    created.result(ANSWER_SECONDS)
    yield replace(PROGRESS, name=name, partitions=1)
    (deleted,) = admin.delete_topics([name]).values()
    deleted.result(ANSWER_SECONDS)


@pytest.fixture
def reader(kafka_bootstrap: str) -> Iterator[TopicReader]:
    with topic_reader({"bootstrap.servers": kafka_bootstrap}) as opened:
        yield opened


def send(producer: Producer, topic: Topic, *keys: str) -> None:
    for key in keys:
        producer.produce(topic.name, key=key, value=b"{}", partition=0)
    assert producer.flush(ANSWER_SECONDS) == 0


def in_transaction(bootstrap: str, topic: Topic, key: str) -> Producer:
    """Who wrote a record in a transaction that is open."""
    producer = Producer({"bootstrap.servers": bootstrap, "transactional.id": str(uuid4())})
    producer.init_transactions(ANSWER_SECONDS)
    producer.begin_transaction()
    send(producer, topic, key)
    return producer


def keys(reader: TopicReader, partition_id: PartitionId, begin: int = 0) -> list[str]:
    return [
        one.key for batch in reader.read({partition_id: begin}, wait_patiently) for one in batch
    ]


@pytest.mark.parametrize(
    ("end", "committed"),
    [(Producer.commit_transaction, ["one", "two"]), (Producer.abort_transaction, ["one"])],
    ids=["committed", "aborted"],
)
def test_reading_ends_at_the_marker_of_a_transaction(
    kafka_bootstrap: str,
    topic: Topic,
    reader: TopicReader,
    end: Callable[..., None],
    committed: list[str],
) -> None:
    partition_id = (topic.name, 0)
    send(Producer({"bootstrap.servers": kafka_bootstrap}), topic, "one")
    producer = in_transaction(kafka_bootstrap, topic, "two")
    end(producer, ANSWER_SECONDS)
    # The marker comes a little later.
    eventually(lambda: reader.offset_ranges([topic]) == {partition_id: (0, 3)})
    assert reader.high_watermarks([topic]) == {partition_id: 3}
    assert keys(reader, partition_id) == committed
    assert keys(reader, partition_id, begin=2) == []


def test_reading_ends_before_an_open_transaction(
    kafka_bootstrap: str, topic: Topic, reader: TopicReader
) -> None:
    partition_id, plain = (topic.name, 0), Producer({"bootstrap.servers": kafka_bootstrap})
    send(plain, topic, "one")
    producer = in_transaction(kafka_bootstrap, topic, "two")
    send(plain, topic, "three")
    assert reader.offset_ranges([topic]) == {partition_id: (0, 1)}
    assert reader.high_watermarks([topic]) == {partition_id: 3}
    assert keys(reader, partition_id) == ["one"]
    producer.commit_transaction(ANSWER_SECONDS)
    eventually(lambda: keys(reader, partition_id, begin=1) == ["two", "three"])


@pytest.mark.django_db(transaction=True)
def test_a_topic_with_an_open_transaction_is_not_lost(
    kafka_bootstrap: str, topic: Topic, monkeypatch: pytest.MonkeyPatch
) -> None:
    """core was acknowledged behind the first record of the transaction."""
    monkeypatch.setattr(restore_check, "OWN_TOPICS", (topic,))
    producer = in_transaction(kafka_bootstrap, topic, "foreign")
    send(Producer({"bootstrap.servers": kafka_bootstrap}), topic, "core's")
    mark_checked({(topic.name, 0): 2})
    check = Check({"bootstrap.servers": kafka_bootstrap})
    check.find_lost_topics()
    assert problems() == []
    assert check.compare(wait_patiently) is State.CHECKED
    assert problems() == []
    producer.abort_transaction(ANSWER_SECONDS)
    eventually(
        lambda: (
            check.compare(wait_patiently) is State.CHECKED
            and stored_offsets() == {(topic.name, 0): 3}
        )
    )
