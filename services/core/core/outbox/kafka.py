"""The one place where core speaks to Kafka."""

import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeAlias

from confluent_kafka import (
    Consumer,
    KafkaError,
    KafkaException,
    Message,
    Producer,
    TopicPartition,
)

from ongoza_contracts.codec import Headers, Record
from ongoza_contracts.topics import Topic

POLL_SECONDS = 0.2

PartitionId: TypeAlias = tuple[str, int]
"""A topic and the number of one of its partitions."""

TOPIC_UNKNOWN_MS = 500
"""How long a topic that the brokers do not know may still become known. Its records stay in the
outbox and are sent again, so that waiting longer would only delay those of other topics."""
SILENT_SECONDS = 10.0
"""How long a topic may acknowledge nothing while another one has acknowledged everything, and how
long a reader waits for the brokers."""
RANGE_SECONDS = 3.0
READ_AT_ONCE = 500
UNKNOWN_TOPIC = (
    KafkaError.UNKNOWN_TOPIC_OR_PART,
    KafkaError._UNKNOWN_TOPIC,
    KafkaError._UNKNOWN_PARTITION,
)


class NotPublished(RuntimeError):
    """Not every record was acknowledged; those that were may be sent again."""

    def __init__(
        self,
        reason: str,
        topics: Collection[str] = (),
        offsets: Mapping[PartitionId, int] | None = None,
    ) -> None:
        """`topics` are those with a record that was not acknowledged; empty when that concerns
        the cluster and not single topics. `offsets` are as `Publisher.publish` returns them, of
        the other topics."""
        super().__init__(reason)
        self.topics = frozenset(topics)
        self.offsets = offsets or {}


class ProducerBroken(RuntimeError):
    """The producer can never send again: the process has to be restarted."""


class Publisher:
    """An idempotent producer that waits for every acknowledgement."""

    def __init__(self, client: Mapping[str, str]) -> None:
        """`client` says where the brokers are and how to sign in, in librdkafka's names."""
        self._fatal: KafkaError | None = None
        self.auth_error: KafkaError | None = None
        self._producer: Producer | None = None
        self._configuration = {
            **client,
            "enable.idempotence": True,
            "acks": "all",
            "linger.ms": 5,  # while a batch is handed over: `flush` sends without lingering
            # Below the topics' max.message.bytes, which bounds a whole batch.
            "batch.size": 200_000,
            "message.timeout.ms": 300_000,
            "topic.metadata.propagation.max.ms": TOPIC_UNKNOWN_MS,
            "reconnect.backoff.max.ms": 1_000,
            "error_cb": self._on_error,
            "log_level": 0,  # the relay logs an outage, once
        }

    def publish(
        self, records: Sequence[Record], while_waiting: Callable[[], None]
    ) -> dict[PartitionId, int]:
        """Send `records` in order and return when the broker has them all: the offset after the
        last one in each partition.

        `while_waiting` is called a few times a second; what it raises ends the waiting. Raises
        NotPublished when a record is refused or not acknowledged in time, and ProducerBroken.
        """
        try:
            return self._send(records, while_waiting)
        except BaseException:
            self._abandon()
            raise

    def _send(
        self, records: Sequence[Record], while_waiting: Callable[[], None]
    ) -> dict[PartitionId, int]:
        delivery = Delivery(records)
        producer = self._producer = self._producer or Producer(self._configuration)
        for record in records:
            # A later version must not overtake one that its topic refused.
            if not delivery.has_failed(record.topic):
                _produce(producer, record, delivery)
        while _flush(producer) and not self._fatal and not self.auth_error:
            if delivery.is_decided():
                break
            while_waiting()
        if self._fatal:
            raise ProducerBroken(self._fatal.str())
        if self.auth_error:
            raise NotPublished(self.auth_error.str())
        delivery.raise_for_failures()
        return delivery.offsets

    def _abandon(self) -> None:
        """Drop queued records: they must not overtake those of the next try."""
        if self._producer is not None:
            self._producer.purge()
            self._producer = self.auth_error = None

    def _on_error(self, error: KafkaError) -> None:
        if error.fatal():
            self._fatal = error
        if error.code() == KafkaError._AUTHENTICATION:  # it would try in silence until a timeout
            self.auth_error = error


