"""Positions that no database stores."""

import asyncio
from collections.abc import Collection, Mapping

from ai.kit.broker import PartitionLog, TopicPartition


class FixedPositions:
    """Gives the same positions every time; without them, the beginning of each log."""

    def __init__(
        self, positions: Mapping[TopicPartition, int] | None = None, late: float = 0
    ) -> None:
        """`late` is how many seconds they take to load."""
        self._positions = dict(positions or {})
        self._late = late
        self.shorter: list[TopicPartition] = []

    async def begin_at(
        self, logs: Mapping[TopicPartition, PartitionLog]
    ) -> dict[TopicPartition, int]:
        await asyncio.sleep(self._late)
        return {
            partition: self._positions.get(partition, log.begin) for partition, log in logs.items()
        }

    async def load(self) -> Mapping[TopicPartition, int]:
        return self._positions

    async def report_shorter(self, partitions: Collection[TopicPartition]) -> None:
        self.shorter += partitions
