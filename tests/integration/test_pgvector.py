"""The vector store on a real pgvector: which statement and which index a search uses."""

from importlib.resources import files
from typing import Any, cast

import asyncpg
import pytest

from ai.kit.locks import TRY_REBUILD
from ai.projections.tables import write_content
from ai.vectorstore import pgvector
from ai.vectorstore.base import Filter
from ai.vectorstore.index import INDEX, Indexer
from ai.vectorstore.pgvector import PgVectorStore
from ongoza_contracts.vocabulary import Track
from tests.facts import published, retired
from tests.integration.vector_entries import NORTH, ProjectedStore, at, entry, ids


async def test_a_retired_item_is_not_found(vector_pool: asyncpg.Pool) -> None:
    store = ProjectedStore(vector_pool)
    await store.upsert([entry("course-1", NORTH), entry("course-2", at(10))])
    async with vector_pool.acquire() as db:
        await write_content(db, [retired("course-1")])
    assert ids(await store.search(NORTH, 5)) == ["course-2"]


async def test_a_vector_of_an_outdated_text_is_not_stored(
    vector_pool: asyncpg.Pool,
) -> None:
    async with vector_pool.acquire() as db:
        await write_content(db, [published("course-1", title="Another title")])
    await PgVectorStore(vector_pool).upsert([entry("course-1", NORTH)])
    assert await vector_pool.fetchval("SELECT count(*) FROM content_vector") == 0
    assert await vector_pool.fetchval("SELECT revision FROM catalogue_revision") == 0


async def plan(pool: asyncpg.Pool, query: str, only: Filter) -> str:
    fits, values = pgvector.conditions(only, 3)
    sql = "EXPLAIN " + query.format(table=pgvector.TABLE, fits=fits, vector="$1::vector", k="$2")
    async with pool.acquire() as db, db.transaction():
        await db.execute("SET LOCAL enable_seqscan = off")  # a small table has no need of an index
        return "\n".join(row[0] for row in await db.fetch(sql, NORTH, 10, *values))


async def test_a_narrow_filter_uses_the_btree_and_a_wide_one_the_vector_index(
    vector_pool: asyncpg.Pool,
) -> None:
    await vector_pool.execute(INDEX.format(how="", table=pgvector.TABLE))
    await ProjectedStore(vector_pool).upsert([entry("course-1", NORTH)])
    only = Filter(track=Track.BUILDERS, level=1)
    exact = await plan(vector_pool, pgvector.EXACT, only)
    assert "content_facets" in exact
    assert "content_vector_hnsw" not in exact
    assert "content_vector_hnsw" in await plan(vector_pool, pgvector.NEAREST, only)


class RecordingPool:
    """A pool that records which statements it was given."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool, self.statements, self.counted = pool, list[str](), 0

    async def fetchval(self, sql: str, *values: Any) -> Any:
        self.counted += 1
        return await self._pool.fetchval(sql, *values)

    async def fetch(self, sql: str, *values: Any) -> Any:
        self.statements.append("exact" if "MATERIALIZED" in sql else "nearest")
        return await self._pool.fetch(sql, *values)


@pytest.mark.parametrize(
    ("only", "how"),
    [
        (Filter(), ["nearest"]),
        (Filter(level=1), ["exact"]),  # 2 of 20
        (Filter(level=2), ["exact"]),  # 4: a fifth
        (Filter(level=3), ["nearest"]),  # 5: more than a fifth
        (Filter(level=4), ["nearest"]),  # 9
        (Filter(level=5), ["exact"]),  # none
    ],
    ids=str,
)
async def test_few_matching_items_and_a_small_share_are_compared_exactly(
    vector_pool: asyncpg.Pool, monkeypatch: pytest.MonkeyPatch, only: Filter, how: list[str]
) -> None:
    levels = [1] * 2 + [2] * 4 + [3] * 5 + [4] * 9
    items = [entry(f"course-{n}", at(n), level=level) for n, level in enumerate(levels)]
    await ProjectedStore(vector_pool).upsert(items)
    monkeypatch.setattr(pgvector, "EXACT_MAX", 2)
    monkeypatch.setattr(pgvector, "NARROW_MAX", 100)
    monkeypatch.setattr(pgvector, "NARROW_SHARE", 0.2)
    recorded = RecordingPool(vector_pool)
    store = PgVectorStore(cast(asyncpg.Pool, recorded))
    await store.search(NORTH, 2, only)
    assert recorded.statements == how
    counted = recorded.counted
    await store.search(NORTH, 2, only)
    assert (recorded.statements, recorded.counted) == (how * 2, counted)  # counted once a minute


INDEXES = "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'g1' ORDER BY indexname"


async def test_a_migrated_generation_has_the_indexes_of_a_new_one(
    vector_pool: asyncpg.Pool,
) -> None:
    await vector_pool.execute("DROP INDEX IF EXISTS content_vector_hnsw")
    made_now = await vector_pool.fetch(INDEXES)
    await vector_pool.execute(
        """
        DROP INDEX content_facets;
        CREATE INDEX content_facets ON content (track, level, content_type) WHERE NOT retired;
        CREATE INDEX content_vector_hnsw ON content_vector USING hnsw (embedding vector_cosine_ops)
        """
    )
    await vector_pool.execute(files("ai.migrations").joinpath("0008_search_faster.sql").read_text())
    assert await vector_pool.fetch(INDEXES) == made_now


VALID = "SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass('content_vector_hnsw')"


async def test_the_index_is_built_for_enough_vectors_and_rebuilt_when_invalid(
    vector_pool: asyncpg.Pool,
) -> None:
    await vector_pool.execute("DROP INDEX IF EXISTS content_vector_hnsw")
    await ProjectedStore(vector_pool).upsert([entry(f"course-{n}", at(n)) for n in range(3)])
    await Indexer(vector_pool, above=3).index_when_large()
    assert await vector_pool.fetchval(VALID) is None
    await Indexer(vector_pool, above=2).index_when_large()
    assert await vector_pool.fetchval(VALID) is True
    mark_broken = "UPDATE pg_index SET indisvalid = false WHERE indexrelid = to_regclass($1)"
    await vector_pool.execute(mark_broken, "content_vector_hnsw")
    await Indexer(vector_pool, above=2).index_when_large()
    assert await vector_pool.fetchval(VALID) is True
    assert await vector_pool.fetchval("SHOW statement_timeout") == "30s"


async def test_the_index_and_a_rebuild_do_not_wait_for_each_other(
    vector_pool: asyncpg.Pool,
) -> None:
    await vector_pool.execute("DROP INDEX IF EXISTS content_vector_hnsw")
    await ProjectedStore(vector_pool).upsert([entry("course-1", NORTH)])
    async with vector_pool.acquire() as rebuilding:
        await rebuilding.execute(TRY_REBUILD)
        await Indexer(vector_pool, above=0).index_when_large()
        await rebuilding.execute(TRY_REBUILD.replace("try_advisory_lock", "advisory_unlock"))
    assert await vector_pool.fetchval(VALID) is True
