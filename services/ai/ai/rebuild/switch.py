"""Makes a generation live while nobody writes and both are at the same positions."""

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from ai.kit.broker import Reader
from ai.kit.db import Db
from ai.kit.failpoints import failpoint
from ai.kit.locks import LEARNER_WRITE_LOCK
from ai.projections.apply import Applier
from ai.projections.batch import read_batch
from ai.projections.decisions import review_refused
from ai.projections.generations import publish_live
from ai.projections.positions import Positions
from ai.recommendations.announce import VERSION

RECORDS_PER_BATCH = 5000
# After a longer wait for readers of the views the attempt fails and is repeated.
PATIENCE = "SET LOCAL lock_timeout = '300ms'"
VIEWS = "SELECT 'live.' || viewname FROM pg_views WHERE schemaname = 'live' ORDER BY 1"
LOCK_VIEWS = "LOCK TABLE {views} IN ACCESS EXCLUSIVE MODE"
# Notes the lists that change with the switch, so that they are published.
ANNOUNCE = f"""
INSERT INTO refreshed_list (user_id, version)
SELECT user_id, {VERSION} FROM {{new}}.recommendation AS made
LEFT JOIN {{live}}.recommendation AS known USING (user_id)
WHERE known.content_ids IS DISTINCT FROM made.content_ids ORDER BY user_id
ON CONFLICT (user_id) DO UPDATE SET version = excluded.version
WHERE refreshed_list.version IS NOT NULL
"""  # noqa: S608 - constants, and names of our own generations
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
    """How long writers waited: for the last records, the comparison and the switch."""
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


async def catch_up_and_switch(
    db: Db,
    applier: Applier,
    reader: Reader,
    *,
    live: str,
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
        await db.execute(f"SET LOCAL search_path = {applier.generation}, public")
        rest = await reading_range(db)
        async for records in reader.read(rest.begin, rest.until, RECORDS_PER_BATCH):
            batch = read_batch(records)
            await review_refused(db, batch)
            await applier.apply_within(db, batch)
        await check(db)
        await db.execute(ANNOUNCE.format(live=live, new=applier.generation))
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
