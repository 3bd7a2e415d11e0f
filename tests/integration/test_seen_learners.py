"""A change of the catalogue remakes the lists of learners who are seen; others' when they read."""

from collections.abc import AsyncIterator

import asyncpg
import httpx
import pytest

from ai.catalogue.cache import CatalogueCache
from ai.kit.db import open_pool
from ai.kit.settings import Settings
from ai.projections.apply import Applier
from ai.projections.batch import read_batch
from ai.projections.generations import create_generation, drop_generation
from ai.projections.seen import SeenLearners, UnseenLists
from ai.recommendations.recompute import Recompute
from ongoza_contracts.event import Fact
from tests.ai_double import app_over, learner_seven
from tests.facts import erased, progress, published, record, user

PATH = "/api/v1/recommendations"
AWAY = "UPDATE learner_seen SET seen_on = current_date - 31 WHERE user_id = ANY($1)"


@pytest.fixture
def recompute(vector_pool: asyncpg.Pool) -> Recompute:
    return Recompute(vector_pool, CatalogueCache(vector_pool))


@pytest.fixture
async def reader(ai_settings: Settings) -> AsyncIterator[asyncpg.Pool]:
    """As an HTTP process uses it."""
    pool = await open_pool(ai_settings, search_path="live, public")
    yield pool
    await pool.close()


@pytest.fixture
def seen(reader: asyncpg.Pool) -> SeenLearners:
    return SeenLearners(reader)


@pytest.fixture
async def http(
    vector_pool: asyncpg.Pool, reader: asyncpg.Pool, ai_settings: Settings, seen: SeenLearners
) -> AsyncIterator[httpx.AsyncClient]:
    async with learner_seven(app_over(reader, ai_settings, seen=seen)) as client:
        yield client


async def apply(applier: Applier, *facts: Fact) -> None:
    await applier.apply(read_batch(record(fact) for fact in facts))


async def recompute_all(recompute: Recompute) -> None:
    while await recompute.recompute_some():
        pass


async def ids(pool: asyncpg.Pool, sql: str) -> list[int]:
    return [user_id for (user_id,) in await pool.fetch(f"{sql} ORDER BY 1")]


LISTS = "SELECT user_id FROM recommendation"
MARKED = "SELECT user_id FROM dirty_learner"
SEEN = "SELECT user_id FROM learner_seen"
OF_COURSE_2 = "SELECT user_id FROM recommendation WHERE 'course-2' = ANY(content_ids)"


async def test_a_change_of_the_catalogue_remakes_the_lists_of_those_seen_in_30_days(
    applier: Applier, recompute: Recompute
) -> None:
    await apply(applier, published("course-1"), *(user(one) for one in range(1, 101)))
    await recompute_all(recompute)
    await applier.pool.execute(AWAY, list(range(4, 101)))
    await applier.pool.execute("INSERT INTO dirty_learner (user_id) VALUES (50)")
    unseen = UnseenLists(applier.pool)
    while await unseen.delete_some():
        pass
    await apply(applier, published("course-2"))
    await recompute.mark_behind()
    assert await ids(applier.pool, MARKED) == [1, 2, 3]
    await recompute_all(recompute)
    assert await ids(applier.pool, OF_COURSE_2) == await ids(applier.pool, LISTS) == [1, 2, 3]
    assert await ids(applier.pool, SEEN) == [1, 2, 3]
    await recompute.mark_behind()
    assert await ids(applier.pool, MARKED) == []


async def test_a_learner_who_comes_back_is_answered_from_the_newest_facts_and_gets_a_list(
    applier: Applier, recompute: Recompute, http: httpx.AsyncClient, seen: SeenLearners
) -> None:
    await apply(applier, published("course-1"), user(7))
    await recompute_all(recompute)
    await applier.pool.execute(AWAY, [7])
    await UnseenLists(applier.pool).delete_some()
    await apply(applier, published("course-2"))
    answer = await http.get(PATH)
    assert answer.headers["X-Source"] == "computed"
    assert {one["content_id"] for one in answer.json()["recommendations"]} == {
        "course-1",
        "course-2",
    }
    await seen.flush()
    await recompute_all(recompute)
    assert (await http.get(PATH)).headers["X-Source"] == "precomputed"
    assert await ids(applier.pool, SEEN) == [7]


async def test_a_learner_who_reads_an_older_list_is_next_however_many_wait_for_the_sweep(
    applier: Applier, recompute: Recompute, http: httpx.AsyncClient, seen: SeenLearners
) -> None:
    await apply(applier, published("course-1"), *(user(one) for one in range(1, 101)))
    await recompute_all(recompute)
    await apply(applier, published("course-2"))
    assert (await http.get(PATH)).headers["X-Source"] == "precomputed"
    await seen.flush()
    assert await ids(applier.pool, MARKED) == [7]
    await recompute_all(recompute)
    assert await ids(applier.pool, OF_COURSE_2) == [7]
    await http.get(PATH)
    await seen.flush()
    assert await ids(applier.pool, MARKED) == []  # it is of the newest catalogue


async def test_reading_is_stored_once_a_day_and_for_known_learners_alone(
    applier: Applier, seen: SeenLearners
) -> None:
    await apply(applier, user(7))
    written = "SELECT xmin::text FROM learner_seen WHERE user_id = 7"
    first = await applier.pool.fetchval(written)
    for _ in range(2):
        seen.note(7)
        seen.note(8)  # not projected
        await seen.flush()
    assert await applier.pool.fetchval(written) == first
    assert await ids(applier.pool, SEEN) == [7]


async def test_a_learner_erased_after_reading_is_not_seen_again(
    applier: Applier, seen: SeenLearners
) -> None:
    await apply(applier, user(7))
    seen.note(7)
    await apply(applier, erased(7))
    await seen.flush()
    assert await ids(applier.pool, SEEN) == []
    assert await ids(applier.pool, MARKED) == []


async def test_readers_are_noted_again_while_the_database_is_unavailable() -> None:
    class Down:
        def acquire(self) -> None:
            raise ConnectionRefusedError

    seen = SeenLearners(Down())  # type: ignore[arg-type]
    seen.note(7)
    with pytest.raises(ConnectionRefusedError):
        await seen.flush()
    assert seen._read == {7}


async def test_a_generation_that_is_built_from_old_facts_sees_nobody(
    applier: Applier, ai_settings: Settings
) -> None:
    async with applier.pool.acquire() as db:
        await create_generation(db, "g2")
    pool = await open_pool(ai_settings, search_path="g2, public")
    try:
        await apply(Applier(pool, "g2", "rebuild-g2"), user(7), progress(7))
        assert await ids(pool, MARKED) == [7]
        assert await ids(pool, SEEN) == []
    finally:
        await pool.close()
        async with applier.pool.acquire() as db:
            await drop_generation(db, "g2")
