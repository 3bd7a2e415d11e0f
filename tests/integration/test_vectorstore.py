"""The contract of every vector store: in memory, on a real pgvector, Pinecone's SDK over HTTP."""

from collections.abc import AsyncIterator, Callable
from importlib.resources import files
from typing import Any, cast

import asyncpg
import numpy as np
import pytest

from ai.kit.locks import TRY_MIRROR, TRY_REBUILD
from ai.kit.settings import Settings
from ai.kit.vectors import ModelIdentity, Row
from ai.projections.documents import document, text_sha256
from ai.projections.tables import write_content
from ai.vectorstore import pgvector
from ai.vectorstore.base import Entry, Facets, Filter, Hit, StoreUnavailable, VectorStore, score
from ai.vectorstore.index import INDEX, Indexer
from ai.vectorstore.memory import MemoryStore
from ai.vectorstore.mirror import Mirror
from ai.vectorstore.pgvector import PgVectorStore
from ai.vectorstore.pinecone import PineconeStore, open_pinecone
from ongoza_contracts.vocabulary import ContentType, Track
from tests.facts import published, retired
from tests.pinecone_double import KEY, PineconeDouble, serve

IDENTITY = ModelIdentity(model="m", revision="r1", precision="fp32", dimension=384)
NORTH = np.eye(384, dtype=np.float32)[0]
EAST = np.eye(384, dtype=np.float32)[1]


def at(degrees: float) -> Row:
    """A unit vector in the plane of NORTH and EAST."""
    angle = np.radians(degrees)
    made: Row = (np.cos(angle) * NORTH + np.sin(angle) * EAST).astype(np.float32)
    return made


def entry(content_id: str, embedding: Row, **facets: Any) -> Entry:
    chosen: dict[str, Any] = {
        "content_type": content_id.split("-")[0],
        "track": "builders",
        "level": 1,
    } | facets
    skills = tuple(chosen.pop("skills", ()))
    text = document(f"Title of {content_id}", "What it is about.", skills)
    return Entry(
        content_id,
        text_sha256(text),
        embedding,
        Facets(
            ContentType(chosen["content_type"]), Track(chosen["track"]), chosen["level"], skills
        ),
    )


class ProjectedStore(PgVectorStore):
    """The facts with the filtered columns are applied before any vector, as in the worker."""

    async def upsert(self, entries: Any) -> None:
        async with self._pool.acquire() as db:
            for one in entries:
                facets = {name: getattr(one.facets, name) for name in ("track", "level", "skills")}
                fact = published(one.content_id, **facets)
                await write_content(db, [fact])
        await super().upsert(entries)


@pytest.fixture
def double() -> PineconeDouble:
    return PineconeDouble()


