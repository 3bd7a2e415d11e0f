"""How many records ai has not applied yet."""

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, TypeAlias

import psycopg
from confluent_kafka import (
    Consumer,
    KafkaError,
    KafkaException,
    TopicCollection,
    TopicPartition,
)
from confluent_kafka.admin import AdminClient

from ongoza_contracts.topics import TOPICS

if TYPE_CHECKING:
    from scripts.stack.stack import Stack

TIMEOUT_SECONDS = 3
COUNTED_RECORDS = 1000
"""A larger lag is the difference of the offsets."""
POSITIONS = "SELECT topic, partition, next_offset, topic_id FROM live.consumed"

Positions: TypeAlias = Mapping[tuple[str, int], tuple[int, str | None]]
"""By topic and partition, the offset of the first record that is not applied, and the id of the
topic that it was read from."""


def stored_positions(stack: "Stack") -> Positions | None:
    """Those of the live generation; None when ai's database does not answer or has none yet."""
    url = stack.servers["postgres-vector"].url()  # type: ignore[union-attr]
    try:
        with psycopg.connect(url, connect_timeout=TIMEOUT_SECONDS) as connection:
            rows = connection.execute(POSITIONS).fetchall()
    except psycopg.Error:
        return None
    return {(topic, number): (offset, of) for topic, number, offset, of in rows}


def consumer_lag(stack: "Stack", positions: Positions) -> dict[str, int]:
    """Records not yet applied, by topic; empty when the broker does not answer."""
    consumer = Consumer(
        {
            **stack.kafka_client(),
            "group.id": "status",
            "enable.auto.commit": False,
            "enable.partition.eof": True,
            "fetch.wait.max.ms": 10,  # the broker holds back the answer at the end of a partition
            "log_level": 0,
        }
    )
    topics = [topic for topic in TOPICS if "ai" in topic.consumers]
    try:
        ids = _topic_ids(stack, [topic.name for topic in topics])
        return {
            topic.name: sum(
                _behind(
                    consumer,
                    TopicPartition(topic.name, number),
                    _position_in(ids[topic.name], positions.get((topic.name, number))),
                )
                for number in range(topic.partitions)
            )
            for topic in topics
        }
    except KafkaException:
        return {}
    finally:
        consumer.close()


def _topic_ids(stack: "Stack", topics: list[str]) -> dict[str, str]:
    admin = AdminClient({**stack.kafka_client(), "log_level": 0})
    described = admin.describe_topics(TopicCollection(topics), request_timeout=TIMEOUT_SECONDS)
    return {name: str(answer.result().topic_id) for name, answer in described.items()}


def _position_in(topic_id: str, stored: tuple[int, str | None] | None) -> int:
    """0 where the position belongs to an earlier topic of that name."""
    offset, read_from = stored or (0, None)
    return offset if read_from in (None, topic_id) else 0


def _behind(consumer: Consumer, partition: TopicPartition, position: int) -> int:
    low, high = consumer.get_watermark_offsets(partition, timeout=TIMEOUT_SECONDS)
    partition.offset = low if position > high else max(position, low)
    behind = high - partition.offset
    return _count_records(consumer, partition, behind) if 0 < behind <= COUNTED_RECORDS else behind


def _count_records(consumer: Consumer, begin: TopicPartition, most: int) -> int:
    """Markers of transactions and gaps left by compaction take offsets but hold no record."""
    consumer.assign([begin])
    deadline, count = time.monotonic() + TIMEOUT_SECONDS, 0
    while time.monotonic() < deadline:
        for message in consumer.consume(most, timeout=0.1):
            if error := message.error():
                if error.code() == KafkaError._PARTITION_EOF:
                    return count
                raise KafkaException(error)
            count += 1
    return most
