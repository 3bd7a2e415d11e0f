"""The one place where ai speaks to Kafka: raw batches in, explicit offsets back.

FastStream's default parser fails a whole batch for one header that is not UTF-8, and its `ack()`
commits every position of the consumer. So a custom parser passes records on, and offsets are
committed by name. See docs/decisions/0054-faststream-patches.md.

Every consumer reads only what is committed: transactions that were aborted never happened, and
offsets of their markers hold no record.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, suppress
from typing import Any, NamedTuple, Protocol, TypeAlias, TypeVar

from aiokafka import AIOKafkaProducer, ConsumerRebalanceListener, ConsumerRecord, TopicPartition
from aiokafka.errors import ConsumerStoppedError, KafkaError
from faststream import AckPolicy, FastStream
from faststream.kafka import KafkaMessage
from faststream.kafka.message import FAKE_CONSUMER

from ai.kit.consumers import create_broker
from ai.kit.kafka_config import (
    HEARTBEAT_MS,
    READ_COMMITTED,
    SESSION_MS,
    WAIT_MS,
    KafkaConfig,
)
from ai.kit.loops import exit_process, until_answered
from ai.kit.topic_logs import PartitionLog, partition_logs, topic_ids
from ai.kit.topic_reader import Reader, Stalled
from ongoza_contracts.codec import Record

__all__ = ["KafkaConfig", "PartitionLog", "Reader", "Stalled", "TopicPartition"]

Records: TypeAlias = Sequence[ConsumerRecord[bytes, bytes]]
BrokerError = KafkaError
"""The base class of the Kafka client's errors."""

T = TypeVar("T")

UNREADABLE = 6
"""The exit code when a topic cannot be fetched, for instance without the right to read it."""
RECORDS_MAX = 1000
COUNTED_RECORDS = 1000

log = logging.getLogger(__name__)


class Lag(NamedTuple):
    """Records that can be read and are not applied."""

    records: int
    """Of a partition with more than `COUNTED_RECORDS` offsets the number of offsets, some of which
    may hold no record."""
    oldest_seconds: float
    """For how long the oldest of them has waited; 0 if none waits."""


NO_LAG = Lag(0, 0.0)


class NotSeekable(RuntimeError):
    """There is no consumer to seek with, so it would begin at the group's offsets."""


class PositionStore(Protocol):
    """The positions that are stored in the database together with the projected rows."""

    async def begin_at(
        self, logs: Mapping[TopicPartition, PartitionLog]
    ) -> Mapping[TopicPartition, int]:
        """By partition, the offset to begin at. A position in another log is not used."""
        ...

    async def load(self) -> Mapping[TopicPartition, int]:
        """The stored positions, whether or not they are positions in the present logs."""
        ...

    async def report_shorter(self, partitions: Collection[TopicPartition]) -> None:
        """Stores that these lost their newest records and are read from the beginning."""
        ...