@pytest.fixture
async def pinecone(
    double: PineconeDouble, ai_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[PineconeStore]:
    async with serve(double) as url:
        monkeypatch.setenv("PINECONE_HOST", url)
        monkeypatch.setenv("PINECONE_API_KEY", KEY)
        async with open_pinecone(Settings(), IDENTITY) as store:
            yield store


@pytest.fixture(params=["memory", "pgvector", "pgvector-indexed", "pinecone"])
async def store(
    request: pytest.FixtureRequest,
    vector_pool: asyncpg.Pool,
    pinecone: PineconeStore,
    monkeypatch: pytest.MonkeyPatch,
) -> VectorStore:
    if request.param == "pgvector-indexed":
        await vector_pool.execute(INDEX.format(how=""))
        monkeypatch.setattr(pgvector, "EXACT_MAX", 0)
        monkeypatch.setattr(pgvector, "NARROW_MAX", 0)
    else:
        await vector_pool.execute("DROP INDEX IF EXISTS content_vector_hnsw")
    pgvectors = ProjectedStore(vector_pool)
    stores: dict[str, VectorStore] = {"memory": MemoryStore(), "pinecone": pinecone}
    return stores.get(request.param, pgvectors)


def ids(hits: list[Hit]) -> list[str]:
    return [hit.content_id for hit in hits]


async def test_the_nearest_come_first_with_the_cosine_as_their_score(store: VectorStore) -> None:
    await store.upsert(
        [entry("course-1", at(60)), entry("course-2", at(0)), entry("course-3", at(30))]
    )
    hits = await store.search(NORTH, 3)
    assert ids(hits) == ["course-2", "course-3", "course-1"]
    assert [hit.score for hit in hits] == pytest.approx([1, np.sqrt(3) / 2, 0.5], abs=1e-6)


async def test_an_opposite_vector_scores_0_and_not_less(store: VectorStore) -> None:
    await store.upsert([entry("course-1", at(180)), entry("course-2", at(90))])
    assert [hit.score for hit in await store.search(NORTH, 2)] == pytest.approx([0, 0], abs=1e-6)


async def test_equal_scores_come_in_the_order_of_ids(store: VectorStore) -> None:
    await store.upsert([entry(f"course-{n}", NORTH) for n in (3, 1, 2)])
    assert ids(await store.search(NORTH, 3)) == ["course-1", "course-2", "course-3"]


async def test_storing_an_item_again_replaces_its_vector(store: VectorStore) -> None:
    await store.upsert([entry("course-1", at(90)), entry("course-2", at(45))])
    for _ in range(2):
        await store.upsert([entry("course-1", at(0))])
    assert ids(await store.search(NORTH, 5)) == ["course-1", "course-2"]


async def test_a_deleted_item_is_not_found_and_deleting_it_again_is_a_no_op(
    store: VectorStore,
) -> None:
    await store.delete(["course-9"])
    await store.upsert([entry("course-1", NORTH), entry("course-2", at(10))])
    for _ in range(2):
        await store.delete(["course-1", "course-7"])
    assert ids(await store.search(NORTH, 5)) == ["course-2"]
    await store.delete([])
    assert ids(await store.search(NORTH, 5)) == ["course-2"]


async def test_an_empty_store_finds_nothing(store: VectorStore) -> None:
    await store.upsert([])
    assert await store.search(NORTH, 5) == []


@pytest.mark.parametrize(
    ("only", "found"),
    [
        (Filter(), {"course-1", "course-2", "module-3", "mission-4"}),
        (Filter(content_type=ContentType.COURSE), {"course-1", "course-2"}),
        (Filter(track=Track.LEADERS), {"course-2", "module-3"}),
        (Filter(level=5), {"mission-4"}),
        (Filter(skills=("linux",)), {"course-1", "module-3"}),
        (Filter(skills=("python", "linux", "none")), {"course-1", "module-3", "mission-4"}),
        (Filter(ContentType.MODULE, Track.LEADERS, 2, ("linux",)), {"module-3"}),
        (Filter(ContentType.MODULE, Track.BUILDERS), set()),
        (Filter(skills=("none",)), set()),
    ],
    ids=[
        "everything",
        "type",
        "track",
        "level",
        "skill",
        "any skill",
        "all of them",
        "nothing of a track",
        "nothing of a skill",
    ],
)
async def test_a_filter_finds_every_matching_item_and_no_other(
    store: VectorStore, only: Filter, found: set[str]
) -> None:
    await store.upsert(
        [
            entry("course-1", at(5), skills=("linux", "networks")),
            entry("course-2", at(10), track="leaders"),
            entry("module-3", at(15), track="leaders", level=2, skills=("linux",)),
            entry("mission-4", at(20), level=5, skills=("python",)),
        ]
    )
    assert set(ids(await store.search(NORTH, 10, only))) == found


async def test_k_items_are_found_if_k_match_at_any_distance(store: VectorStore) -> None:
    near = [entry(f"module-{n}", at(n / 100)) for n in range(300)]
    far = [entry(f"course-{n}", at(90 + n)) for n in range(12)]
    await store.upsert([*near, *far])
    hits = await store.search(NORTH, 10, Filter(content_type=ContentType.COURSE))
    assert len(hits) == 10
    assert all(one.startswith("course-") for one in ids(hits))


@pytest.mark.parametrize(
    ("cosine", "expected"), [(1.0000001, 1), (1, 1), (0.25, 0.25), (0, 0), (-0.5, 0), (-1, 0)]
)
def test_a_score_is_the_cosine_within_0_and_1(cosine: float, expected: float) -> None:
    assert score(cosine) == expected


# --- pgvector alone -------------------------------------------------------------------------------
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
    sql = "EXPLAIN " + query.format(fits=fits, vector="$1::vector", k="$2")
    async with pool.acquire() as db, db.transaction():
        await db.execute("SET LOCAL enable_seqscan = off")  # a small table has no need of an index
        return "\n".join(row[0] for row in await db.fetch(sql, NORTH, 10, *values))


async def test_a_narrow_filter_uses_the_btree_and_a_wide_one_the_vector_index(
    vector_pool: asyncpg.Pool,
) -> None:
    await vector_pool.execute(INDEX.format(how=""))
    await ProjectedStore(vector_pool).upsert([entry("course-1", NORTH)])
    only = Filter(track=Track.BUILDERS, level=1)
    exact = await plan(vector_pool, pgvector.EXACT, only)
    assert "content_facets" in exact
    assert "content_vector_hnsw" not in exact
    assert "content_vector_hnsw" in await plan(vector_pool, pgvector.NEAREST, only)


class Recorded:
    """A pool that remembers what it was asked."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool, self.asked, self.counted = pool, list[str](), 0

    async def fetchval(self, sql: str, *values: Any) -> Any:
        self.counted += 1
        return await self._pool.fetchval(sql, *values)

    async def fetch(self, sql: str, *values: Any) -> Any:
        self.asked.append("exact" if "MATERIALIZED" in sql else "nearest")
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
    recorded = Recorded(vector_pool)
    store = PgVectorStore(cast(asyncpg.Pool, recorded))
    await store.search(NORTH, 2, only)
    assert recorded.asked == how
    counted = recorded.counted
    await store.search(NORTH, 2, only)
    assert (recorded.asked, recorded.counted) == (how * 2, counted)  # counted once a minute


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


# --- Pinecone alone ------------------------------------------------------------------------------
async def test_each_model_has_a_namespace_of_its_own(
    pinecone: PineconeStore, double: PineconeDouble
) -> None:
    await pinecone.upsert([entry("course-1", NORTH)])
    assert {name: set(one) for name, one in double.namespaces.items()} == {
        "content-r1-fp32": {"course-1"}
    }


@pytest.mark.parametrize(
    "break_it",
    [
        lambda double: setattr(double, "down", True),
        lambda double: setattr(double, "slow_seconds", 0.5),
    ],
    ids=["down", "slow"],
)
async def test_pinecone_is_not_asked_after_five_failures(
    pinecone: PineconeStore, double: PineconeDouble, break_it: Callable[[PineconeDouble], None]
) -> None:
    break_it(double)
    for _ in range(5):
        with pytest.raises(StoreUnavailable, match="Pinecone: "):
            await pinecone.search(NORTH, 5)
    asked = len(double.requests)
    assert asked >= 5
    with pytest.raises(StoreUnavailable, match="keeps failing"):
        await pinecone.search(NORTH, 5)
    assert len(double.requests) == asked


async def test_the_mirror_sends_new_changed_and_retired_items_once(
    vector_pool: asyncpg.Pool, pinecone: PineconeStore, double: PineconeDouble
) -> None:
    mirror, source = Mirror(vector_pool, pinecone, "g1"), ProjectedStore(vector_pool)
    await vector_pool.execute("TRUNCATE mirrored_vector")
    await source.upsert([entry("course-1", NORTH), entry("course-2", at(10))])
    while await mirror.mirror_some():
        pass
    assert ids(await pinecone.search(NORTH, 5)) == ["course-1", "course-2"]
    sent = len(double.requests)
    # A facet changes, an item is retired; the first try fails.
    async with vector_pool.acquire() as db:
        await write_content(db, [published("course-2", version=2, level=4), retired("course-1")])
        await db.execute("UPDATE catalogue_revision SET revision = revision + 1")
    double.down = True
    with pytest.raises(StoreUnavailable):
        await mirror.mirror_some()
    double.down = False
    while await mirror.mirror_some():
        pass
    assert ids(await pinecone.search(NORTH, 5)) == ["course-2"]
    assert ids(await pinecone.search(NORTH, 5, Filter(level=4))) == ["course-2"]
    sent_again = len(double.requests)
    assert sent_again > sent
    assert not await Mirror(vector_pool, pinecone, "g1").mirror_some()
    assert len(double.requests) == sent_again


async def test_one_worker_of_the_live_generation_updates_the_mirror(
    vector_pool: asyncpg.Pool, pinecone: PineconeStore, double: PineconeDouble
) -> None:
    await vector_pool.execute("TRUNCATE mirrored_vector")
    await ProjectedStore(vector_pool).upsert([entry("course-1", NORTH)])
    async with vector_pool.acquire() as other, other.transaction():
        await other.execute(TRY_MIRROR)
        assert not await Mirror(vector_pool, pinecone, "g1").mirror_some()
    assert not await Mirror(vector_pool, pinecone, "g0").mirror_some()
    assert double.requests == []
    assert await Mirror(vector_pool, pinecone, "g1").mirror_some()
