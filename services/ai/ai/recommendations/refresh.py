"""Counts item neighbours again in the background.

The worker starts a process for a count (`python -m ai neighbours`), because it takes seconds of
processor time and memory that the worker does not need afterwards.
"""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import astuple

import asyncpg
import numpy as np
import typer

from ai.catalogue.item_neighbours import (
    Places,
    Settings,
    pack,
    places_by_number,
    read_histories,
)
from ai.catalogue.queries import load_settings_of, load_vectors
from ai.kit.db import UNAVAILABLE, Db, open_pool
from ai.kit.locks import LEARNER_READ_LOCK, RELEASE_COUNT_NEIGHBOURS, TRY_COUNT_NEIGHBOURS
from ai.kit.logs import configure
from ai.kit.settings import load_settings
from ai.projections.counts import update_counts
from ai.projections.marks import mark_catalogue
from ai.recommendations.item_weights import EASE_ITEMS_MAX, weigh
from ai.recommendations.tuning import choose

CHANGED_SHARE = 0.05
CHANGED_MIN = 10
"""Neighbours are counted again when this share of the facts changed, and at least CHANGED_MIN."""
TUNED_RATIO = 1.5
"""Settings are chosen again when there are so many times more or fewer facts than at the choice."""
FORCE_REFRESH = -1
"""Stored instead of the number of facts when a counted learner was erased."""
LEARNERS_PER_PAGE, ITEMS_PER_TRANSACTION = 5000, 500
NICENESS = 15

# Session settings, because a step of a rebuild may take longer than the statement timeout.
PATIENT, USUAL = "SET statement_timeout = 0", "RESET statement_timeout"
# How many facts can be counted now, and how many were counted last time.
FACTS = """
SELECT coalesce(sum(completed), 0)::bigint FROM item_count JOIN content USING (content_id)
"""
MADE = "SELECT facts, tuned_facts, ndcg, revision FROM item_neighbour_settings"
# The catalogue in its order, with the numbers that histories have.
ITEMS = """
SELECT content_id, coalesce(number, 0) AS number
FROM content LEFT JOIN item_count USING (content_id) ORDER BY content_id
"""
GENERATION = "SELECT current_schema()"
HISTORIES = """
SELECT user_id, items FROM completion_history WHERE user_id > $1 ORDER BY user_id LIMIT $2
"""
ERASED = "SELECT count(*) FROM erased_learner"
# Only rows that differ are written, so that readers load only those.
STORE = """
INSERT INTO item_neighbour (content_id, others, closeness, learners, revision)
SELECT *, $5 FROM unnest($1::text[], $2::bytea[], $3::bytea[], $4::bytea[])
ON CONFLICT (content_id) DO UPDATE SET others = excluded.others,
    closeness = excluded.closeness, learners = excluded.learners, revision = excluded.revision
WHERE (item_neighbour.others, item_neighbour.closeness, item_neighbour.learners)
    IS DISTINCT FROM (excluded.others, excluded.closeness, excluded.learners)
"""
STORE_MADE = """
INSERT INTO item_neighbour_settings (
    facts, ndcg, revision, tuned_facts, recency, in_order, out_of_order, order_decay, ridge,
    neighbours, semantic_weight, shrinkage
)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
ON CONFLICT (one) DO UPDATE SET facts = excluded.facts, recency = excluded.recency,
    in_order = excluded.in_order, semantic_weight = excluded.semantic_weight,
    shrinkage = excluded.shrinkage, ndcg = excluded.ndcg, counted_at = now(),
    revision = excluded.revision, tuned_facts = excluded.tuned_facts,
    out_of_order = excluded.out_of_order, order_decay = excluded.order_decay,
    ridge = excluded.ridge, neighbours = excluded.neighbours
"""

command = typer.Typer(add_completion=False)


class CountFailed(RuntimeError):
    """The process that counts ended with another code than 0; it has logged why."""


