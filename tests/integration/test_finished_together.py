"""Item neighbours are counted in the background, without erased learners."""

import asyncio
from importlib.resources import files
from typing import Any

import asyncpg
import pytest

from ai.catalogue.cache import CatalogueCache
from ai.projections.apply import Applier
from ai.projections.batch import read_batch
from ai.recommendations.refresh import NeighboursRefresh
from ai.recommendations.tuning import fit
from ongoza_contracts.event import Fact
from tests.facts import erased, progress, published, record, user

COLUMNS = """
SELECT table_schema, column_name, data_type, is_nullable, column_default
FROM information_schema.columns WHERE table_name = 'together_made'
ORDER BY table_schema, ordinal_position
"""
COUNTED = "SELECT learners FROM together WHERE content_id = 'course-1' AND other_id = 'course-2'"


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


async def test_a_migrated_generation_equals_a_new_one(
    vector_pool: asyncpg.Pool,
) -> None:
    made_now = await vector_pool.fetch(COLUMNS)
    await vector_pool.execute(
        "ALTER TABLE together_made DROP semantic_weight CASCADE, DROP shrinkage"
    )
    for name in ("0009_tuning.sql", "0011_failed_jobs_and_weights.sql"):
        await vector_pool.execute(files("ai.migrations").joinpath(name).read_text())
    assert await vector_pool.fetch(COLUMNS) == made_now
