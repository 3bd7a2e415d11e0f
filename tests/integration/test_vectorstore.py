"""The contract of every vector store: in memory, on a real pgvector, Pinecone's SDK over HTTP."""

from collections.abc import AsyncIterator, Callable

import asyncpg
import numpy as np
import pytest

from ai.kit.locks import TRY_MIRROR
from ai.kit.settings import Settings
from ai.kit.vectors import ModelIdentity
from ai.projections.tables import write_content
from ai.vectorstore import pgvector
from ai.vectorstore.base import Filter, StoreUnavailable, VectorStore, score
from ai.vectorstore.index import INDEX
from ai.vectorstore.memory import MemoryStore
from ai.vectorstore.mirror import Mirror
from ai.vectorstore.pinecone import PineconeStore, open_pinecone
from ongoza_contracts.vocabulary import ContentType, Track
from tests.facts import published, retired
from tests.integration.vector_entries import NORTH, ProjectedStore, at, entry, ids
from tests.pinecone_double import KEY, PineconeDouble, serve

IDENTITY = ModelIdentity(model="m", revision="r1", precision="fp32", dimension=384)


@pytest.fixture
def double() -> PineconeDouble:
    return PineconeDouble()


@pytest.fixture
async def pinecone(
    double: PineconeDouble, ai_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[PineconeStore]:
    # The first answer may take longer than .3 s on a busy machine.
    monkeypatch.setattr("ai.vectorstore.pinecone.SEARCH_SECONDS", 2.0)
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
        await vector_pool.execute(INDEX.format(how="", table=pgvector.TABLE))
        monkeypatch.setattr(pgvector, "EXACT_MAX", 0)
        monkeypatch.setattr(pgvector, "NARROW_MAX", 0)
    else:
        await vector_pool.execute("DROP INDEX IF EXISTS content_vector_hnsw")
    pgvectors = ProjectedStore(vector_pool)
    stores: dict[str, VectorStore] = {"memory": MemoryStore(), "pinecone": pinecone}
    return stores.get(request.param, pgvectors)


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


@pytest.mark.slow
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


# --- Pinecone alone ------------------------------------------------------------------------------
async def test_each_model_has_a_namespace_of_its_own(
    pinecone: PineconeStore, double: PineconeDouble
) -> None:
    await pinecone.upsert([entry("course-1", NORTH)])
    assert {name: set(one) for name, one in double.namespaces.items()} == {
        "content-r1-fp32": {"course-1"}
    }


@pytest.mark.slow
@pytest.mark.parametrize(
    "break_it",
    [
        lambda double: setattr(double, "down", True),
        lambda double: setattr(double, "slow_seconds", 3.0),
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