class Delivery:
    """The brokers' answers to a batch, by topic."""

    def __init__(self, records: Sequence[Record]) -> None:
        self._left = Counter(record.topic for record in records)
        self._failures: dict[str, str] = {}
        self._acknowledged_at = time.monotonic()
        self.offsets: dict[PartitionId, int] = {}
        """The offset after the last acknowledged record, by topic and partition. Those of one
        partition are acknowledged in order."""

    def fail(self, topic: str, error: KafkaError) -> None:
        self._failures.setdefault(topic, error.str())

    def has_failed(self, topic: str) -> bool:
        return topic in self._failures

    def on_delivery(self, error: KafkaError | None, message: Message) -> None:
        topic, offset = str(message.topic()), message.offset()
        if error is not None:
            self.fail(topic, error)
            return
        self._left[topic] -= 1
        self._acknowledged_at = time.monotonic()
        # A broker that had the record already may not report its offset.
        if offset is not None and offset >= 0:
            self.offsets[topic, message.partition() or 0] = offset + 1

    def is_decided(self) -> bool:
        """Whether waiting longer would only delay the topics that are done."""
        waiting = self._waiting()
        silent = time.monotonic() > self._acknowledged_at + SILENT_SECONDS
        if silent and len(waiting) < len(self._left):
            self._failures |= dict.fromkeys(waiting, "the brokers do not acknowledge it")
        return not self._waiting()

    def raise_for_failures(self) -> None:
        """Raises NotPublished."""
        if self._failures:
            reason = next(iter(self._failures.values()))
            raise NotPublished(reason, self._failures, self._offsets_of_others())

    def _offsets_of_others(self) -> dict[PartitionId, int]:
        return {
            partition_id: offset
            for partition_id, offset in self.offsets.items()
            if partition_id[0] not in self._failures
        }

    def _waiting(self) -> list[str]:
        return [t for t, left in self._left.items() if left and t not in self._failures]


def _flush(producer: Producer) -> int:
    """How many records still wait. Raises ProducerBroken."""
    try:
        return producer.flush(POLL_SECONDS)
    except KafkaException as error:
        raise ProducerBroken(error.args[0].str()) from None


def _produce(producer: Producer, record: Record, delivery: Delivery) -> None:
    """Raises ProducerBroken. Another failure is the topic's: there is none of this name, it has no
    such partition, or we may not write it."""
    now = int(time.time() * 1000)
    try:
        producer.produce(
            record.topic,
            value=record.payload,
            key=record.key.encode(),
            partition=record.partition,
            headers=[*record.headers()],
            timestamp=min(record.timestamp or now, now),  # brokers refuse what is in the future
            on_delivery=delivery.on_delivery,
        )
    except KafkaException as error:
        if error.args[0].fatal():
            raise ProducerBroken(error.args[0].str()) from None
        delivery.fail(record.topic, error.args[0])


class NotRead(RuntimeError):
    """The brokers do not let us read the topics, or do not answer."""


@dataclass(frozen=True, slots=True)
class TopicRecord:
    """A record of a topic, with its headers not yet decoded."""

    topic: str
    partition: int
    offset: int
    key: str
    headers: Headers
    """Empty if the name of a header is not UTF-8."""
    value: bytes | None

    def attribute(self, name: str) -> str:
        """A header as text; empty when it is missing."""
        found = dict(self.headers).get(name)
        return found.decode(errors="replace") if found else ""


@contextmanager
def topic_reader(client: Mapping[str, str]) -> Iterator["TopicReader"]:
    """`client` as for Publisher."""
    reader = TopicReader(client)
    try:
        yield reader
    finally:
        reader.close()


class OffsetRange(NamedTuple):
    """The offsets of a partition whose committed records can be read."""

    log_start: int
    last_stable: int
    """The last stable offset: that of the first record of the first open transaction, or without
    one the high watermark."""


def last_stable_offsets(ranges: Mapping[PartitionId, OffsetRange]) -> dict[PartitionId, int]:
    return {partition_id: one.last_stable for partition_id, one in ranges.items()}


