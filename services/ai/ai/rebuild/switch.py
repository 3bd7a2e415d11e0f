"""Brings a generation to the positions of the live one, to compare the two or to make it live.

Writers wait while it catches up with the last records and is made live, and never while whole
generations are compared.
"""

import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from ai.kit.broker import Reader
from ai.kit.db import Db
from ai.kit.failpoints import failpoint
from ai.kit.locks import HOLD_WRITERS, LEARNER_WRITE_LOCK, RELEASE_WRITERS
from ai.projections.apply import Applier
from ai.projections.batch import read_batch
from ai.projections.decisions import review_refused
from ai.projections.generations import publish_live
from ai.projections.positions import Positions

RECORDS_PER_BATCH = 5000
# After a longer wait for readers of the views the attempt fails and is repeated.
PATIENCE = "SET LOCAL lock_timeout = '300ms'"
VIEWS = "SELECT 'live.' || viewname FROM pg_views WHERE schemaname = 'live' ORDER BY 1"
LOCK_VIEWS = "LOCK TABLE {views} IN ACCESS EXCLUSIVE MODE"
# The first query of a transaction decides what the transaction sees.
TAKE_SNAPSHOT = "SELECT count(*) FROM generation"
# A worker reports every two seconds.
WORKER_RUNS = """
SELECT EXISTS (
    SELECT FROM worker_status
    WHERE worker NOT LIKE 'rebuild-%' AND heartbeat_at > now() - interval '10 seconds'
)
"""


@dataclass(frozen=True, slots=True)
class Switched:
    held_seconds: float
    """The longest time for which writers waited at once."""
    switch_seconds: float
    """How long readers may have waited."""


@dataclass(frozen=True, slots=True)
class ReadingRange:
    begin: Positions
    until: Positions

    @property
    def offsets(self) -> int:
        return sum(max(end - self.begin.get(one, 0), 0) for one, end in self.until.items())


async def has_worker(db: Db) -> bool:
    """Whether a worker of any generation runs: it will continue on the live one."""
    return bool(await db.fetchval(WORKER_RUNS))


@asynccontextmanager
async def at_same_positions(
    db: Db,
    applier: Applier,
    reader: Reader,
    reading_range: Callable[[Db], Awaitable[ReadingRange]],
) -> AsyncIterator[float]:
    """A transaction of `db` that sees `applier`'s generation and the live one at the same
    positions, however far writers go on meanwhile. Yields for how many seconds they waited."""
    await db.execute(HOLD_WRITERS)
    began = time.monotonic()
    try:
        async with db.transaction():
            await _catch_up(db, applier, reader, reading_range)
        snapshot = db.transaction(isolation="repeatable_read", readonly=True)
        await snapshot.start()
        await db.fetchval(TAKE_SNAPSHOT)
    finally:
        await db.execute(RELEASE_WRITERS)
    try:
        yield time.monotonic() - began
    finally:
        await snapshot.rollback()


async def catch_up_and_switch(
    db: Db,
    applier: Applier,
    reader: Reader,
    *,
    reading_range: Callable[[Db], Awaitable[ReadingRange]],
    check: Callable[[Db], Awaitable[None]],
) -> Switched:
    """Apply exactly `reading_range` to `applier`'s generation, `check` it and make it live, in one
    transaction that holds off every writer. What `check` raises undoes all of it.

    Raises asyncpg.LockNotAvailableError when readers hold the views too long; then try again.
    """
    async with db.transaction():
        await db.execute(LEARNER_WRITE_LOCK)
        began = time.monotonic()
        await _catch_up(db, applier, reader, reading_range)
        await check(db)
        switching = time.monotonic()
        await db.execute(PATIENCE)
        # In one statement, because a reader that holds one view and waits for the next could
        # deadlock.
        views = ", ".join([row[0] for row in await db.fetch(VIEWS)])
        await db.execute(LOCK_VIEWS.format(views=views))
        await publish_live(db, applier.generation)
        failpoint("rebuild.switch")
    ended = time.monotonic()
    return Switched(ended - began, ended - switching)


async def _catch_up(
    db: Db,
    applier: Applier,
    reader: Reader,
    reading_range: Callable[[Db], Awaitable[ReadingRange]],
) -> None:
    """Call it while writers are held off."""
    await db.execute(f"SET LOCAL search_path = {applier.generation}, public")
    rest = await reading_range(db)
    async for records in reader.read(rest.begin, rest.until, RECORDS_PER_BATCH):
        batch = read_batch(records)
        await review_refused(db, batch)
        await applier.apply_within(db, batch)
