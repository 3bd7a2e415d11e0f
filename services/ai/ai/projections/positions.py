"""The position of each partition, stored in the transaction that applies its records.

A consumer starts here and not at its group's offsets. So a database that was lost, or restored from
a backup, fills itself again, and two generations can be brought to the same position.

A position belongs to the log it was read from. In a topic that was deleted and created again, or
whose log became shorter, it would skip records, so the topic is read from the beginning; the
version guard makes that safe.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias, TypeVar

import asyncpg

from ai.kit.broker import PartitionLog, TopicPartition
from ai.kit.db import UNAVAILABLE, Db

Positions: TypeAlias = Mapping[tuple[str, int], int]
"""By topic and partition, the offset of the first record that has not been applied."""
Logs: TypeAlias = Mapping[TopicPartition, PartitionLog]
T = TypeVar("T")

# A position has no id when it was stored before ids were, or when the caller does not know the id.
STORE = """
INSERT INTO consumed AS stored (topic, partition, next_offset, topic_id)
SELECT * FROM unnest($1::text[], $2::integer[], $3::bigint[], $4::text[])
ON CONFLICT (topic, partition) DO UPDATE SET
    next_offset = {next_offset}, topic_id = coalesce(excluded.topic_id, stored.topic_id)
"""
SET_POSITIONS = STORE.format(next_offset="excluded.next_offset")
# A worker that was paused longer than its session may apply a batch after its successor did.
ADVANCE = STORE.format(
    next_offset="""CASE WHEN excluded.topic_id <> stored.topic_id THEN excluded.next_offset
        ELSE greatest(excluded.next_offset, stored.next_offset) END"""
)
REWIND = """
UPDATE consumed SET next_offset = 0
WHERE (topic, partition) IN (SELECT * FROM unnest($1::text[], $2::integer[]))
"""
STORED = "SELECT topic, partition, next_offset, topic_id FROM {schema}consumed"
REPORT_LOST = """
INSERT INTO lost_topic (topic, cause) SELECT unnest($1::text[]), $2
ON CONFLICT (topic) DO UPDATE SET cause = excluded.cause, noticed_at = now()
"""
LOST = "SELECT topic FROM {schema}.lost_topic ORDER BY topic"
RETRY_SECONDS = 1.0

log = logging.getLogger(__name__)


class Cause(StrEnum):
    """Why positions in a topic are not used."""

    RECREATED = "recreated"
    SHORTER = "shorter"


EXPLANATIONS = {
    Cause.RECREATED: "was deleted and created again",
    Cause.SHORTER: "lost its newest records",
}


@dataclass(frozen=True, slots=True)
class StoredPosition:
    next_offset: int
    topic_id: str | None
    """None when the position was stored before ids were."""

    def cause_in(self, present: PartitionLog) -> Cause | None:
        """Why this is not a position in `present`; None when it is one."""
        if self.topic_id not in (None, present.topic_id):
            return Cause.RECREATED
        return Cause.SHORTER if self.next_offset > present.end else None


StoredPositions: TypeAlias = Mapping[TopicPartition, StoredPosition]


async def advance(
    db: Db | asyncpg.Pool, positions: Positions, topic_ids: Mapping[str, str] | None = None
) -> None:
    """Call it in the transaction that applies the records before these positions. `topic_ids` are
    those of the topics that were read. In the same topic a position never moves back."""
    await _store(db, ADVANCE, positions, topic_ids)


async def _store(
    db: Db | asyncpg.Pool,
    statement: str,
    positions: Positions,
    topic_ids: Mapping[str, str] | None,
) -> None:
    partitions = sorted(positions)
    await db.execute(
        statement,
        [topic for topic, _ in partitions],
        [number for _, number in partitions],
        [positions[partition] for partition in partitions],
        [(topic_ids or {}).get(topic) for topic, _ in partitions],
    )


async def load_stored(
    db: Db | asyncpg.Pool, schema: str = ""
) -> dict[TopicPartition, StoredPosition]:
    """The positions of the generation `schema`, by default of the one in the search path."""
    rows = await db.fetch(STORED.format(schema=f"{schema}." if schema else ""))
    return {
        TopicPartition(row["topic"], row["partition"]): StoredPosition(
            row["next_offset"], row["topic_id"]
        )
        for row in rows
    }


async def load_positions(db: Db | asyncpg.Pool) -> dict[TopicPartition, int]:
    return {partition: one.next_offset for partition, one in (await load_stored(db)).items()}


def begin_at(stored: StoredPositions, logs: Logs) -> dict[TopicPartition, int]:
    """By partition, the stored position, or the beginning of a log without a valid position."""
    return {partition: _begin(stored.get(partition), log) for partition, log in logs.items()}


def _begin(stored: StoredPosition | None, present: PartitionLog) -> int:
    if stored is None or stored.cause_in(present):
        return present.begin
    return max(stored.next_offset, present.begin)


def lost_topics(stored: StoredPositions, logs: Logs) -> dict[str, Cause]:
    """The topics with a position that cannot be used, each with one cause."""
    causes = {
        partition.topic: cause
        for partition, one in stored.items()
        if partition in logs and (cause := one.cause_in(logs[partition]))
    }
    return dict(sorted(causes.items()))


async def report_lost(db: Db | asyncpg.Pool, topics: Iterable[str], cause: Cause) -> None:
    """Logs the topics, and stores them for the status."""
    names = sorted(topics)
    await db.execute(REPORT_LOST, names, cause)
    for name in names:
        log.warning(
            "%s %s and is read from the beginning; `python -m core.manage refill_topic %s` "
            "publishes again what it should have",
            *(name, EXPLANATIONS[cause], name),
        )


async def reported_lost(db: Db | asyncpg.Pool, schema: str) -> list[str]:
    return [row["topic"] for row in await db.fetch(LOST.format(schema=schema))]


class WorkerPositions:
    """The positions of one worker on one generation. Waits while the database is unavailable."""

    def __init__(self, pool: asyncpg.Pool, topic_ids: dict[str, str]) -> None:
        """`topic_ids` is filled with the ids of the topics that the worker reads."""
        self._pool = pool
        self._topic_ids = topic_ids

    async def begin_at(self, logs: Logs) -> dict[TopicPartition, int]:
        """Also stores the ids of topics whose positions have none, and reports lost topics."""
        return await self._retry_while_unavailable(lambda: self._begin_at(logs))

    async def load(self) -> dict[TopicPartition, int]:
        return await self._retry_while_unavailable(lambda: load_positions(self._pool))

    async def report_shorter(self, partitions: Collection[TopicPartition]) -> None:
        await self._retry_while_unavailable(lambda: self._report_shorter(partitions))

    async def _report_shorter(self, partitions: Collection[TopicPartition]) -> None:
        """A position beyond the log's end would skip what is written there later."""
        topics, numbers = zip(*sorted(partitions), strict=True)
        async with self._pool.acquire() as db, db.transaction():
            await db.execute(REWIND, topics, numbers)
            await report_lost(db, {*topics}, Cause.SHORTER)

    async def _begin_at(self, logs: Logs) -> dict[TopicPartition, int]:
        self._topic_ids.update({partition.topic: one.topic_id for partition, one in logs.items()})
        async with self._pool.acquire() as db, db.transaction():
            stored = await load_stored(db)
            begin = begin_at(stored, logs)
            known = {partition: begin[partition] for partition in stored.keys() & logs.keys()}
            await _store(db, SET_POSITIONS, known, self._topic_ids)
            for topic, cause in lost_topics(stored, logs).items():
                await report_lost(db, [topic], cause)
        return begin

    async def _retry_while_unavailable(self, work: Callable[[], Awaitable[T]]) -> T:
        while True:
            try:
                return await work()
            except UNAVAILABLE as error:
                log.warning("waiting for the stored positions: %s", type(error).__name__)
                await asyncio.sleep(RETRY_SECONDS)