class Consumer:
    """One member of a consumer group. Delivers at least once: uncommitted records come again."""

    def __init__(
        self,
        brokers: KafkaConfig,
        topics: Sequence[str],
        group_id: str,
        positions: PositionStore,
    ) -> None:
        """`positions` decides where to begin; the group's committed offsets only show the lag."""
        self._brokers = brokers
        self._topics = topics
        self._group_id = group_id
        self._positions = positions
        self._topic_ids: Mapping[str, str] = {}
        self.topics_changed = False
        """Whether the consumer stopped because a topic was created, and has to be replaced."""
        self._next: dict[TopicPartition, int] = {}
        self._stopping: Callable[[], None] = lambda: None
        self.broker = create_broker(
            brokers,
            apply_types=False,
            allow_auto_create_topics=False,
            graceful_timeout=15.0,
            logger=None,
        )

    def deliver_to(self, handle: Callable[[Records], Awaitable[None]]) -> None:
        """Call `handle` with one batch after the other and commit each when it returns.

        FastStream logs what `handle` raises and goes on with the next batch, so `handle` must
        return only when the batch is applied or parked.
        """
        subscriber = self.broker.subscriber(
            *self._topics,
            batch=True,
            group_id=self._group_id,
            auto_offset_reset="earliest",
            session_timeout_ms=SESSION_MS,
            heartbeat_interval_ms=HEARTBEAT_MS,
            ack_policy=AckPolicy.MANUAL,
            max_records=RECORDS_MAX,
            batch_timeout_ms=WAIT_MS,
            fetch_max_wait_ms=self._brokers.fetch_wait_ms,
            isolation_level=READ_COMMITTED,
            parser=_parse_nothing,
            decoder=_decode_nothing,
            listener=_SeekOnAssignment(self),
        )
        self._subscriber = subscriber
        fetching: Any = subscriber
        fetching.get_msg = exit_on_failure(subscriber.get_msg)

        @subscriber
        async def consume(message: KafkaMessage) -> None:
            records = _records(message)
            next_offsets = _offsets_after(records)
            await self._report_truncated(records, next_offsets)
            await handle(records)
            await self._commit(next_offsets)

    async def run(self, background: Callable[[], AbstractAsyncContextManager[None]]) -> None:
        """Waits for the brokers, then runs until SIGTERM or SIGINT, and then until the current
        batch is committed.

        `background` is entered before the first batch and left after the last. Raises BrokerError.
        """
        await self._until_answered(self.stop_if_topics_changed)
        application = FastStream(self.broker, lifespan=background, logger=None)
        self._stopping = application.exit
        await application.run()

    async def _until_answered(self, request: Callable[[], Awaitable[T]]) -> T:
        return await until_answered("Kafka", request, (KafkaError,))

    def stop(self) -> None:
        """Let `run` return when the current batch is committed."""
        self._stopping()

    async def seek(self, assigned: Collection[TopicPartition]) -> None:
        """Seeks to the positions stored in ai's own database. Stops when an assigned topic was
        deleted meanwhile. Raises NotSeekable."""
        consumer = self._subscriber.consumer
        if consumer is None:
            raise NotSeekable("partitions were assigned to a consumer that is not running")
        # Until Kafka and the database have answered, aiokafka would deliver from the group's
        # offsets.
        consumer.pause(*assigned)
        await self._until_answered(self.stop_if_topics_changed)
        if self.topics_changed:
            return
        logs = await self._until_answered(lambda: partition_logs(self._brokers, assigned))
        if not {*assigned} <= logs.keys():
            self._stop_for_new_consumer()
            return
        self._next = {**await self._positions.begin_at(logs)}
        for partition in assigned:
            consumer.seek(partition, self._next[partition])
        consumer.resume(*assigned)

    async def stop_if_topics_changed(self) -> None:
        """Stops when a topic was created, or deleted and created again, since this consumer began:
        aiokafka would continue in a new topic at its position in the deleted one. Raises
        BrokerError."""
        present = await topic_ids(self._brokers, self._topics)
        self._topic_ids = self._topic_ids or present
        if any(self._topic_ids.get(name) != found for name, found in present.items()):
            self._stop_for_new_consumer()

    def _stop_for_new_consumer(self) -> None:
        self.topics_changed = True
        self.stop()

    async def is_behind(self) -> bool:
        """Whether the assigned partitions have a record that is not applied. Raises BrokerError."""
        return any(one.records for one in (await self.lag()).values())

    async def lag(self) -> dict[str, Lag]:
        """By topic, what the assigned partitions have that is not applied. Offsets cannot show
        that: markers of transactions and gaps left by compaction hold no record.

        It opens a new connection, because the consumer's own may be stuck. Raises BrokerError.
        """
        assigned = self._subscriber.consumer.assignment() if self._subscriber.consumer else ()
        positions = await self._positions.load()
        logs = await partition_logs(self._brokers, assigned)
        found: dict[str, Lag] = {}
        async with Reader(self._brokers) as reader:
            for partition, log in logs.items():
                begin = max(log.begin, positions.get(partition, 0))
                own = await _partition_lag(reader, partition, begin, log.end)
                others = found.get(partition.topic, NO_LAG)
                oldest = max(own.oldest_seconds, others.oldest_seconds)
                found[partition.topic] = Lag(own.records + others.records, oldest)
        return found

    async def _report_truncated(
        self, records: Records, next_offsets: Mapping[TopicPartition, int]
    ) -> None:
        """aiokafka begins again at the first offset when a log ends before the position."""
        truncated = {
            (r.topic, r.partition)
            for r in records
            if r.offset < self._next.get((r.topic, r.partition), 0)
        }
        if truncated:
            partitions = {TopicPartition(*partition) for partition in truncated}
            await self._positions.report_shorter(partitions)
        self._next |= next_offsets

    async def _commit(self, next_offsets: Mapping[TopicPartition, int]) -> None:
        """A failure is harmless: the records come again and change nothing the second time."""
        consumer = self._subscriber.consumer
        if consumer is None:
            return
        try:
            await consumer.commit(next_offsets)
        except KafkaError as error:
            log.warning("offsets not committed: %s", type(error).__name__)