class NeighboursRefresh:
    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def refresh(self) -> bool:
        """Counts when enough facts changed, in one process at a time. Always False."""
        async with self._only_one() as db:
            if db and await _is_due(db):
                await _refresh(db)
        return False

    async def refresh_in_child(self) -> bool:
        """Like `refresh`, in a process of low priority. Raises CountFailed."""
        async with self._only_one() as db:
            generation = await db.fetchval(GENERATION) if db and await _is_due(db) else None
        if generation:
            child = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "ai", "neighbours", generation
            )
            try:
                if code := await child.wait():
                    raise CountFailed(f"exit code {code}")
            finally:
                if child.returncode is None:
                    child.kill()
        return False

    @asynccontextmanager
    async def _only_one(self) -> AsyncIterator[Db | None]:
        """With counts up to date; None while another process counts."""
        async with self._pool.acquire() as db:
            if not await db.fetchval(TRY_COUNT_NEIGHBOURS):
                yield None
                return
            try:
                await db.execute(PATIENT)
                await update_counts(db)
                yield db
            finally:
                await db.execute(USUAL)
                await db.execute(RELEASE_COUNT_NEIGHBOURS)


async def _is_due(db: Db) -> bool:
    made, facts = await db.fetchrow(MADE), await db.fetchval(FACTS)
    if made is None:
        return bool(facts)
    return made["facts"] == FORCE_REFRESH or bool(
        abs(facts - made["facts"]) >= max(CHANGED_MIN, CHANGED_SHARE * made["facts"])
    )


async def _refresh(db: Db) -> None:
    erased, made = await db.fetchval(ERASED), await db.fetchrow(MADE)
    items = await db.fetch(ITEMS)
    ids, numbers = [row["content_id"] for row in items], [row["number"] for row in items]
    histories = await _histories(db, places_by_number(numbers))
    settings, ndcg, tuned_facts = await _settings(db, made, histories, ids)
    neighbours = await asyncio.to_thread(weigh, histories, len(ids), settings)
    rows = await asyncio.to_thread(pack, neighbours, np.array(numbers, np.int32))
    revision = made["revision"] + 1 if made else 1
    for first in range(0, len(ids), ITEMS_PER_TRANSACTION):
        some = slice(first, first + ITEMS_PER_TRANSACTION)
        async with db.transaction():
            if not await _same_learners(db, erased):
                return
            await db.execute(STORE, ids[some], *map(list, zip(*rows[some], strict=True)), revision)
    async with db.transaction():
        if await _same_learners(db, erased):
            facts = sum(map(len, histories))
            await db.execute(STORE_MADE, facts, ndcg, revision, tuned_facts, *astuple(settings))
            await mark_catalogue(db)


async def _same_learners(db: Db, erased: int) -> bool:
    """Whether nobody was erased since; else the next round counts without them. Nobody is erased
    until the end of the transaction."""
    await db.execute(LEARNER_READ_LOCK)
    return bool(await db.fetchval(ERASED) == erased)


async def _histories(db: Db, place_of: Places) -> list[Places]:
    """Read in pages, so that no statement or transaction lasts long."""
    histories: list[Places] = []
    last = 0
    while rows := await db.fetch(HISTORIES, last, LEARNERS_PER_PAGE):
        last = rows[-1]["user_id"]
        histories += read_histories([row["items"] for row in rows], place_of)
    return histories


async def _settings(
    db: Db, made: asyncpg.Record | None, histories: Sequence[Places], ids: Sequence[str]
) -> tuple[Settings, float | None, int]:
    """The settings, the NDCG@10 they reached, and for how many facts they were chosen."""
    facts = sum(map(len, histories))
    if made and made["ndcg"] is not None:
        tuned_facts = made["tuned_facts"]
        if tuned_facts / TUNED_RATIO <= facts <= tuned_facts * TUNED_RATIO:
            settings = await load_settings_of(db, "item_neighbour")
            if settings.ridge is None or len(ids) <= EASE_ITEMS_MAX:
                return settings, made["ndcg"], tuned_facts
    vectors = await load_vectors(db, ids)
    return *await asyncio.to_thread(choose, histories, vectors), facts


async def _run(generation: str) -> None:
    pool = await open_pool(load_settings(), search_path=f"{generation}, public", size=1)
    try:
        await NeighboursRefresh(pool).refresh()
    finally:
        await pool.close()


@command.command()
def main(generation: str) -> None:
    """Count the item neighbours of a generation again if enough facts changed."""
    configure()
    os.nice(NICENESS)
    try:
        asyncio.run(_run(generation))
    except UNAVAILABLE as error:
        sys.exit(f"the database cannot be reached: {type(error).__name__}: {error}")
