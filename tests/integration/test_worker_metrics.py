"""What the worker reports of its database, and how late a list is counted to be."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest

from ai.catalogue.cache import CatalogueCache
from ai.catalogue.catalogue import Catalogue
from ai.projections.apply import Applier
from ai.projections.batch import read_batch
from ai.projections.metrics import count_texts, report_waiting
from ai.recommendations.recompute import CLAIM, Recompute
from ongoza_contracts.event import Fact
from ongoza_ops.metrics import (
    FACT_VISIBLE_SECONDS,
    MARKS,
    OLDEST_MARK_SECONDS,
    PARKED,
    TEXTS_WAITING,
)
from tests.facts import RawRecord, progress, published, record, user
from tests.metric_values import value

FACT_TIMES = "SELECT user_id, fact_at FROM dirty_learner ORDER BY user_id"
FIRST = datetime(2026, 11, 30, 8, tzinfo=UTC)
SECOND, THIRD = FIRST + timedelta(seconds=1), FIRST + timedelta(seconds=2)


def at(time: datetime, fact: Fact) -> RawRecord:
    return replace(record(fact), timestamp=int(time.timestamp() * 1000))


async def fact_times(pool: asyncpg.Pool) -> dict[int, datetime | None]:
    return {row["user_id"]: row["fact_at"] for row in await pool.fetch(FACT_TIMES)}


async def test_a_mark_has_the_time_of_the_oldest_fact_that_the_list_does_not_show(
    applier: Applier,
) -> None:
    await applier.apply(read_batch([at(SECOND, user()), at(FIRST, published("course-1"))]))
    assert await fact_times(applier.pool) == {7: FIRST}  # of its batch
    await applier.apply(read_batch([at(THIRD, progress())]))
    assert await fact_times(applier.pool) == {7: FIRST}
    await applier.pool.fetch(CLAIM, 1)
    await applier.apply(read_batch([at(THIRD, progress(version=2))]))
    assert await fact_times(applier.pool) == {7: FIRST}  # the claim may fail


class RenewingCatalogues(CatalogueCache):
    """Applies a fact while a list is in the making."""

    def __init__(self, applier: Applier, fact: RawRecord) -> None:
        super().__init__(applier.pool)
        self._renewal = applier, fact

    async def current(self) -> Catalogue:
        applier, fact = self._renewal
        await applier.apply(read_batch([fact]))
        return await super().current()


async def test_a_stored_list_shows_the_facts_before_its_claim(applier: Applier) -> None:
    began = datetime.now(UTC)
    await applier.apply(read_batch([at(began - timedelta(hours=1), user())]))
    renewal = at(began - timedelta(minutes=1), progress())
    recompute = Recompute(applier.pool, RenewingCatalogues(applier, renewal))
    assert await recompute.recompute_some()
    (fact_at,) = (await fact_times(applier.pool)).values()
    assert fact_at is not None
    assert fact_at >= began  # as if published at the claim


async def test_a_list_is_counted_once_it_is_stored(applier: Applier) -> None:
    before = value(FACT_VISIBLE_SECONDS, step="listed")
    facts = [at(FIRST, published("course-1")), *(at(FIRST, user(one)) for one in (7, 8))]
    await applier.apply(read_batch(facts))
    recompute = Recompute(applier.pool, CatalogueCache(applier.pool))
    assert await recompute.recompute_some()
    assert value(FACT_VISIBLE_SECONDS, step="listed") == before + 2
    await applier.apply(read_batch([at(SECOND, published("course-2"))]))
    await recompute.mark_behind()
    assert await fact_times(applier.pool) == {7: None, 8: None}  # of no fact of theirs
    await recompute.recompute_some()
    assert value(FACT_VISIBLE_SECONDS, step="listed") == before + 2


async def test_a_mark_of_no_fact_gets_time_and_trace_of_the_first_fact(applier: Applier) -> None:
    await applier.apply(read_batch([at(FIRST, user())]))
    await applier.pool.execute("DELETE FROM dirty_learner")
    await applier.pool.execute("INSERT INTO dirty_learner (user_id) VALUES (7)")
    traced = at(SECOND, progress())
    headers = [*traced.headers, ("traceparent", f"00-{'a' * 32}-{'b' * 16}-01".encode())]
    await applier.apply(read_batch([replace(traced, headers=headers)]))
    assert await fact_times(applier.pool) == {7: SECOND}
    trace = await applier.pool.fetchval("SELECT traceparent FROM dirty_learner")
    assert "a" * 32 in trace
    mark = await applier.pool.fetchval("SELECT mark FROM dirty_learner")
    await applier.apply(read_batch([at(THIRD, progress(version=2))]))
    assert await fact_times(applier.pool) == {7: SECOND}
    assert await applier.pool.fetchval("SELECT mark FROM dirty_learner") == mark


async def test_facts_that_a_rebuild_reads_have_no_time(applier: Applier) -> None:
    await applier.pool.execute("UPDATE generation SET state = 'building' WHERE name = 'g1'")
    try:
        await applier.apply(read_batch([at(FIRST, user())]))
    finally:
        await applier.pool.execute("UPDATE generation SET state = 'live' WHERE name = 'g1'")
    assert await fact_times(applier.pool) == {7: None}


async def test_what_waits_in_the_database_is_reported(applier: Applier) -> None:
    await report_waiting(applier.pool)
    await count_texts(applier.pool)
    waiting = (PARKED, MARKS, OLDEST_MARK_SECONDS, TEXTS_WAITING)
    assert [value(one) for one in waiting] == [0, 0, 0, 0]
    malformed = replace(record(user(9)), headers=[])
    await applier.apply(read_batch([record(published("course-1")), record(user()), malformed]))
    await applier.pool.execute("UPDATE dirty_learner SET marked_at = now() - interval '90 seconds'")
    await report_waiting(applier.pool)
    # A scrape does not read every vector.
    assert [value(one) for one in (PARKED, MARKS, TEXTS_WAITING)] == [1, 1, 0]
    await count_texts(applier.pool)
    assert value(TEXTS_WAITING) == 1
    assert value(OLDEST_MARK_SECONDS) == pytest.approx(90, abs=60)
