"""Changes of topics' settings on the real broker."""

from collections.abc import Iterator
from concurrent.futures import Future
from uuid import uuid4

import pytest
from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import (  # type: ignore[attr-defined]
    AdminClient,
    ClusterMetadata,
    NewTopic,
)

from infra.kafka.cluster import Cluster
from infra.kafka.plan import CreateTopic, SetConfig
from infra.kafka.wanted import WantedTopic
from tests.integration.story import eventually

LAGS = ("min.compaction.lag.ms", "max.compaction.lag.ms")


@pytest.fixture
def name(kafka_bootstrap: str) -> Iterator[str]:
    name = f"settings-{uuid4()}"
    yield name
    admin = AdminClient({"bootstrap.servers": kafka_bootstrap})
    (deleted,) = admin.delete_topics([name]).values()
    deleted.result(30)


@pytest.mark.parametrize("after", [(1_000, 2_000), (900_000, 1_000_000)], ids=["lower", "raise"])
@pytest.mark.parametrize("first", LAGS)
def test_both_compaction_lags_change_together(
    kafka_bootstrap: str, name: str, after: tuple[int, int], first: str
) -> None:
    """One by one the minimum may be above the maximum for a moment, which the broker refuses."""
    cluster = Cluster({"bootstrap.servers": kafka_bootstrap})
    cluster.perform([CreateTopic(topic(name, (100_000, 200_000)))])
    wanted = topic(name, after)
    order = sorted(LAGS, key=lambda lag: lag != first)
    cluster.perform([SetConfig(name, lag, None, wanted.config[lag]) for lag in order])
    assert eventually(lambda: cluster.read().topics[name].config == wanted.config)


def topic(name: str, lags: tuple[int, int]) -> WantedTopic:
    config = dict(zip(LAGS, map(str, lags), strict=True))
    return WantedTopic(name=name, partitions=1, replication=1, config=config)


def test_a_topic_that_one_broker_does_not_know_yet_is_read_again(
    kafka_bootstrap: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    cluster = Cluster({"bootstrap.servers": kafka_bootstrap})
    cluster.perform([CreateTopic(topic(name, (100_000, 200_000)))])
    asked = []
    configs = Cluster._configs

    def unknown_at_first(self: Cluster, present: ClusterMetadata) -> dict[str, dict[str, str]]:
        asked.append(present)
        if len(asked) == 1:
            raise KafkaException(KafkaError(KafkaError.UNKNOWN_TOPIC_OR_PART))
        return configs(self, present)

    monkeypatch.setattr(Cluster, "_configs", unknown_at_first)
    assert name in eventually(cluster.read).topics
    assert len(asked) > 1


def test_a_topic_is_created_when_enough_brokers_take_partitions(
    kafka_bootstrap: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A broker that starts, or was too busy to report to the controller, takes none."""
    cluster = Cluster({"bootstrap.servers": kafka_bootstrap})
    busy = Busy(cluster._admin)
    monkeypatch.setattr(cluster, "_admin", busy)
    cluster.perform([CreateTopic(topic(name, (100_000, 200_000)))])
    assert busy.tries > 1
    there = Cluster({"bootstrap.servers": kafka_bootstrap})
    assert eventually(lambda: name in there.read().topics)


class Busy:
    """Refuses the first topic, as a controller does that has no broker to put it on."""

    def __init__(self, admin: AdminClient) -> None:
        self.admin, self.tries = admin, 0

    def create_topics(self, topics: list[NewTopic]) -> dict[str, Future[None]]:
        self.tries += 1
        if self.tries > 1:
            return self.admin.create_topics(topics)
        refused: Future[None] = Future()
        refused.set_exception(KafkaException(KafkaError(KafkaError.INVALID_REPLICATION_FACTOR)))
        return {topics[0].topic: refused}


def test_a_topic_with_more_copies_than_brokers_is_refused_in_the_end(
    kafka_bootstrap: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("infra.kafka.cluster.TIMEOUT_SECONDS", 0.5)
    wanted = WantedTopic(name=f"copies-{uuid4()}", partitions=1, replication=2, config={})
    with pytest.raises(KafkaException, match="replication factor of 2 cannot be reached"):
        Cluster({"bootstrap.servers": kafka_bootstrap}).perform([CreateTopic(wanted)])
