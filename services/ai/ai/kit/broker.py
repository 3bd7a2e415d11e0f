"""The one place where ai speaks to Kafka: raw batches in, explicit offsets back.

FastStream's default parser fails a whole batch for one header that is not UTF-8, and its `ack()`
commits every position of the consumer. So a custom parser passes records on, and offsets are
committed by name. See docs/decisions/0054-faststream-patches.md.

Every consumer reads only what is committed: transactions that were aborted never happened, and
offsets of their markers hold no record.
"""

import asyncio
import logging
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, TypeAlias, TypeVar

from aiokafka import (
    AIOKafkaConsumer,
    AIOKafkaProducer,
    ConsumerRebalanceListener,
    ConsumerRecord,
    TopicPartition,
)
from aiokafka.errors import ConsumerStoppedError, KafkaError
from faststream import AckPolicy, FastStream
from faststream.kafka import KafkaBroker, KafkaMessage
from faststream.kafka.message import FAKE_CONSUMER
from faststream.security import BaseSecurity, SASLScram512

from ai.kit.loops import exit_process
from ai.kit.record_batches import read_tolerantly
from ai.kit.settings import Settings
from ongoza_contracts.codec import Record
from ongoza_contracts.topics import Topic

__all__ = ["TopicPartition"]  # aiokafka's, a tuple of topic and partition

Records: TypeAlias = Sequence[ConsumerRecord[bytes, bytes]]
BrokerError = KafkaError
"""The base class of the Kafka client's errors."""

T = TypeVar("T")

UNREADABLE = 6
"""The exit code when a topic cannot be fetched, for instance without the right to read it."""
READ_COMMITTED: Literal["read_committed"] = "read_committed"
RECORDS_MAX = 1000
WAIT_MS = 500
"""The longest time that a batch waits for its first record."""
FETCH_WAIT_MS = 20
"""The longest time that a broker holds a fetch without records. A fetch leaves out partitions whose
records are still being handled, and aiokafka sends no other fetch before it has returned, so their
next records may wait this long."""

log = logging.getLogger(__name__)
read_tolerantly()


@dataclass(frozen=True, slots=True)
class KafkaConfig:
    """How to reach the brokers and sign in."""

    servers: str
    protocol: str = "PLAINTEXT"
    username: str = ""
    password: str = field(default="", repr=False)
    ca: str | None = None

    @classmethod
    def of(cls, settings: Settings) -> "KafkaConfig":
        return cls(
            settings.kafka_bootstrap_servers,
            settings.kafka_security_protocol,
            settings.kafka_sasl_username,
            settings.kafka_sasl_password.get_secret_value(),
            settings.kafka_ssl_ca,
        )

    def client(self) -> dict[str, Any]:
        """For clients of aiokafka."""
        signed_in = {
            "sasl_mechanism": "SCRAM-SHA-512",
            "sasl_plain_username": self.username,
            "sasl_plain_password": self.password,
        }
        return {
            "bootstrap_servers": self.servers,
            "security_protocol": self.protocol,
            "ssl_context": self._context(),
            **(signed_in if "SASL" in self.protocol else {}),
        }

    def security(self) -> BaseSecurity | None:
        """For FastStream."""
        if "SASL" in self.protocol:
            return SASLScram512(self.username, self.password, ssl_context=self._context())
        return BaseSecurity(ssl_context=self._context()) if "SSL" in self.protocol else None

    def _context(self) -> ssl.SSLContext | None:
        return ssl.create_default_context(cafile=self.ca) if "SSL" in self.protocol else None


class Consumer:
    """One member of a consumer group. Delivers at least once: uncommitted records come again."""

    def __init__(
        self,
        brokers: KafkaConfig,
        topics: Sequence[str],
        group_id: str,
        positions: Callable[[], Awaitable[Mapping[TopicPartition, int]]],
    ) -> None:
        """`positions` gives the next offset of each partition; partitions that it does not name are
        read from the beginning. The group's committed offsets only serve to monitor lag."""
        self._brokers = brokers
        self._topics = topics
        self._group_id = group_id
        self._positions = positions
        self._stopping: Callable[[], None] = lambda: None
        self.broker = KafkaBroker(
            brokers.servers,
            security=brokers.security(),
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
            ack_policy=AckPolicy.MANUAL,
            max_records=RECORDS_MAX,
            batch_timeout_ms=WAIT_MS,
            fetch_max_wait_ms=FETCH_WAIT_MS,
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
            await handle(records)
            await self._commit(records)

    async def run(self, background: Callable[[], AbstractAsyncContextManager[None]]) -> None:
        """Runs until SIGTERM or SIGINT, and then until the current batch is committed.

        `background` is entered before the first batch and left after the last. Raises BrokerError.
        """
        application = FastStream(self.broker, lifespan=background, logger=None)
        self._stopping = application.exit
        await application.run()

    def stop(self) -> None:
        """Let `run` return when the current batch is committed."""
        self._stopping()

    async def seek(self, assigned: Iterable[TopicPartition]) -> None:
        """Continue at the positions stored in ai's own database."""
        consumer = self._subscriber.consumer
        if consumer is None:
            return
        # Until the database has answered, aiokafka would deliver from the group's offsets.
        consumer.pause(*assigned)
        positions = await self._positions()
        for place in assigned:
            # Beyond the end, as in a re-created topic, the reset policy starts at the beginning.
            consumer.seek(place, positions.get((place.topic, place.partition), 0))
        consumer.resume(*assigned)

    async def is_behind(self) -> bool:
        """Whether the assigned partitions have a record that is not applied. The difference of
        offsets does not tell: markers of transactions and gaps left by compaction hold no record.

        It opens a new connection, because the consumer's own may be stuck. Raises BrokerError.
        """
        assigned = self._subscriber.consumer.assignment() if self._subscriber.consumer else ()
        positions = await self._positions()
        async with Reader(self._brokers) as reader:
            ends = await reader.ends_of(assigned)
            async for _ in reader.read(positions, ends, records_max=1):
                return True
        return False

    async def _commit(self, records: Records) -> None:
        """A failure is harmless: the records come again and change nothing the second time."""
        consumer = self._subscriber.consumer
        if consumer is None:
            return
        try:
            await consumer.commit(_next_offsets(records))
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
    }