class TopicReader:
    """Reads committed records from given offsets to the last stable offset of each partition,
    without a consumer group."""

    def __init__(self, client: Mapping[str, str]) -> None:
        self._configuration = {
            **client,
            "group.id": "core",  # required by the client; nothing is committed
            "enable.auto.commit": False,
            "enable.partition.eof": True,
            "isolation.level": "read_committed",
            "auto.offset.reset": "earliest",
            "reconnect.backoff.max.ms": 1_000,
            "log_level": 0,
        }
        self._consumer = Consumer(self._configuration)

    def close(self) -> None:
        self._consumer.close()

    def offset_ranges(self, topics: Iterable[Topic]) -> dict[PartitionId, OffsetRange]:
        """The offsets that `read` can read of every partition that exists. Raises NotRead."""
        ranges = _watermarks(self._consumer, topics)
        return {partition_id: OffsetRange(*found) for partition_id, found in ranges.items()}

    def high_watermarks(self, topics: Iterable[Topic]) -> dict[PartitionId, int]:
        """The offset after the last record of every partition that exists, whether or not a
        transaction is open. Raises NotRead."""
        consumer = Consumer({**self._configuration, "isolation.level": "read_uncommitted"})
        try:
            return {
                partition_id: high
                for partition_id, (_, high) in _watermarks(consumer, topics).items()
            }
        finally:
            consumer.close()

    def read(
        self, begins: Mapping[PartitionId, int], while_waiting: Callable[[], None] = lambda: None
    ) -> Iterator[list[TopicRecord]]:
        """Batches of the records from `begins` to the last stable offsets, in the order of each
        partition.

        `while_waiting` is called at least a few times a second. Raises NotRead when the brokers
        do not answer for SILENT_SECONDS.
        """
        self._consumer.assign([TopicPartition(*one, begin) for one, begin in begins.items()])
        reading, answered_at = {*begins}, time.monotonic()
        while reading:
            while_waiting()
            messages = self._consumer.consume(READ_AT_ONCE, timeout=POLL_SECONDS)
            if messages:
                answered_at = time.monotonic()
            elif time.monotonic() > answered_at + SILENT_SECONDS:
                raise NotRead("the brokers do not answer")
            reading -= {_partition_id(one) for one in messages if _is_end(one)}
            if records := [_record(one) for one in messages if one.error() is None]:
                yield records


def _watermarks(consumer: Consumer, topics: Iterable[Topic]) -> dict[PartitionId, tuple[int, int]]:
    """As librdkafka calls them: the upper one is the last stable offset for a consumer that reads
    committed records alone, and the high watermark for another one."""
    found = {}
    for topic in topics:
        for number in range(topic.partitions):
            offsets = _partition_watermarks(consumer, topic.name, number)
            if offsets is not None:
                found[topic.name, number] = offsets
    return found


def _partition_watermarks(consumer: Consumer, topic: str, number: int) -> tuple[int, int] | None:
    """None for a partition that does not exist."""
    try:
        return consumer.get_watermark_offsets(TopicPartition(topic, number), timeout=RANGE_SECONDS)
    except KafkaException as error:
        if error.args[0].code() in UNKNOWN_TOPIC:
            return None
        raise NotRead(error.args[0].str()) from None


def _is_end(message: Message) -> bool:
    """Raises NotRead for an error of the topic. An error of the group does not matter: the client
    reports a missing right to it although no group is used."""
    error = message.error()
    if error is None or error.code() == KafkaError.GROUP_AUTHORIZATION_FAILED:
        return False
    if error.code() == KafkaError._PARTITION_EOF:
        return True
    raise NotRead(error.str())


def _partition_id(message: Message) -> PartitionId:
    return str(message.topic()), message.partition() or 0


def _record(message: Message) -> TopicRecord:
    topic, partition = _partition_id(message)
    try:
        headers: Any = message.headers() or []  # a list of pairs
    except UnicodeDecodeError:
        headers = []
    key = (message.key() or b"").decode(errors="replace")
    return TopicRecord(topic, partition, message.offset() or 0, key, headers, message.value())
