"""Makes a generation live while nobody writes and both are at the same positions."""

import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

import asyncpg

from ai.kit.broker import Reader, TopicPartition
from ai.kit.db import Db
from ai.kit.failpoints import failpoint
from ai.kit.locks import LEARNER_WRITE_LOCK
from ai.projections.apply import Applier
from ai.projections.batch import read_batch
from ai.projections.decisions import settle
from ai.projections.generations import publish_live
from ai.projections.positions import POSITIONS
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
POSITIONS_OF = POSITIONS.replace("consumed", "{schema}.consumed")


@dataclass(frozen=True, slots=True)
class Switched:
    held_seconds: float
    """How long writers waited: for the last records, the comparison and the switch."""
    switch_seconds: float
    """How long readers may have waited."""


async def positions_of(db: Db | asyncpg.Pool, schema: str) -> dict[TopicPartition, int]:
    rows = await db.fetch(POSITIONS_OF.format(schema=schema))
    return {(row["topic"], row["partition"]): row["next_offset"] for row in rows}


async def catch_up_and_switch(
    db: Db,
    applier: Applier,
    reader: Reader,
    *,
    live: str,
    target: Callable[[Db], Awaitable[Mapping[TopicPartition, int]]],
    check: Callable[[Db], Awaitable[None]],
) -> Switched:
    """Bring `applier`'s generation to exactly `target`, `check` it and make it live, in one
    transaction that holds off every writer. What `check` raises undoes all of it.

    Raises asyncpg.LockNotAvailableError when readers hold the views too long; then try again.
    """
    async with db.transaction():
        await db.execute(LEARNER_WRITE_LOCK)
        began = time.monotonic()
        await db.execute(f"SET LOCAL search_path = {applier.generation}, public")
        begin = await positions_of(db, applier.generation)
        async for records in reader.read(begin, await target(db), RECORDS_PER_BATCH):
            batch = read_batch(records)
            await settle(db, batch)
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
