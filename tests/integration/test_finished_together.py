"""Item neighbours are counted in the background, without erased learners."""

import asyncio
from importlib.resources import files
from typing import Any

import asyncpg
import pytest

from ai.catalogue.cache import CatalogueCache
from ai.kit.db import Db
from ai.projections.apply import Applier
from ai.projections.batch import read_batch
from ai.projections.generations import create_generation, drop_generation
from ai.recommendations.refresh import NeighboursRefresh
from ai.recommendations.tuning import fit
from ongoza_contracts.event import Fact
from tests.facts import erased, progress, published, record, user

COLUMNS = """
SELECT table_schema, table_name, column_name, data_type, is_nullable, column_default
FROM information_schema.columns
WHERE table_name LIKE 'item_neighbour%' OR table_name LIKE 'together%'
ORDER BY table_schema, table_name, ordinal_position
"""
CONSTRAINTS = """
SELECT conrelid::regclass::text, conname FROM pg_constraint
WHERE contype IN ('p', 'c') AND conname ~ '^(item_neighbour|together)' ORDER BY 1, 2
"""
# The state of the schema before the migrations 9, 11 and 16.
OLD = """
ALTER TABLE item_neighbour RENAME CONSTRAINT item_neighbour_pkey TO together_pkey;
ALTER TABLE item_neighbour RENAME TO together;
ALTER TABLE item_neighbour_settings DROP semantic_weight CASCADE, DROP shrinkage;
ALTER TABLE item_neighbour_settings RENAME CONSTRAINT item_neighbour_settings_pkey
    TO together_made_pkey;
ALTER TABLE item_neighbour_settings RENAME CONSTRAINT item_neighbour_settings_one_check
    TO together_made_one_check;
ALTER TABLE item_neighbour_settings RENAME counted_at TO made_at;
ALTER TABLE item_neighbour_settings RENAME TO together_made;
"""
OLD_VIEWS = "ALTER VIEW live.item_neighbour RENAME TO together"
MIGRATIONS = ("0009_tuning.sql", "0011_failed_jobs_and_weights.sql", "0016_item_neighbour.sql")
COUNTED = (
    "SELECT learners FROM item_neighbour WHERE content_id = 'course-1' AND other_id = 'course-2'"
)


async def apply(applier: Applier, *facts: Fact) -> None:
    await applier.apply(read_batch(record(fact) for fact in facts))


async def test_item_neighbours_are_counted_again_after_enough_changes(
    applier: Applier,
) -> None:
    def finished(users: range, *content_ids: str) -> list[Fact]:
        return [
            progress(user_id, content_id, status="completed")
            for user_id in users
            for content_id in content_ids
        ]

    refresh = NeighboursRefresh(applier.pool, CatalogueCache(applier.pool))
    await apply(applier, *finished(range(1, 6), "course-1", "course-2"))
    await refresh.refresh()
    assert await applier.pool.fetchval(COUNTED) is None  # these items are not in the catalogue yet
    await apply(applier, published("course-1"), published("course-2"))
    await refresh.refresh()
    assert await applier.pool.fetchval(COUNTED) == 5
    await apply(applier, *finished(range(6, 8), "course-1", "course-2"))  # too little
    await refresh.refresh()
    assert await applier.pool.fetchval(COUNTED) == 5
    await apply(applier, *finished(range(8, 12), "course-1", "course-2"))
    await refresh.refresh()
    assert await applier.pool.fetchval(COUNTED) == 11
    await apply(applier, user(1), erased(1, version=2))  # at once, however little it is
    await refresh.refresh()
    assert await applier.pool.fetchval(COUNTED) == 10


def both_finished(users: range) -> list[Fact]:
    done = [progress(one, f"course-{n}", status="completed") for one in users for n in (1, 2)]
    return [published("course-1"), published("course-2"), *done]


async def test_an_erased_learner_is_not_counted_even_if_few_are_left(applier: Applier) -> None:
    refresh = NeighboursRefresh(applier.pool, CatalogueCache(applier.pool))
    await apply(applier, *both_finished(range(1, 3)))
    await refresh.refresh()
    assert await applier.pool.fetchval(COUNTED) == 2
    await apply(applier, user(1), erased(1, version=2))
    await refresh.refresh()
    assert await applier.pool.fetchval(COUNTED) == 1
    await apply(applier, user(2), erased(2, version=2))
    await refresh.refresh()
    assert await applier.pool.fetchval(COUNTED) is None


async def test_a_learner_erased_during_a_count_is_not_counted(
    applier: Applier, monkeypatch: pytest.MonkeyPatch
) -> None:
    loop = asyncio.get_running_loop()

    def fit_meanwhile(*given: Any) -> Any:
        erasure = apply(applier, user(1), erased(1, version=2))
        asyncio.run_coroutine_threadsafe(erasure, loop).result(10)
        return fit(*given)

    catalogues = CatalogueCache(applier.pool)
    await apply(applier, *both_finished(range(1, 6)))
    monkeypatch.setattr("ai.recommendations.refresh.fit", fit_meanwhile)
    await NeighboursRefresh(applier.pool, catalogues).refresh()
    assert await applier.pool.fetchval(COUNTED) is None
    monkeypatch.undo()
    await NeighboursRefresh(applier.pool, catalogues).refresh()
    assert await applier.pool.fetchval(COUNTED) == 4


async def test_migrated_generations_equal_new_ones(
    applier: Applier, vector_pool: asyncpg.Pool
) -> None:
    """The live one, and one that is not."""
    await apply(applier, *both_finished(range(1, 3)))
    await NeighboursRefresh(applier.pool, CatalogueCache(applier.pool)).refresh()
    async with vector_pool.acquire() as db:
        await create_generation(db, "g2")
        try:
            new = await db.fetch(COLUMNS), await db.fetch(CONSTRAINTS)
            await _migrate_again(db)
            assert (await db.fetch(COLUMNS), await db.fetch(CONSTRAINTS)) == new
        finally:
            await drop_generation(db, "g2")
    assert await applier.pool.fetchval(COUNTED) == 2
    assert await vector_pool.fetchval("SELECT facts FROM live.item_neighbour_settings") == -1


async def _migrate_again(db: Db) -> None:
    for generation in ("g1", "g2"):
        async with db.transaction():
            await db.execute(f"SET LOCAL search_path = {generation}, public")
            await db.execute(OLD)
    await db.execute(OLD_VIEWS)
    for name in MIGRATIONS:
        async with db.transaction():
            await db.execute(files("ai.migrations").joinpath(name).read_text())
