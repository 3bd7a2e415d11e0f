"""Item neighbours are counted in the background, without erased learners."""

import asyncio
from datetime import UTC, datetime
from importlib.resources import files
from typing import Any

import asyncpg
import pytest

from ai.catalogue.queries import load_catalogue
from ai.kit.db import Db
from ai.projections.apply import Applier
from ai.projections.batch import read_batch
from ai.projections.generations import create_generation, drop_generation
from ai.recommendations.item_weights import weigh
from ai.recommendations.refresh import NeighboursRefresh
from ongoza_contracts.event import Fact
from tests.facts import erased, progress, published, record, user

COLUMNS = """
SELECT table_schema, table_name, column_name, data_type, is_nullable, column_default
FROM information_schema.columns
WHERE table_name LIKE 'item_%' OR table_name LIKE '%_history'
ORDER BY table_schema, table_name, ordinal_position
"""
CONSTRAINTS = """
SELECT conrelid::regclass::text, conname FROM pg_constraint
WHERE conrelid::regclass::text ~ '(item_|_history)' ORDER BY 1, 2
"""
TRIGGERS = """
SELECT tgrelid::regclass::text, tgname, prosrc, proconfig FROM pg_trigger
JOIN pg_proc ON pg_proc.oid = tgfoid WHERE tgname LIKE 'count_%' ORDER BY 1, 2
"""
# The state of the schema before the migration.
OLD = """
DROP VIEW IF EXISTS live.item_count, live.item_count_change, live.completion_history,
    live.stale_history CASCADE;
DROP TABLE item_count, item_count_change, completion_history, stale_history;
DROP TRIGGER count_added ON progress;
DROP TRIGGER count_changed ON progress;
DROP TRIGGER count_removed ON progress;
DROP FUNCTION count_added(), count_changed(), count_removed();
DROP TABLE item_neighbour CASCADE;
CREATE TABLE item_neighbour (
    content_id text,
    other_id   text,
    learners   integer NOT NULL,
    closeness  real NOT NULL,
    PRIMARY KEY (content_id, other_id)
);
ALTER TABLE item_neighbour_settings DROP revision CASCADE, DROP tuned_facts,
    DROP out_of_order, DROP order_decay, DROP ridge, DROP neighbours
"""
OLD_VIEWS = """
CREATE VIEW live.item_neighbour AS SELECT * FROM g1.item_neighbour;
CREATE VIEW live.item_neighbour_settings AS SELECT * FROM g1.item_neighbour_settings
"""
MIGRATION = "0024_incremental_counts.sql"
NOW = datetime(2026, 11, 29, tzinfo=UTC)


async def counted(pool: asyncpg.Pool) -> int:
    """How many learners are counted to have finished both courses."""
    catalogue = await load_catalogue(pool, revision=0, as_of=NOW)
    places = [catalogue.position.get(f"course-{n}", 0) for n in (1, 2)]
    return catalogue.neighbours.finished_both(*places) if catalogue.items else 0


async def learners_of(pool: asyncpg.Pool, schema: str = "") -> dict[str, int]:
    """By item, how many learners take it, as noted and counted."""
    noted = f"TABLE {schema}item_count_change"
    found = await pool.fetch(f"""
        SELECT content_id, sum(learners)::integer FROM (
            SELECT content_id, learners, completed FROM {schema}item_count UNION ALL {noted}
        ) AS count GROUP BY content_id ORDER BY content_id
    """)  # noqa: S608 - our own tables
    return {content_id: learners for content_id, learners in found if learners}


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

    refresh = NeighboursRefresh(applier.pool)
    await apply(applier, *finished(range(1, 6), "course-1", "course-2"))
    await refresh.refresh()
    assert await counted(applier.pool) == 0  # these items are not in the catalogue yet
    await apply(applier, published("course-1"), published("course-2"))
    await refresh.refresh()
    assert await counted(applier.pool) == 5
    await apply(applier, *finished(range(6, 8), "course-1", "course-2"))  # too little
    await refresh.refresh()
    assert await counted(applier.pool) == 5
    await apply(applier, *finished(range(8, 12), "course-1", "course-2"))
    await refresh.refresh()
    assert await counted(applier.pool) == 11
    await apply(applier, user(1), erased(1, version=2))  # at once, however little it is
    await refresh.refresh()
    assert await counted(applier.pool) == 10


def both_finished(users: range) -> list[Fact]:
    done = [progress(one, f"course-{n}", status="completed") for one in users for n in (1, 2)]
    return [published("course-1"), published("course-2"), *done]


async def test_an_erased_learner_is_not_counted_even_if_few_are_left(applier: Applier) -> None:
    refresh = NeighboursRefresh(applier.pool)
    await apply(applier, *both_finished(range(1, 3)))
    await refresh.refresh()
    assert await counted(applier.pool) == 2
    await apply(applier, user(1), erased(1, version=2))
    await refresh.refresh()
    assert await counted(applier.pool) == 1
    await apply(applier, user(2), erased(2, version=2))
    await refresh.refresh()
    assert await counted(applier.pool) == 0


async def test_a_learner_erased_during_a_count_is_not_counted(
    applier: Applier, monkeypatch: pytest.MonkeyPatch
) -> None:
    loop = asyncio.get_running_loop()

    def count_meanwhile(*given: Any) -> Any:
        erasure = apply(applier, user(1), erased(1, version=2))
        asyncio.run_coroutine_threadsafe(erasure, loop).result(10)
        return weigh(*given)

    await apply(applier, *both_finished(range(1, 6)))
    monkeypatch.setattr("ai.recommendations.refresh.weigh", count_meanwhile)
    await NeighboursRefresh(applier.pool).refresh()
    assert await counted(applier.pool) == 0
    monkeypatch.undo()
    await NeighboursRefresh(applier.pool).refresh()
    assert await counted(applier.pool) == 4


async def test_migrated_generations_equal_new_ones_and_count_what_is_there(
    applier: Applier, vector_pool: asyncpg.Pool
) -> None:
    """The live one, and one that is not."""
    await apply(applier, *both_finished(range(1, 3)))
    await NeighboursRefresh(applier.pool).refresh()
    queries = (COLUMNS, CONSTRAINTS, TRIGGERS)
    async with vector_pool.acquire() as db:
        await create_generation(db, "g2")
        try:
            new = [await db.fetch(query) for query in queries]
            await _migrate_again(db)
            assert [await db.fetch(query) for query in queries] == new
        finally:
            await drop_generation(db, "g2")
    assert await counted(applier.pool) == 0
    await apply(applier, progress(3, "course-1", status="completed"))
    await NeighboursRefresh(applier.pool).refresh()
    assert await counted(applier.pool) == 2
    assert await learners_of(vector_pool, "live.") == {"course-1": 3, "course-2": 2}


async def _migrate_again(db: Db) -> None:
    for generation in ("g1", "g2"):
        async with db.transaction():
            await db.execute(f"SET LOCAL search_path = {generation}, public")
            await db.execute(OLD)
    await db.execute(OLD_VIEWS)
    async with db.transaction():
        await db.execute(files("ai.migrations").joinpath(MIGRATION).read_text())
