"""A change of the catalogue remakes the lists of learners who are seen; others' when they read."""

import asyncio
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from datetime import timedelta
from importlib.resources import files

import asyncpg
import httpx
import psycopg
import pytest

from ai.catalogue.cache import CatalogueCache
from ai.kit.db import Db, open_pool
from ai.kit.settings import Settings
from ai.learners.learner import Learner
from ai.learners.queries import load_readable
from ai.projections.apply import Applier
from ai.projections.batch import read_batch
from ai.projections.generations import create_generation, drop_generation
from ai.projections.marks import MARK
from ai.projections.seen import SeenLearners, UnseenLists, see_owners
from ai.recommendations.recompute import LEARNERS_PER_ROUND, Recompute
from ongoza_contracts.event import Fact
from tests.ai_double import app_over, learner_seven
from tests.facts import erased, progress, published, record, user

PATH = "/api/v1/recommendations"
MARKED_EARLIER = "UPDATE dirty_learner SET marked_at = now() - $2::interval WHERE user_id = ANY($1)"
WAITING_READERS = "SELECT user_id FROM dirty_learner WHERE read_at IS NOT NULL"
WAITS_FOR = """
SELECT EXISTS (SELECT FROM pg_locks WHERE $1 = ANY(pg_blocking_pids(pid))) FROM pg_sleep(0.01)
"""
MIGRATIONS = (
    *("0026_lists_as_text.sql", "0027_readers_first.sql", "0028_what_marked.sql"),
    "0029_oldest_mark.sql",
)
OLDER_RELEASE = """
DROP VIEW live.recommendation, live.dirty_learner;
ALTER TABLE g1.recommendation RENAME lines TO items;
ALTER TABLE g2.recommendation RENAME lines TO items;
ALTER TABLE g1.dirty_learner DROP read_at, DROP traceparent, DROP fact_at;
ALTER TABLE g2.dirty_learner DROP read_at, DROP traceparent, DROP fact_at;
DROP INDEX g1.dirty_learner_marked_at, g2.dirty_learner_marked_at;
CREATE VIEW live.recommendation AS SELECT * FROM g1.recommendation;
CREATE VIEW live.dirty_learner AS SELECT * FROM g1.dirty_learner
"""
SHAPE = """
SELECT table_schema, table_name, column_name, data_type, is_nullable
FROM information_schema.columns WHERE table_name IN ('recommendation', 'dirty_learner')
UNION ALL
SELECT schemaname, tablename, indexname, indexdef, ''
FROM pg_indexes WHERE tablename IN ('recommendation', 'dirty_learner')
ORDER BY 1, 2, 3
"""
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


class Wake(asyncio.Event):
    """Notes which learners another connection sees marked when it is set."""

    def __init__(self, db: psycopg.Connection) -> None:
        super().__init__()
        self._db = db
        self.saw: list[tuple[int]] = []

    def set(self) -> None:
        self.saw = self._db.execute(MARKED).fetchall()
        super().set()


async def test_lists_are_woken_when_the_marks_of_a_change_can_be_seen(
    applier: Applier, recompute: Recompute, ai_settings: Settings
) -> None:
    await apply(applier, published("course-1"), user(7))
    await recompute_all(recompute)
    await apply(applier, published("course-2"))
    with psycopg.connect(
        host=ai_settings.vector_db_host,
        port=ai_settings.vector_db_port,
        dbname=ai_settings.vector_db_name,
        user=ai_settings.vector_db_user,
        password=ai_settings.vector_db_password,
        options=f"-c search_path={applier.generation}",
        autocommit=True,
    ) as db:
        wake = Wake(db)
        await Recompute(applier.pool, CatalogueCache(applier.pool), lists=wake).mark_behind()
    assert wake.saw == [(7,)]


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


async def test_of_stale_lists_those_that_are_read_come_first(
    applier: Applier, recompute: Recompute, http: httpx.AsyncClient, seen: SeenLearners
) -> None:
    others = range(100, 100 + 2 * LEARNERS_PER_ROUND)
    await apply(applier, published("course-1"), *(user(one) for one in (7, *others)))
    await recompute_all(recompute)
    await apply(applier, *(progress(one, "course-1", version=1) for one in others))
    await apply(applier, progress(7, "course-1", version=1))
    assert (await http.get(PATH)).headers["X-Source"] == "computed"
    await seen.flush()
    await recompute.recompute_some()
    assert 7 not in (marked := await ids(applier.pool, MARKED))
    assert len(marked) == LEARNERS_PER_ROUND + 1
    assert (await http.get(PATH)).headers["X-Source"] == "precomputed"


