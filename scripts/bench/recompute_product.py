"""The lists of learners who are all marked, as the worker computes them, with nothing beside it.

Says {"ms_per_learner", "together_seconds": what counting who finished what together took before}.
`python -m scripts.bench.recompute_product LEARNERS`: the demo's catalogue, embedded, and so many
learners, each with the progress of somebody who has been here for a few months.
"""

import asyncio
import json
import sys
import time
from collections.abc import Iterator
from datetime import timedelta

import asyncpg
import numpy as np

from ai.catalogue.cache import CatalogueCache
from ai.embeddings.backfill import Backfill
from ai.embeddings.cache import CachedEncoder
from ai.embeddings.encoder import open_encoder
from ai.embeddings.queue import EncoderQueue
from ai.kit.db import open_pool
from ai.kit.settings import Settings
from ai.projections.marks import mark_catalogue, mark_learners
from ai.projections.tables import write_content
from ai.recommendations.recompute import Recompute
from ai.recommendations.refresh import NeighboursRefresh
from core.demo.loader import load_catalogue
from ongoza_contracts.content import ContentPublished
from ongoza_contracts.vocabulary import Track
from scripts.bench.facts import NOW

STEPS = 12
COMPLETED = 9
WARM_UP = 100
"""Learners whose lists are computed before: the catalogue is loaded once, not once a learner."""
TRACKS = tuple(Track)
EMPTY = """
TRUNCATE content, learner, progress, dirty_learner, recommendation, refreshed_list, together,
    together_made
"""
LEARNER = ("user_id", "version", "role", "track", "status", "created_at", "updated_at")
PROGRESS = (
    *("user_id", "content_id", "version", "content_type", "status", "completion_percentage"),
    *("created_at", "updated_at"),
)
LISTS = "SELECT count(*) FROM recommendation"


def catalogue() -> list[ContentPublished]:
    return [
        ContentPublished(
            version=1,
            content_id=item.content_id,
            content_type=item.content_type,
            title=item.title,
            description=item.description,
            track=item.track,
            level=item.level,
            skills=item.skills,
            prerequisites=item.prerequisites,
            duration_minutes=item.duration_minutes,
            published_at=NOW,
            updated_at=NOW,
        )
        for item in load_catalogue().items
    ]


def learners(count: int) -> Iterator[tuple[object, ...]]:
    for user_id in range(1, count + 1):
        track = TRACKS[user_id % len(TRACKS)]
        yield user_id, 1, "learner", track, "active", NOW, NOW


def progress(count: int, items: list[ContentPublished]) -> Iterator[tuple[object, ...]]:
    """Popular items are taken more often, as everywhere."""
    random = np.random.default_rng(3)
    popularity = 1 / np.arange(1, len(items) + 1)
    for user_id in range(1, count + 1):
        taken = random.choice(len(items), STEPS, replace=False, p=popularity / popularity.sum())
        for place, chosen in enumerate(taken.tolist()):
            item, done = items[chosen], place < COMPLETED
            status, share = ("completed", 100.0) if done else ("in_progress", 40.0)
            at = NOW + timedelta(hours=place)
            yield user_id, item.content_id, 1, item.content_type, status, share, at, at


async def fill(pool: asyncpg.Pool, count: int) -> None:
    items = catalogue()
    async with pool.acquire() as db:
        await db.execute(EMPTY)
        await write_content(db, items)
        await mark_catalogue(db)
        await db.copy_records_to_table("learner", columns=LEARNER, records=learners(count))
        await db.copy_records_to_table(
            "progress", columns=PROGRESS, records=progress(count, items), timeout=120
        )
        await db.execute("ANALYZE learner; ANALYZE progress")
    encoder = EncoderQueue(open_encoder())
    backfill = Backfill(pool, CachedEncoder(pool, encoder))
    while await backfill.embed_some():
        pass
    encoder.close()


async def computed(pool: asyncpg.Pool, recompute: Recompute, count: int) -> float:
    """In how many seconds."""
    async with pool.acquire() as db:
        await mark_learners(db, range(1, count + 1))
    began = time.perf_counter()
    while await recompute.recompute_some():
        pass
    return time.perf_counter() - began


async def main(count: int) -> None:
    pool = await open_pool(Settings(), search_path="g1, public")
    await fill(pool, count)
    began = time.perf_counter()
    catalogues = CatalogueCache(pool)
    await NeighboursRefresh(pool, catalogues).refresh()
    together = time.perf_counter() - began
    recompute = Recompute(pool, catalogues, announced=asyncio.Event())
    await computed(pool, recompute, WARM_UP)
    seconds = await computed(pool, recompute, count)
    found = await pool.fetchval(LISTS)
    await pool.close()
    if found != count:
        sys.exit(f"{found} of {count} learners have a list")
    print(json.dumps({"ms_per_learner": 1000 * seconds / count, "together_seconds": together}))


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
