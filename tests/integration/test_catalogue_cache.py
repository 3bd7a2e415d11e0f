"""A process reads only what changed of the catalogue, and serves the earlier one meanwhile."""

import asyncio
from collections import Counter
from typing import Any, cast

import asyncpg
import pytest

from ai.catalogue import cache, queries
from ai.catalogue.cache import CatalogueCache
from ai.catalogue.queries import ITEMS, NEIGHBOURS, load_catalogue
from ai.projections.apply import Applier
from ai.projections.batch import read_batch
from ai.recommendations.refresh import NeighboursRefresh
from ongoza_contracts.event import Fact
from tests.facts import NOW, progress, published, record

COURSES = [f"course-{n}" for n in range(1, 5)]


class CountingPool:
    """A pool that counts the rows of each statement."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self.pool = pool
        self.rows: Counter[str] = Counter()

    async def fetch(self, query: str, *values: Any) -> list[asyncpg.Record]:
        rows = await self.pool.fetch(query, *values)
        self.rows[query] += len(rows)
        return rows

    async def fetchval(self, query: str, *values: Any) -> Any:
        return await self.pool.fetchval(query, *values)


async def apply(applier: Applier, *facts: Fact) -> None:
    await applier.apply(read_batch(record(fact) for fact in facts))


async def count_again(applier: Applier) -> None:
    await applier.pool.execute("UPDATE item_neighbour_settings SET facts = -1")
    await NeighboursRefresh(applier.pool).refresh()


def the_same(cached: Any, loaded: Any) -> bool:
    pairs = [sorted(one.neighbours.pairs()) for one in (cached, loaded)]
    return (
        cached.items == loaded.items
        and (cached.vectors == loaded.vectors).all()
        and pairs[0] == pairs[1]
        and cached.neighbours.settings == loaded.neighbours.settings
    )


async def test_only_items_and_neighbours_that_changed_are_read(applier: Applier) -> None:
    done = [progress(n, item, status="completed") for n in range(1, 6) for item in COURSES[:3]]
    await apply(applier, *map(published, COURSES), *done)
    await NeighboursRefresh(applier.pool).refresh()
    pool = CountingPool(applier.pool)
    cached = CatalogueCache(cast(asyncpg.Pool, pool))

    async def read() -> tuple[int, int]:
        """The items and the rows of neighbours that the next load reads."""
        pool.rows.clear()
        cached._loaded_at = -cache.POPULARITY_SECONDS  # as a minute later
        loaded = await load_catalogue(applier.pool, revision=0, as_of=NOW)
        assert the_same(await cached.current(), loaded)
        return pool.rows[ITEMS], pool.rows[NEIGHBOURS.format(table="item_neighbour")]

    assert await read() == (4, 4)
    assert await read() == (0, 0)
    await apply(applier, progress(9, "course-4"))
    assert await read() == (0, 0)
    assert cached.last.items[3].learners == 1
    await apply(applier, published("course-2", 2, title="Another title"))
    assert await read() == (1, 0)
    await apply(applier, published("course-0"))  # every other item has another place now
    assert await read() == (1, 0)
    assert cached.last.items[0].content_id == "course-0"
    more = [progress(9, item, 2, status="completed") for item in ("course-3", "course-4")]
    await apply(applier, *more)
    await count_again(applier)
    assert await read() == (0, 5)  # closeness changed everywhere, and course-0 got its row
    await count_again(applier)
    assert await read() == (0, 0)


async def test_the_earlier_catalogue_is_served_while_the_next_one_is_loaded(
    applier: Applier, monkeypatch: pytest.MonkeyPatch
) -> None:
    await apply(applier, published("course-1"))
    impatient = CatalogueCache(applier.pool, patience=0.01)
    assert len((await impatient.current()).items) == 1  # there is no earlier one
    go_on = asyncio.Event()

    async def load_slowly(*given: Any) -> Any:
        await go_on.wait()
        return await queries.load_changes(*given)

    monkeypatch.setattr(cache, "load_changes", load_slowly)
    await apply(applier, published("course-2"))
    assert len((await impatient.current()).items) == 1
    assert len(impatient.last.items) == 1
    go_on.set()
    assert impatient._loading
    assert len((await impatient._loading).items) == 2
