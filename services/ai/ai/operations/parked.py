"""Parked records are listed, retried, accepted or discarded, each with an audit entry."""

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from datetime import datetime

import asyncpg

from ai.kit.broker import Reader
from ai.kit.db import Db
from ai.kit.errors import ApiError, NotFound
from ai.kit.locks import LEARNER_READ_LOCK, LEARNER_WRITE_LOCK
from ai.projections.apply import apply_within
from ai.projections.batch import CONSUMED, Batch, read_batch
from ai.projections.decisions import Decision, accept_version, decide, review_refused
from ai.projections.generations import live_generation
from ai.projections.parked import park
from ai.projections.positions import load_positions
from ai.projections.registry import REGISTRY
from ai.projections.subscriber import NEVER, NOT_APPLICABLE
from ongoza_contracts.codec import Headers
from ongoza_contracts.http.reconcile import VERSION_GAP_MAX

COLUMNS = """
id, generation, topic, partition, "offset", key, value, header_names, header_values, cause_code,
cause, parked_at
"""
# Some records after an id, one record, and some locked until the transaction ends.
PAGE = f"SELECT {COLUMNS} FROM parked_record WHERE id > $1 ORDER BY id LIMIT $2"  # noqa: S608
ONE = f"SELECT {COLUMNS} FROM parked_record WHERE id = $1"  # noqa: S608
LOCKED = f"SELECT {COLUMNS} FROM parked_record WHERE id = ANY($1) ORDER BY id FOR UPDATE"  # noqa: S608
COUNT = "SELECT count(*) FROM parked_record"
MATCHING = """
SELECT id FROM parked_record
WHERE ($1::text IS NULL OR topic = $1) AND ($2::integer IS NULL OR partition = $2)
    AND ($3::bigint IS NULL OR "offset" >= $3) AND ($4::bigint IS NULL OR "offset" <= $4)
    AND ($5::text IS NULL OR cause_code = $5)
ORDER BY id
"""
# A record in each generation that parked it. Key and value exclude another record at the same
# offset of a topic that was deleted and created again.
COPIES = """
FROM parked_record WHERE topic = $1 AND partition = $2 AND "offset" = $3
    AND key IS NOT DISTINCT FROM $4 AND value IS NOT DISTINCT FROM $5
"""
GENERATIONS = f"SELECT generation {COPIES}"
# A record that was applied or discarded is deleted; one that was refused again gets the new cause.
REMOVE = f"DELETE {COPIES}"
NEW_CAUSE = "UPDATE parked_record SET cause_code = $2, cause = $3 WHERE id = $1"
# An entry of the audit.
NOTE = """
INSERT INTO operation (actor, action, subject, outcome, reason) VALUES ($1, $2, $3, $4, $5)
"""

REFUSED_AGAIN = "refused again"
DISCARDED_AT_ONCE = 500
SCANNED_AT_ONCE = 5000


class StillRefused(ApiError):
    status = 409
    code = "still_refused"
    detail = "The record is refused again; it stays parked."


@dataclass(frozen=True, slots=True)
class Parked:
    """A record as it was received, its position, and why it was parked."""

    id: int
    generation: str
    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Headers
    cause_code: str
    cause: str
    parked_at: datetime
    timestamp: int = 0
    """Unknown: how long a record was parked says nothing about how fast facts arrive."""


@dataclass(frozen=True, slots=True)
class Filter:
    """Selects parked records; None does not restrict."""

    topic: str | None = None
    partition: int | None = None
    first: int | None = None
    """The lowest offset; `last` is the highest."""
    last: int | None = None
    cause: str | None = None


@dataclass(frozen=True, slots=True)
class Page:
    records: list[Parked]
    total: int
    next: int | None
    """The id after which the next page begins; None on the last page."""


async def page(pool: asyncpg.Pool, *, after: int, limit: int) -> Page:
    """A page of parked records, oldest first."""
    rows = await pool.fetch(PAGE, after, limit + 1)
    records = [_parked(row) for row in rows[:limit]]
    following = records[-1].id if len(rows) > limit else None
    return Page(records, await pool.fetchval(COUNT), following)


async def matching(pool: asyncpg.Pool, only: Filter) -> list[int]:
    """The ids of the records that a filter allows, oldest first."""
    return [row[0] for row in await pool.fetch(MATCHING, *astuple(only))]


async def one(pool: asyncpg.Pool, parked_id: int) -> Parked:
    """Raises NotFound."""
    for row in await pool.fetch(ONE, parked_id):
        return _parked(row)
    raise NotFound


async def retry(pool: asyncpg.Pool, parked_id: int, actor: str) -> str:
    """Apply the record as the worker would have, under the version guard, to the live generation
    and to each that parked it. Returns the outcome in words. Raises NotFound and StillRefused."""
    async with pool.acquire() as db, db.transaction():
        parked = await _lock_to_apply(db, parked_id)
        outcome = await _apply(db, parked)
        await _note(db, actor, "retry", [parked], outcome)
    if outcome == REFUSED_AGAIN:
        raise StillRefused
    return outcome


