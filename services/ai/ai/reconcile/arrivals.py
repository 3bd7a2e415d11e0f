"""Waits until the worker has read the records that core had committed."""

import asyncio
import time

import asyncpg

from ai.kit.broker import BrokerError, KafkaConfig, Reader
from ai.projections.positions import Positions, load_positions
from ai.reconcile.calls import RETRY_SECONDS, Calls
from ongoza_contracts.topics import Topic


class Arrivals:
    def __init__(
        self, calls: Calls, pool: asyncpg.Pool, brokers: KafkaConfig, patience: float
    ) -> None:
        self._calls = calls
        self._pool = pool
        self._brokers = brokers
        self._patience = patience
        self._deadline = 0.0

    def start(self) -> None:
        """Starts the `patience` seconds in which records may arrive."""
        self._deadline = time.monotonic() + self._patience

    async def has_arrived(self, topic: Topic) -> bool:
        """Whether the worker has read all records of the topic that core had committed before.
        Raises CoreUnavailable and CoreRefused."""
        return await self._is_sent(topic) and await self._is_read(topic)

    async def _is_sent(self, topic: Topic) -> bool:
        """Whether the records that core had committed have left the outbox."""
        last = (await self._calls.outbox(topic.kind)).last
        while last is not None:
            first = (await self._calls.outbox(topic.kind)).first
            if first is None or first > last:
                break
            if self._is_late():
                return False
            await asyncio.sleep(RETRY_SECONDS)
        return True

    async def _is_read(self, topic: Topic) -> bool:
        """Whether the worker has read the records that are on the topic now."""
        while True:
            try:
                async with Reader(self._brokers) as reader:
                    return await self._is_read_by(reader, topic)
            except BrokerError:
                if self._is_late():
                    return False
            await asyncio.sleep(RETRY_SECONDS)

    async def _is_read_by(self, reader: Reader, topic: Topic) -> bool:
        ends = await reader.last_stable_offsets([topic])
        while True:
            positions = await self._calls.repeat(lambda: load_positions(self._pool))
            # Markers of transactions and gaps left by compaction hold no record.
            if not await _has_records(reader, positions, ends):
                return True
            if self._is_late():
                return False
            await asyncio.sleep(RETRY_SECONDS)

    def _is_late(self) -> bool:
        return time.monotonic() > self._deadline


async def _has_records(reader: Reader, begin: Positions, ends: Positions) -> bool:
    async for _ in reader.read(begin, ends, records_max=1):
        return True
    return False