async def test_learners_who_wait_for_long_come_before_readers(
    applier: Applier, recompute: Recompute, seen: SeenLearners
) -> None:
    others = range(100, 100 + LEARNERS_PER_ROUND)
    await apply(applier, published("course-1"), *(user(one) for one in (7, *others)))
    await applier.pool.execute(MARKED_EARLIER, [*others], timedelta(minutes=6))
    seen.note(7)
    await seen.flush()
    await recompute.recompute_some()
    assert await ids(applier.pool, MARKED) == [7]


async def test_a_flush_and_a_batch_of_facts_do_not_deadlock(
    applier: Applier, recompute: Recompute, seen: SeenLearners
) -> None:
    await apply(applier, published("course-1"), user(7), user(8))
    await recompute_all(recompute)
    await apply(applier, published("course-2"), user(8, version=2))
    await applier.pool.execute("UPDATE dirty_learner SET claimed_at = now()")
    seen.note(7)
    seen.note(8)
    async with applier.pool.acquire() as batch, batch.transaction():
        await batch.execute(MARK, [7], [None], None)
        flush = asyncio.create_task(seen.flush())
        while not await applier.pool.fetchval(WAITS_FOR, batch.get_server_pid()):
            pass
        await batch.execute(MARK, [8], [None], None)
        await see_owners(batch, [7, 8])
    await flush
    assert await ids(applier.pool, WAITING_READERS) == [7, 8]


async def test_lists_are_deleted_while_facts_arrive_without_a_deadlock(
    applier: Applier, recompute: Recompute
) -> None:
    await apply(applier, published("course-1"), user(7), user(8))
    await applier.pool.execute(AWAY, [7, 8])
    async with applier.pool.acquire() as batch, batch.transaction():
        await batch.execute(MARK, [7], [None], None)
        deletion = asyncio.create_task(UnseenLists(applier.pool).delete_some())
        while not await applier.pool.fetchval(WAITS_FOR, batch.get_server_pid()):
            pass
        await see_owners(batch, [7])
    await deletion
    assert await ids(applier.pool, SEEN) == await ids(applier.pool, MARKED) == [7]


async def test_a_read_of_the_earlier_list_does_not_bring_forward_the_one_after_the_next(
    applier: Applier, recompute: Recompute, seen: SeenLearners, monkeypatch: pytest.MonkeyPatch
) -> None:
    await apply(applier, published("course-1"), user(7))
    seen.note(7)
    await seen.flush()
    assert await ids(applier.pool, WAITING_READERS) == [7]

    async def load_before_another_fact(
        pool: asyncpg.Pool, user_ids: Collection[int]
    ) -> tuple[list[Learner], set[int]]:
        loaded = await load_readable(pool, user_ids)
        await apply(applier, progress(7))
        return loaded

    monkeypatch.setattr("ai.recommendations.recompute.load_readable", load_before_another_fact)
    await recompute.recompute_some()
    assert await ids(applier.pool, MARKED) == [7]
    assert await ids(applier.pool, WAITING_READERS) == []


async def test_migrated_generations_equal_a_new_one_and_their_lists_are_made_again(
    applier: Applier, recompute: Recompute
) -> None:
    await apply(applier, published("course-1"), user(7))
    await recompute_all(recompute)
    async with applier.pool.acquire() as db, rolled_back(db):
        await create_generation(db, "g2")
        made_now = await db.fetch(SHAPE)
        await db.execute(OLDER_RELEASE)
        assert await db.fetch(SHAPE) != made_now
        for name in MIGRATIONS:
            await db.execute(files("ai.migrations").joinpath(name).read_text())
        assert await db.fetch(SHAPE) == made_now
        assert await db.fetch("SELECT FROM live.recommendation") == []
        marked = await db.fetch("SELECT user_id, read_at FROM live.dirty_learner")
        assert [tuple(row) for row in marked] == [(7, None)]


@asynccontextmanager
async def rolled_back(db: Db) -> AsyncIterator[None]:
    transaction = db.transaction()
    await transaction.start()
    try:
        yield
    finally:
        await transaction.rollback()


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