async def accept(pool: asyncpg.Pool, parked_id: int, actor: str, reason: str) -> str:
    """Apply a record although its key, partition, subject or version speaks against it, and have
    it applied wherever it is read again. Returns the outcome in words.

    Raises NotFound, and StillRefused for a record without a readable fact.
    """
    async with pool.acquire() as db, db.transaction():
        parked = await _lock_to_apply(db, parked_id)
        await decide(db, [parked], Decision.ACCEPTED)
        await _accept_versions(db, parked)
        outcome = await _apply(db, parked)
        if outcome == REFUSED_AGAIN:
            raise StillRefused
        await _note(db, actor, "accept", [parked], outcome, reason)
    return outcome


async def discard(pool: asyncpg.Pool, parked_id: int, actor: str, reason: str) -> None:
    """Like `discard_all` for one record. Raises NotFound."""
    if not await discard_all(pool, [parked_id], actor, reason):
        raise NotFound


async def discard_all(
    pool: asyncpg.Pool, parked_ids: Sequence[int], actor: str, reason: str
) -> int:
    """Deletes records permanently, wherever they are read again; the next version of its entity
    repairs what is missing. Returns how many there were."""
    count = 0
    for begin in range(0, len(parked_ids), DISCARDED_AT_ONCE):
        async with pool.acquire() as db, db.transaction():
            found = await _locked(db, parked_ids[begin : begin + DISCARDED_AT_ONCE])
            await decide(db, found, Decision.DISCARDED)
            await db.executemany(REMOVE, [_identity(one) for one in found])
            await _note(db, actor, "discard", found, "discarded", reason)
        count += len(found)
    return count


async def scan(pool: asyncpg.Pool, reader: Reader) -> int:
    """Parks the records between the worker's position and the last stable offsets that the worker
    would refuse, without moving the position. Returns how many.

    Raises BrokerError.
    """
    count = 0
    begin, ends = await load_positions(pool), await reader.last_stable_offsets(CONSUMED)
    async for records in reader.read(begin, ends, SCANNED_AT_ONCE):
        batch = read_batch(records)
        await review_refused(pool, batch)
        async with pool.acquire() as db, db.transaction():
            await db.execute(LEARNER_READ_LOCK)
            await park(db, str(await live_generation(db)), batch.refused)
        count += len(batch.refused)
    return count


async def _lock_to_apply(db: Db, parked_id: int) -> Parked:
    """Raises NotFound."""
    await db.execute(LEARNER_WRITE_LOCK)  # the record may be an erasure
    for parked in await _locked(db, [parked_id]):
        return parked
    raise NotFound


async def _accept_versions(db: Db, parked: Parked) -> None:
    for refused in read_batch([parked]).refused:
        if refused.fact and refused.fact.version > VERSION_GAP_MAX:
            await accept_version(db, refused.fact, REGISTRY)


async def _apply(db: Db, parked: Parked) -> str:
    """Deletes the record from the parked ones unless it is refused again."""
    live = str(await live_generation(db))
    parked_by = {row[0] for row in await db.fetch(GENERATIONS, *_identity(parked))}
    outcomes = {name: await _apply_to(db, name, parked) for name in sorted({live, *parked_by})}
    if REFUSED_AGAIN in outcomes.values():
        return REFUSED_AGAIN
    await db.execute(REMOVE, *_identity(parked))
    return outcomes[live]


async def _apply_to(db: Db, generation: str, parked: Parked) -> str:
    await db.execute(f"SET LOCAL search_path = {generation}, public")
    batch = read_batch([parked])
    await review_refused(db, batch)
    batch.positions.clear()  # retrying a record does not move the worker's position
    if batch.refused:
        (refused,) = batch.refused
        await db.execute(NEW_CAUSE, parked.id, refused.code, refused.cause)
        return REFUSED_AGAIN
    return await _write(db, generation, parked, batch)


async def _write(db: Db, generation: str, parked: Parked, batch: Batch) -> str:
    try:
        async with db.transaction():  # a savepoint: the audit is written in any case
            applied = await apply_within(db, batch, generation, "operator")
    except NEVER as error:
        await db.execute(NEW_CAUSE, parked.id, NOT_APPLICABLE, type(error).__name__)
        return REFUSED_AGAIN
    if batch.unknown_types or batch.tombstones:
        return "nothing to apply"
    return "applied" if applied.entities else "superseded by a newer version"


async def _locked(db: Db, parked_ids: Sequence[int]) -> list[Parked]:
    return [_parked(row) for row in await db.fetch(LOCKED, parked_ids)]


def _identity(parked: Parked) -> tuple[object, ...]:
    return parked.topic, parked.partition, parked.offset, parked.key, parked.value


async def _note(
    db: Db,
    actor: str,
    action: str,
    records: Sequence[Parked],
    outcome: str,
    reason: str | None = None,
) -> None:
    subjects = [f"parked {one.id}: {one.topic} {one.partition} {one.offset}" for one in records]
    await db.executemany(NOTE, [(actor, action, subject, outcome, reason) for subject in subjects])


def _parked(row: asyncpg.Record) -> Parked:
    names, values = row["header_names"], row["header_values"]
    return Parked(
        id=row["id"],
        generation=row["generation"],
        topic=row["topic"],
        partition=row["partition"],
        offset=row["offset"],
        key=row["key"],
        value=row["value"],
        headers=list(zip(names, values, strict=True)),
        cause_code=row["cause_code"],
        cause=row["cause"],
        parked_at=row["parked_at"],
    )