class Publisher:
    """An idempotent producer that waits for every acknowledgement."""

    def __init__(self, brokers: KafkaConfig) -> None:
        self._brokers = brokers
        self._producer: AIOKafkaProducer | None = None

    async def publish(self, records: Sequence[Record]) -> None:
        """In the order given. Raises BrokerError; then some of them may have been sent."""
        producer = await self._started()
        try:
            sent = [await producer.send(**_wire(record)) for record in records]
            await asyncio.gather(*sent)
        except KafkaError:
            await self.close()  # records in its buffer must not be sent after those of a retry
            raise

    async def close(self) -> None:
        producer, self._producer = self._producer, None
        if producer is not None:
            with suppress(KafkaError):
                await producer.stop()

    async def _started(self) -> AIOKafkaProducer:
        if self._producer is None:
            producer = AIOKafkaProducer(
                **self._brokers.client(),
                acks="all",
                enable_idempotence=True,
                linger_ms=5,
                max_batch_size=200_000,  # below the topics' max.message.bytes
                request_timeout_ms=10_000,
            )
            try:
                await producer.start()
            except KafkaError:
                await producer.stop()
                raise
            self._producer = producer
        return self._producer


def _wire(record: Record) -> dict[str, Any]:
    return {
        "topic": record.topic,
        "partition": record.partition,
        "key": record.key.encode(),
        "value": record.payload,
        "headers": record.headers(),
        "timestamp_ms": record.timestamp,
    }


def exit_on_failure(fetch: Callable[..., Awaitable[T]]) -> Callable[..., Awaitable[T]]:
    """Ends the process when `fetch` fails.

    aiokafka then drops what it fetched of other partitions and has already moved their positions.
    FastStream would continue and skip these records; a new process starts at the stored positions.
    """

    async def guarded_fetch(*arguments: Any, **options: Any) -> T:
        try:
            return await fetch(*arguments, **options)
        except ConsumerStoppedError:
            raise
        except Exception:
            log.exception("the topics cannot be fetched")
            exit_process(UNREADABLE, "the worker stops before it would skip records")

    return guarded_fetch


class _SeekOnAssignment(ConsumerRebalanceListener):  # type: ignore[misc]  # aiokafka has no types
    def __init__(self, consumer: Consumer) -> None:
        self._consumer = consumer

    async def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:
        pass

    async def on_partitions_assigned(self, assigned: Collection[TopicPartition]) -> None:
        try:
            await self._consumer.seek(assigned)
        except Exception:  # aiokafka would log it and start at the group's offsets
            log.exception("no positions to start from")
            exit_process(1, "the worker stops before it would skip records")


async def _partition_lag(reader: Reader, partition: TopicPartition, begin: int, end: int) -> Lag:
    """A record without a timestamp counts and has no age."""
    count, oldest_seconds = 0, 0.0
    async for batch in reader.read({partition: begin}, {partition: end}, COUNTED_RECORDS):
        count += len(batch)
        written = [record.timestamp / 1000 for record in batch if record.timestamp > 0]
        oldest_seconds = max([oldest_seconds, *(time.time() - at for at in written)])
        if end - begin > COUNTED_RECORDS:
            return Lag(end - begin, oldest_seconds)
    return Lag(count, oldest_seconds)


def _offsets_after(records: Iterable[ConsumerRecord[bytes, bytes]]) -> dict[TopicPartition, int]:
    # Plain tuples first: making a TopicPartition for every record is slow.
    next_offsets = {(r.topic, r.partition): r.offset + 1 for r in records}
    return {TopicPartition(*partition): offset for partition, offset in next_offsets.items()}


def _records(message: KafkaMessage) -> Records:
    raw = message.raw_message
    return raw if isinstance(raw, tuple) else (raw,)


async def _parse_nothing(message: Any) -> KafkaMessage:
    """A message around the raw records. It is not ackable: `Consumer` alone commits offsets."""
    return KafkaMessage(raw_message=message, body=b"", consumer=FAKE_CONSUMER)


async def _decode_nothing(message: KafkaMessage) -> KafkaMessage:
    return message