class Reader:
    """Reads ranges of offsets without joining a consumer group."""

    def __init__(self, brokers: KafkaConfig) -> None:
        self._consumer = AIOKafkaConsumer(
            **brokers.client(),
            auto_offset_reset="earliest",
            isolation_level=READ_COMMITTED,
            fetch_max_wait_ms=FETCH_WAIT_MS,
            max_partition_fetch_bytes=4 * 1024 * 1024,
        )

    async def __aenter__(self) -> "Reader":
        await self._consumer.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._consumer.stop()

    async def ends(self, topics: Sequence[Topic]) -> dict[TopicPartition, int]:
        """For each partition the offset after its last record. Raises BrokerError."""
        return await self.ends_of(_partitions(topics))

    async def ends_of(self, places: Iterable[TopicPartition]) -> dict[TopicPartition, int]:
        """Like `ends`, before the first open transaction. Raises BrokerError."""
        return dict(await self._consumer.end_offsets(list(places)))

    async def beginnings(self, topics: Sequence[Topic]) -> dict[TopicPartition, int]:
        """For each partition the offset of its oldest record. Raises BrokerError."""
        return dict(await self._consumer.beginning_offsets(_partitions(topics)))

    async def at_time(self, topics: Sequence[Topic], moment: datetime) -> dict[TopicPartition, int]:
        """For each partition the offset of the first record written at `moment` or later.

        Raises BrokerError.
        """
        wanted = dict.fromkeys(_partitions(topics), int(moment.timestamp() * 1000))
        found = await self._consumer.offsets_for_times(wanted)
        ends = await self.ends(topics)
        return {
            (place.topic, place.partition): at.offset if at else ends[place.topic, place.partition]
            for place, at in found.items()
        }

    async def read(
        self,
        begin: Mapping[TopicPartition, int],
        until: Mapping[TopicPartition, int],
        records_max: int,
    ) -> AsyncIterator[list[ConsumerRecord[bytes, bytes]]]:
        """Batches of the records from `begin` (by default 0) up to, but without, `until`.

        Raises BrokerError.
        """
        open_places = {
            TopicPartition(*place): end for place, end in until.items() if begin.get(place, 0) < end
        }
        if not open_places:
            return  # without partitions to read aiokafka may hang when it stops
        self._consumer.assign(list(open_places))
        for place in open_places:
            self._consumer.seek(place, begin.get((place.topic, place.partition), 0))
        while open_places:
            fetched = await self._consumer.getmany(
                *open_places, timeout_ms=WAIT_MS, max_records=records_max
            )
            batch = [r for p, some in fetched.items() for r in some if r.offset < open_places[p]]
            # The position, not the last record, which compaction may have deleted.
            for place in [*open_places]:
                if await self._consumer.position(place) >= open_places[place]:
                    del open_places[place]
            if batch:
                yield batch


def _partitions(topics: Sequence[Topic]) -> list[TopicPartition]:
    return [
        TopicPartition(topic.name, number) for topic in topics for number in range(topic.partitions)
    ]


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

    async def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        try:
            await self._consumer.seek(assigned)
        except Exception:  # aiokafka would log it and start at the group's offsets
            log.exception("no positions to start from")
            exit_process(1, "the worker stops before it would skip records")


def _next_offsets(records: Iterable[ConsumerRecord[bytes, bytes]]) -> dict[TopicPartition, int]:
    return {TopicPartition(r.topic, r.partition): r.offset + 1 for r in records}


def _records(message: KafkaMessage) -> Records:
    raw = message.raw_message
    return raw if isinstance(raw, tuple) else (raw,)


async def _parse_nothing(message: Any) -> KafkaMessage:
    """A message around the raw records. It is not ackable: `Consumer` alone commits offsets."""
    return KafkaMessage(raw_message=message, body=b"", consumer=FAKE_CONSUMER)


async def _decode_nothing(message: KafkaMessage) -> KafkaMessage:
    return message
