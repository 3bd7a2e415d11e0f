"""How many records ai has not applied yet."""

import time
from typing import TYPE_CHECKING, NamedTuple

from confluent_kafka import Consumer, KafkaError, KafkaException, TopicCollection, TopicPartition
from confluent_kafka.admin import AdminClient

from ongoza_contracts.topics import TOPICS
from scripts.stack.health import rows
from scripts.stack.services import AI

if TYPE_CHECKING:
    from scripts.stack.stack import Stack

TIMEOUT_SECONDS = 3
COUNTED_RECORDS = 1000
"""A larger lag is the difference of the offsets."""
POSITIONS = "SELECT topic, partition, next_offset, topic_id FROM live.consumed"


class Lag(NamedTuple):
    """Of a topic or a partition."""

    records: int = 0
    oldest_seconds: float = 0.0
    """Since the oldest of them was sent."""


def consumer_lag(stack: "Stack") -> dict[str, Lag]:
    """What the live generation has not applied, by topic; empty when ai's database or the broker
    does not answer."""
    positions = rows(stack.servers[AI], POSITIONS)
    if positions is None:
        return {}
    stored = {(topic, number): (offset, of) for topic, number, offset, of in positions}
    client: dict[str, str | int | float | bool] = {**stack.kafka_client(), "log_level": 0}
    consumer = Consumer(
        {
            **client,
            "group.id": "status",
            "enable.auto.commit": False,
            "enable.partition.eof": True,
            "fetch.wait.max.ms": 10,  # the broker holds back the answer at the end of a partition
        }
    )
    topics = [topic for topic in TOPICS if "ai" in topic.consumers]
    try:
        names = TopicCollection([topic.name for topic in topics])
        admin = AdminClient(client)  # answers only while it is referred to
        described = admin.describe_topics(names, request_timeout=TIMEOUT_SECONDS)
        ids = {name: str(answer.result().topic_id) for name, answer in described.items()}
        found: dict[str, Lag] = {}
        for topic in topics:
            some = []
            for number in range(topic.partitions):
                position, of = stored.get((topic.name, number), (0, None))
                # A position in an earlier topic of that name is none in this one.
                begin = position if of in (None, ids[topic.name]) else 0
                some.append(_behind(consumer, topic.name, number, begin))
            oldest = max(one.oldest_seconds for one in some)
            found[topic.name] = Lag(sum(one.records for one in some), oldest)
        return found
    except KafkaException:
        return {}
    finally:
        consumer.close()


def _behind(consumer: Consumer, topic: str, number: int, begin: int) -> Lag:
    """Markers of transactions and gaps left by compaction take offsets but hold no record. Of many
    offsets only the first record is read."""
    partition = TopicPartition(topic, number)
    low, high = watermarks(consumer, partition, TIMEOUT_SECONDS)
    partition.offset = low if begin > high else max(begin, low)
    offsets = high - partition.offset
    if offsets <= 0:
        return Lag()
    wanted = offsets if offsets <= COUNTED_RECORDS else 1
    deadline, count, oldest = time.monotonic() + TIMEOUT_SECONDS, 0, 0.0
    consumer.assign([partition])
    while count < wanted and time.monotonic() < deadline:
        for message in consumer.consume(wanted - count, timeout=0.1):
            if error := message.error():
                if error.code() == KafkaError._PARTITION_EOF:
                    return Lag(count, oldest)
                raise KafkaException(error)
            oldest = oldest or max(time.time() - message.timestamp()[1] / 1000, 0.001)
            count += 1
    return Lag(offsets, oldest)


def watermarks(
    consumer: Consumer, partition: TopicPartition, timeout_seconds: float
) -> tuple[int, int]:
    """The first offset of a partition, and the last stable one.

    Asks again while the broker does not lead the partition yet, as one that has just started; the
    client gives up after a third of a second. Raises KafkaException.
    """
    deadline = time.monotonic() + timeout_seconds
    while True:
        left = max(deadline - time.monotonic(), 0.1)
        try:
            return consumer.get_watermark_offsets(partition, timeout=left)
        except KafkaException as error:
            not_leader = error.args[0].code() == KafkaError.NOT_LEADER_FOR_PARTITION
            if not not_leader or time.monotonic() > deadline:
                raise
        time.sleep(0.2)
