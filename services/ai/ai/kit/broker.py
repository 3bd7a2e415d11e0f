"""The one place where ai speaks to Kafka: raw batches in, explicit offsets back.

FastStream's own parsing would fail a whole batch for one header that is not UTF-8, and its `ack()`
commits every position of the consumer. So records pass untouched and offsets are named one by one.
"""

import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, TypeAlias

from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError
from faststream import AckPolicy, FastStream
from faststream.kafka import KafkaBroker, KafkaMessage

from ai.kit.loops import die

Records: TypeAlias = Sequence[ConsumerRecord[bytes, bytes]]
Place: TypeAlias = tuple[str, int]
"""A topic and a partition of it."""

BrokerError = KafkaError
"""Whatever goes wrong between us and Kafka."""

RECORDS_MAX = 1000
WAIT_MS = 500
"""How long a batch may wait for its first record."""
FETCH_WAIT_MS = 20
"""How long a broker may hold a fetch when it has nothing. Partitions whose records are still being
handled are not part of the next fetch, and aiokafka sends no other before that has returned: for so
long their next records may be overlooked."""

log = logging.getLogger(__name__)


class Consumer:
    """One member of a consumer group. Delivers at least once; what is not committed comes again."""

    def __init__(
        self,
        bootstrap_servers: str,
        topics: Sequence[str],
        group_id: str,
        positions: Callable[[], Awaitable[Mapping[Place, int]]],
    ) -> None:
        """`positions` says where to go on in partitions that become ours; what it does not name is
        read from the beginning. The group's offsets are only for whoever watches its lag."""
        self._bootstrap_servers = bootstrap_servers
        self._topics = topics
        self._group_id = group_id
        self._positions = positions
        self._stopping: Callable[[], None] = lambda: None
        self.broker = KafkaBroker(
            bootstrap_servers,
            apply_types=False,
            allow_auto_create_topics=False,
            graceful_timeout=15.0,
            logger=None,
        )

    def deliver_to(self, handle: Callable[[Records], Awaitable[None]]) -> None:
        """Call `handle` with one batch after the other and commit it when that returns.

        What `handle` raises would be logged by FastStream and the batch passed over: it must
        return only when the batch is dealt with.
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
            parser=_untouched,
            decoder=_as_it_is,
            listener=_StartWhere(self),
        )
        self._subscriber = subscriber

        @subscriber
        async def consume(message: KafkaMessage) -> None:
            records = _records(message)
            await handle(records)
            await self._commit(records)

    async def run(self, background: Callable[[], AbstractAsyncContextManager[None]]) -> None:
        """Until SIGTERM or SIGINT, and then until the batch at hand is committed.

        `background` is entered before the first batch and left after the last. Raises BrokerError.
        """
        application = FastStream(self.broker, lifespan=background, logger=None)
        self._stopping = application.exit
        await application.run()

    def stop(self) -> None:
        """Let `run` return when the batch at hand is committed."""
        self._stopping()

    async def seek(self, assigned: Iterable[TopicPartition]) -> None:
        """Start where our own database says."""
        consumer = self._subscriber.consumer
        if consumer is None:
            return
        positions = await self._positions()
        for place in assigned:
            # Beyond the end, as when a topic was made anew, the reset policy takes the beginning.
            consumer.seek(place, positions.get((place.topic, place.partition), 0))

    async def lag(self) -> int:
        """How many records of our partitions nobody has committed, asked over a new connection.

        Raises BrokerError.
        """
        ours = self._subscriber.consumer.assignment() if self._subscriber.consumer else ()
        consumer = AIOKafkaConsumer(
            bootstrap_servers=self._bootstrap_servers, group_id=self._group_id
        )
        await consumer.start()
        try:
            ends = await consumer.end_offsets(list(ours))
            return sum([end - (await consumer.committed(p) or 0) for p, end in ends.items()])
        finally:
            await consumer.stop()

    async def _commit(self, records: Records) -> None:
        """A failure is harmless: the records come again, and change nothing the second time."""
        consumer = self._subscriber.consumer
        if consumer is None:
            return
        try:
            await consumer.commit(_next_offsets(records))
        except KafkaError as error:
            log.warning("offsets not committed: %s", type(error).__name__)


class _StartWhere(ConsumerRebalanceListener):  # type: ignore[misc]  # aiokafka has no types
    def __init__(self, consumer: Consumer) -> None:
        self._consumer = consumer

    async def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:
        pass

    async def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        try:
            await self._consumer.seek(assigned)
        except Exception:  # aiokafka would log it and go on from the group's offsets
            log.exception("no positions to start from")
            die(1, "the worker stops before it would skip records")


def _next_offsets(records: Iterable[ConsumerRecord[bytes, bytes]]) -> dict[TopicPartition, int]:
    return {TopicPartition(r.topic, r.partition): r.offset + 1 for r in records}


def _records(message: KafkaMessage) -> Records:
    raw = message.raw_message
    return raw if isinstance(raw, tuple) else (raw,)


async def _untouched(message: Any) -> KafkaMessage:
    """FastStream's message around the records, with nothing of theirs decoded."""
    return KafkaMessage(raw_message=message, body=b"", consumer=_Never())


async def _as_it_is(message: KafkaMessage) -> KafkaMessage:
    return message


class _Never:
    """The message's own ways to commit are not used."""

    async def commit(self) -> None:
        raise AssertionError("offsets are committed by Consumer alone")

    def seek(self, partition: TopicPartition, offset: int) -> None:
        raise AssertionError("offsets are committed by Consumer alone")
