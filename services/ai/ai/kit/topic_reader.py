"""Reads ranges of offsets without joining a consumer group."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime

from aiokafka import ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError

from ai.kit.consumers import create_consumer
from ai.kit.kafka_config import FETCH_WAIT_MS, WAIT_MS, KafkaConfig
from ai.kit.topic_logs import PartitionLog, partition_logs
from ongoza_contracts.topics import Topic

STALLED_SECONDS = 30.0


class Stalled(KafkaError):  # type: ignore[misc]  # aiokafka has no types
    """A partition returned no records for a long time before the requested offset."""


class Reader:
    def __init__(self, brokers: KafkaConfig) -> None:
        self._brokers = brokers
        self._consumer = create_consumer(
            brokers,
            auto_offset_reset="earliest",
            fetch_max_wait_ms=FETCH_WAIT_MS,
            max_partition_fetch_bytes=4 * 1024 * 1024,
        )

    async def __aenter__(self) -> "Reader":
        try:
            await self._consumer.start()
        except BaseException:  # also when it is cancelled because the brokers do not answer
            await self._consumer.stop()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        try:
            await self._consumer.stop()
        except asyncio.CancelledError:
            # aiokafka cancels and awaits a task of its own, and lets this through where the task
            # had not begun yet. It must not end the caller, which nobody cancelled.
            task = asyncio.current_task()
            if task is None or task.cancelling():
                raise

    async def last_stable_offsets(self, topics: Sequence[Topic]) -> dict[TopicPartition, int]:
        """For each partition the offset up to which it can be read: that of the first record of the
        first open transaction, or without one the offset after the last record. Raises
        BrokerError."""
        return dict(await self._consumer.end_offsets(_partitions(topics)))

    async def logs(self, topics: Sequence[Topic]) -> dict[TopicPartition, PartitionLog]:
        """The logs of the partitions that exist. Raises BrokerError."""
        return await partition_logs(self._brokers, _partitions(topics))

    async def at_time(self, topics: Sequence[Topic], moment: datetime) -> dict[TopicPartition, int]:
        """For each partition the offset of the first record written at `moment` or later.

        Raises BrokerError.
        """
        wanted = dict.fromkeys(_partitions(topics), int(moment.timestamp() * 1000))
        found = await self._consumer.offsets_for_times(wanted)
        ends = await self.last_stable_offsets(topics)
        return {partition: at.offset if at else ends[partition] for partition, at in found.items()}

    async def read(
        self,
        begin: Mapping[TopicPartition, int],
        until: Mapping[TopicPartition, int],
        records_max: int,
    ) -> AsyncIterator[list[ConsumerRecord[bytes, bytes]]]:
        """Batches of the records from `begin` (by default 0) up to, but without, `until`.

        Raises BrokerError, and Stalled when `until` is not reached, because the log became shorter.
        """
        left = {
            TopicPartition(*partition): end
            for partition, end in until.items()
            if begin.get(partition, 0) < end
        }
        if not left:
            return  # without partitions to read aiokafka may hang when it stops
        self._consumer.assign(list(left))
        for partition in left:
            self._consumer.seek(partition, begin.get(partition, 0))
        while left:
            try:
                async with asyncio.timeout(STALLED_SECONDS):
                    batch = await self._next_batch(left, records_max)
            except TimeoutError:
                raise Stalled(_describe_unread(left)) from None
            if batch:
                yield batch

    async def _next_batch(
        self, left: dict[TopicPartition, int], records_max: int
    ) -> list[ConsumerRecord[bytes, bytes]]:
        """Waits until a position moves, takes the partitions that are read to their end out of
        `left`, and returns the records, which may be none."""
        before = [await self._consumer.position(partition) for partition in left]
        while True:
            fetched = await self._consumer.getmany(
                *left, timeout_ms=WAIT_MS, max_records=records_max
            )
            # The position, not the last record, which compaction may have deleted.
            positions = {one: await self._consumer.position(one) for one in left}
            if [*positions.values()] != before:
                break
        batch = [r for p, some in fetched.items() for r in some if r.offset < left[p]]
        for partition, position in positions.items():
            if position >= left[partition]:
                del left[partition]
        return batch


def _describe_unread(left: Mapping[TopicPartition, int]) -> str:
    ends = ", ".join(f"{one.topic}:{one.partition}:{end}" for one, end in sorted(left.items()))
    return f"nothing came for {STALLED_SECONDS:.0f} s before {ends} (topic:partition:offset)"


def _partitions(topics: Sequence[Topic]) -> list[TopicPartition]:
    return [
        TopicPartition(topic.name, number) for topic in topics for number in range(topic.partitions)
    ]
