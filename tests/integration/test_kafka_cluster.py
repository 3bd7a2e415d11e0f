"""Three brokers, three replicas, two of which acknowledge a write: one may fail under load."""

import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field

import pytest
from confluent_kafka import Consumer, TopicPartition
from confluent_kafka.admin import (  # type: ignore[attr-defined]  # its stubs re-export nothing
    AdminClient,
    ClusterMetadata,
    PartitionMetadata,
)

from core.outbox.kafka import NotPublished, Publisher
from infra.kafka.cluster import Cluster
from infra.kafka.plan import CreateTopic
from infra.kafka.wanted import wanted_topics
from ongoza_contracts.codec import Record, encode
from scripts.embedded.kafka_cluster import Member, members
from scripts.stack.processes import Started
from tests import facts
from tests.integration.core_facts import wait_patiently
from tests.integration.story import eventually, headers_of, read_to_end
from tests.servers import running, start_broker

pytestmark = [pytest.mark.kafka, pytest.mark.faults, pytest.mark.slow]

LEARNER = 5101
BATCH, PAUSE = 20, 0.05
"""The records of a batch, and the seconds between two batches."""


@dataclass
class ThreeBrokers:
    brokers: list[Member]
    processes: dict[str, Started]

    @property
    def connection(self) -> dict[str, str]:
        return {"bootstrap.servers": ",".join(broker.bootstrap for broker in self.brokers)}

    def leader(self, record: Record) -> int:
        """The node that leads the record's partition; -1 when none does."""
        return int(self._partition(record).leader)

    def copies(self, record: Record) -> set[int]:
        """The nodes that have all of the partition's records."""
        return set(self._partition(record).isrs)

    def _partition(self, record: Record) -> PartitionMetadata:
        """A broker may not know all partitions of a new topic yet."""

        def look() -> PartitionMetadata | None:
            found = self.metadata(record.topic).topics[record.topic]
            return found.partitions.get(record.partition)

        found = eventually(look)
        assert found
        return found

    def metadata(self, *topic: str) -> ClusterMetadata:
        return AdminClient({**self.connection}).list_topics(*topic, timeout=30)

    def kill(self, node: int) -> None:
        self.processes[f"kafka-{node}"].kill()

    def start(self, node: int) -> None:
        broker = self.brokers[node - 1]
        self.processes[broker.name] = start_broker(broker)


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ThreeBrokers]:
    brokers = members(tmp_path_factory.mktemp("cluster"))
    with running(*brokers) as processes:
        made = ThreeBrokers(brokers, processes)
        eventually(lambda: len(made.metadata().brokers) == 3)
        catalogue = Cluster(made.connection)
        catalogue.perform(CreateTopic(topic) for topic in wanted_topics(3))
        yield made


@dataclass
class Writer:
    """Publishes versions of one entity, as the relay does, and notes which were acknowledged."""

    connection: dict[str, str]
    acknowledged: list[int] = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        publisher = Publisher(self.connection)
        version = 0
        while not self.stop.wait(PAUSE):
            batch = range(version + 1, version + BATCH + 1)
            with suppress(NotPublished):  # then all of it is sent again
                publisher.publish([record(number) for number in batch], wait_patiently)
                self.acknowledged += batch
                version = batch[-1]


def record(version: int) -> Record:
    return encode(facts.progress(LEARNER, version=version), time=facts.NOW)


def test_the_leader_dies_under_load_and_nothing_acknowledged_is_lost(
    cluster: ThreeBrokers,
) -> None:
    first = record(1)
    eventually(lambda: cluster.copies(first) == {1, 2, 3})
    leader = cluster.leader(first)
    writer = Writer(cluster.connection)
    thread = threading.Thread(target=writer.run)
    thread.start()
    eventually(lambda: len(writer.acknowledged) >= 10 * BATCH)

    cluster.kill(leader)

    before = len(writer.acknowledged)
    eventually(lambda: len(writer.acknowledged) >= before + 10 * BATCH)
    writer.stop.set()
    thread.join(60)
    assert not thread.is_alive()
    assert cluster.leader(first) in {1, 2, 3} - {leader}
    assert cluster.copies(first) == {1, 2, 3} - {leader}
    # Every acknowledged record is there, in order; others may be there twice.
    assert [*dict.fromkeys(versions(cluster, first))][: len(writer.acknowledged)] == [
        *writer.acknowledged
    ]
    # After its restart the broker is an in-sync replica again.
    cluster.start(leader)
    eventually(lambda: cluster.copies(first) == {1, 2, 3})


def versions(cluster: ThreeBrokers, of: Record) -> list[int]:
    consumer = Consumer({**cluster.connection, "group.id": "unused", "enable.auto.commit": False})
    try:
        messages = read_to_end(consumer, TopicPartition(of.topic, of.partition, 0))
    finally:
        consumer.close()
    return [int(headers_of(message)["ce_sequence"]) for message in messages]
