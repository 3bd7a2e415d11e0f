"""The lists of learners who are all marked, as the worker computes them, with nothing beside it."""

import asyncio
import time
from collections.abc import Iterator
from datetime import timedelta

import asyncpg
import numpy as np

from ai.catalogue.cache import CatalogueCache
from ai.embeddings.encoder import open_encoder
from ai.embeddings.queue import EncoderQueue
from ai.projections.marks import mark_catalogue, mark_learners
from ai.projections.tables import write_content, write_learners, write_progress
from ai.rebuild.vectors import embed_rest
from ai.recommendations.recompute import Recompute
from ai.recommendations.refresh import NeighboursRefresh
from ongoza_contracts.content import ContentPublished
from ongoza_contracts.progress import ProgressUpdated
from ongoza_contracts.vocabulary import ProgressStatus
from scripts.bench.figures import Figure, Line, Result, compare
from scripts.bench.product import NOW, ai_pool, catalogue_facts, progress_fact, user_facts
from scripts.bench.running import Size, interleave, run_child
from scripts.stack.stack import Stack

FEW = 1_000
ITEMS = 12
COMPLETED = 9
WARM_UP = 100
"""How many lists are computed before the clock starts, so that the catalogue is loaded."""
EMPTY = """
TRUNCATE content, learner, progress, dirty_learner, recommendation, refreshed_list, item_neighbour,
    item_neighbour_settings
"""
LISTS = "SELECT count(*) FROM recommendation"


def recompute(size: Size, stack: Stack) -> list[Figure]:
    """A list among ten times as many learners, beside one among few."""
    few = size.of(FEW)
    sides = interleave(
        size,
        lambda: run_child(stack, recompute_all, 10 * few),
        lambda: run_child(stack, recompute_all, few),
    )
    return compare(sides, Line("recompute, of a learner", "ms", "ms_per_learner", "<= 1.5"))


async def recompute_all(count: int) -> Result:
    async with await ai_pool() as pool:
        await _fill(pool, count)
        catalogues = CatalogueCache(pool)
        await NeighboursRefresh(pool, catalogues).refresh()
        worker = Recompute(pool, catalogues, announced=asyncio.Event())
        for marked in (WARM_UP, count):
            async with pool.acquire() as db:
                await mark_learners(db, range(1, marked + 1))
            began = time.perf_counter()
            while await worker.recompute_some():
                pass
            seconds = time.perf_counter() - began
        found = await pool.fetchval(LISTS)
    if found != count:
        raise RuntimeError(f"{found} of {count} learners have a list")
    return {"ms_per_learner": 1000 * seconds / count}


async def _fill(pool: asyncpg.Pool, count: int) -> None:
    """The demo's catalogue with its vectors, and learners who have been here for some months."""
    items = catalogue_facts()
    async with pool.acquire() as db:
        await db.execute(EMPTY)
        await write_content(db, items)
        await write_learners(db, [*user_facts(count)])
        await write_progress(db, [*_progress(count, items)])
        await mark_catalogue(db)
        await db.execute("ANALYZE learner; ANALYZE progress")
    encoder = EncoderQueue(open_encoder())
    await embed_rest(pool, encoder, lambda *_: None)
    encoder.close()


def _progress(count: int, items: list[ContentPublished]) -> Iterator[ProgressUpdated]:
    """Popular items are taken more often, as everywhere."""
    random = np.random.default_rng(3)
    popularity = 1 / np.arange(1, len(items) + 1)
    for user_id in range(1, count + 1):
        taken = random.choice(len(items), ITEMS, replace=False, p=popularity / popularity.sum())
        for place, number in enumerate(taken.tolist()):
            done = place < COMPLETED
            yield progress_fact(
                user_id,
                items[number].content_id,
                NOW + timedelta(hours=place),
                content_type=items[number].content_type,
                status=ProgressStatus.COMPLETED if done else ProgressStatus.IN_PROGRESS,
                completion_percentage=100.0 if done else 40.0,
            )
