"""Parked records are listed, retried, accepted or discarded, each with an audit entry."""

from dataclasses import dataclass
from datetime import datetime

import asyncpg

from ai.kit.db import Db
from ai.kit.errors import ApiError, NotFound
from ai.kit.locks import LEARNER_WRITE_LOCK
from ai.projections.apply import apply_within
from ai.projections.batch import Batch, read_batch
from ai.projections.decisions import Decision, decide, settle
from ai.projections.generations import live_generation
from ai.projections.subscriber import NEVER
from ongoza_contracts.codec import Headers

COLUMNS = """
id, generation, topic, partition, "offset", key, value, header_names, header_values, cause_code,
cause, parked_at
"""
# Some records after an id, one record, and the same locked until the transaction ends.
PAGE = f"SELECT {COLUMNS} FROM parked_record WHERE id > $1 ORDER BY id LIMIT $2"  # noqa: S608
ONE = f"SELECT {COLUMNS} FROM parked_record WHERE id = $1"  # noqa: S608
LOCKED = f"{ONE} FOR UPDATE"
COUNT = "SELECT count(*) FROM parked_record"
# A record that was applied or discarded is deleted; one that was refused again gets the new cause.
REMOVE = "DELETE FROM parked_record WHERE id = $1"
NEW_CAUSE = "UPDATE parked_record SET cause_code = $2, cause = $3 WHERE id = $1"
# An entry of the audit.
NOTE = """
INSERT INTO operation (actor, action, subject, outcome, reason) VALUES ($1, $2, $3, $4, $5)
"""

REFUSED_AGAIN = "refused again"


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


async def one(pool: asyncpg.Pool, parked_id: int) -> Parked:
    """Raises NotFound."""
    for row in await pool.fetch(ONE, parked_id):
        return _parked(row)
    raise NotFound


async def retry(pool: asyncpg.Pool, parked_id: int, actor: str) -> str:
    """Apply the record to the live generation as the worker would have, under the version guard.
    Returns the outcome in words. Raises NotFound and StillRefused."""
    async with pool.acquire() as db, db.transaction():
        parked = await _lock_to_apply(db, parked_id)
        outcome = await _apply(db, parked)
        await _note(db, actor, "retry", parked, outcome)
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
        await decide(db, parked, Decision.ACCEPTED)
        outcome = await _apply(db, parked)
        if outcome == REFUSED_AGAIN:
            raise StillRefused
        await _note(db, actor, "accept", parked, outcome, reason)
    return outcome


async def discard(pool: asyncpg.Pool, parked_id: int, actor: str, reason: str) -> None:
    """Deletes the record permanently, wherever it is read again; the next version of its entity
    repairs what is missing.

    Raises NotFound.
    """
    async with pool.acquire() as db, db.transaction():
        parked = await _locked(db, parked_id)
        await decide(db, parked, Decision.DISCARDED)
        await db.execute(REMOVE, parked.id)
        await _note(db, actor, "discard", parked, "discarded", reason)


async def _lock_to_apply(db: Db, parked_id: int) -> Parked:
    await db.execute(LEARNER_WRITE_LOCK)  # the record may be an erasure
    return await _locked(db, parked_id)


async def _apply(db: Db, parked: Parked) -> str:
    """Deletes the record from the parked ones unless it is refused again."""
    generation = await live_generation(db)
    await db.execute(f"SET LOCAL search_path = {generation}, public")
    batch = read_batch([parked])
    await settle(db, batch)
    batch.positions.clear()  # retrying a record does not move the worker's position
    if batch.refused:
        (refused,) = batch.refused
        await db.execute(NEW_CAUSE, parked.id, refused.code, refused.cause)
        return REFUSED_AGAIN
    return await _write(db, str(generation), parked, batch)


async def _write(db: Db, generation: str, parked: Parked, batch: Batch) -> str:
    try:
        async with db.transaction():  # a savepoint: the audit is written in any case
            applied = await apply_within(db, batch, generation, "operator")
    except NEVER as error:
        await db.execute(NEW_CAUSE, parked.id, "not_applicable", type(error).__name__)
        return REFUSED_AGAIN
    await db.execute(REMOVE, parked.id)
    if batch.unknown_types or batch.tombstones:
        return "nothing to apply"
    return "applied" if applied.entities else "superseded by a newer version"


async def _locked(db: Db, parked_id: int) -> Parked:
    for row in await db.fetch(LOCKED, parked_id):
        return _parked(row)
    raise NotFound


async def _note(
    db: Db, actor: str, action: str, parked: Parked, outcome: str, reason: str | None = None
) -> None:
    subject = f"parked {parked.id}: {parked.topic} {parked.partition} {parked.offset}"
    await db.execute(NOTE, actor, action, subject, outcome, reason)


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
