"""Counts and histories that follow facts equal those made from nothing, whatever the order."""

import asyncio
import random
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Any

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ai.catalogue import item_neighbours
from ai.catalogue.catalogue import Catalogue
from ai.catalogue.queries import load_catalogue
from ai.kit.db import open_pool
from ai.kit.settings import Settings
from ai.projections.apply import Applier
from ai.projections.batch import read_batch
from ai.projections.counts import update_counts
from ai.projections.generations import NoSuchGeneration, create_generation, drop_generation
from ai.projections.status import heartbeat
from ai.recommendations import refresh
from ai.recommendations.refresh import NeighboursRefresh
from ongoza_contracts.event import Fact
from tests.empty_tables import empty_generation
from tests.facts import NOW, erased, progress, published, record

ITEMS = [f"course-{n}" for n in range(4)]
COUNTS = "SELECT content_id, learners, completed FROM item_count ORDER BY content_id"
COUNTS_FROM_NOTHING = """
SELECT content_id, count(*) FILTER (WHERE status IN ('in_progress', 'completed')) AS learners,
    count(*) FILTER (WHERE status = 'completed') AS completed
FROM progress GROUP BY content_id ORDER BY content_id
"""
HISTORIES = "SELECT user_id, items FROM completion_history WHERE items <> '' ORDER BY user_id"
HISTORIES_FROM_NOTHING = """
SELECT user_id, string_agg(int4send(number), ''::bytea ORDER BY updated_at, content_id) AS items
FROM progress JOIN item_count USING (content_id) WHERE status = 'completed'
GROUP BY user_id ORDER BY user_id
"""
NOTED = "SELECT (SELECT count(*) FROM item_count_change) + (SELECT count(*) FROM stale_history)"

STATUSES = ("not_started", "in_progress", "completed")


def a_version(user_id: int, item: str, version: int) -> Fact:
    """The same for the same version, as facts are."""
    chance = random.Random(f"{user_id} {item} {version}")  # noqa: S311 - a world, not a secret
    later = timedelta(hours=chance.randint(0, 5))
    return progress(user_id, item, version, status=chance.choice(STATUSES), updated_at=NOW + later)


FACTS = st.one_of(
    st.builds(a_version, st.integers(1, 5), st.sampled_from(ITEMS), st.integers(1, 6)),
    st.builds(published, st.sampled_from(ITEMS)),
    st.builds(erased, st.integers(4, 5)),
)
STEPS = st.lists(st.one_of(st.lists(FACTS, min_size=1, max_size=6), st.just("count")), max_size=12)


async def apply(applier: Applier, facts: Sequence[Fact]) -> None:
    await applier.apply(read_batch(record(fact) for fact in facts))


async def count_now(pool: asyncpg.Pool) -> Catalogue:
    await pool.execute("UPDATE item_neighbour_settings SET facts = -1")
    await NeighboursRefresh(pool).refresh()
    return await load_catalogue(pool, revision=0, as_of=NOW)


def known(catalogue: Catalogue) -> list[tuple[Any, ...]]:
    """What the catalogue says of learners, by the ids of items."""
    ids = [item.content_id for item in catalogue.items]
    pairs = catalogue.neighbours.pairs()
    close = [(ids[item], ids[other], *figures) for item, other, *figures in pairs]
    return [*((item.content_id, item.learners) for item in catalogue.items), *sorted(close)]


async def as_from_nothing(settings: Settings, steps: Sequence[Any]) -> None:
    pool = await open_pool(settings, search_path="g1, public")
    second = await open_pool(settings, search_path="g2, public")
    try:
        await empty_generation(pool)
        await heartbeat(pool, "test", "g1")
        applier = Applier(pool, "g1", "test")
        for step in steps:
            if step == "count":
                await NeighboursRefresh(pool).refresh()
            else:
                await apply(applier, step)
        live = await count_now(pool)
        async with pool.acquire() as db:
            await update_counts(db)
            wanted = [row for row in await db.fetch(COUNTS_FROM_NOTHING) if row["learners"]]
            assert [row for row in await db.fetch(COUNTS) if row["learners"]] == wanted
            assert await db.fetch(HISTORIES) == await db.fetch(HISTORIES_FROM_NOTHING)
            assert await db.fetchval(NOTED) == 0
            await create_generation(db, "g2")
        facts = [fact for step in steps if step != "count" for fact in step]
        await apply(Applier(second, "g2", "test"), facts[::-1])
        assert known(await count_now(second)) == known(live)
    finally:
        await drop_if_made(pool)
        await second.close()
        await pool.close()


async def drop_if_made(pool: asyncpg.Pool) -> None:
    async with pool.acquire() as db:
        with suppress(NoSuchGeneration):
            await drop_generation(db, "g2")


@pytest.mark.slow
@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(STEPS)
def test_counts_that_follow_facts_equal_those_of_a_rebuild(
    ai_settings: Settings, steps: list[Any]
) -> None:
    """In any order of facts, late ones, ones that take a completion back, and erasures."""
    asyncio.run(as_from_nothing(ai_settings, steps))


async def test_a_count_reads_only_the_progress_of_learners_who_changed(applier: Applier) -> None:
    done = [progress(n, item, status="completed") for n in range(1, 41) for item in ITEMS]
    await apply(applier, [*map(published, ITEMS), *done])
    await NeighboursRefresh(applier.pool).refresh()
    await apply(
        applier, [progress(7, "course-1", 2, status="in_progress"), progress(50, "course-1")]
    )
    async with applier.pool.acquire() as db:
        assert await update_counts(db) == 1  # the second has completed nothing
        assert await update_counts(db) == 0


async def test_an_item_without_number_keeps_its_learner_noted(
    applier: Applier, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fact that is applied between the statements of an update waits for the next one."""
    await apply(applier, [progress(7, "course-1", status="completed")])
    monkeypatch.setattr("ai.projections.counts.ADD_CHANGES", "SELECT")
    async with applier.pool.acquire() as db:
        assert await update_counts(db) == 0
        monkeypatch.undo()
        assert await update_counts(db) == 1
        assert await db.fetch(HISTORIES) == await db.fetch(HISTORIES_FROM_NOTHING)


async def test_facts_do_not_wait_for_an_update_of_counts(applier: Applier) -> None:
    await apply(applier, [progress(7, "course-1", status="completed")])
    async with applier.pool.acquire() as db, db.transaction():
        await update_counts(db)
        async with asyncio.timeout(10):
            await apply(applier, [progress(7, "course-1", 2), progress(8, "course-1")])
    async with applier.pool.acquire() as db:
        await update_counts(db)
        assert await db.fetchval("SELECT learners FROM item_count") == 2


async def test_settings_are_chosen_again_only_after_the_facts_grew(
    applier: Applier, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen = []
    settings = item_neighbours.Settings(
        recency=0.75,
        in_order=True,
        out_of_order=0.0,
        order_decay=5.0,
        ridge=20.0,
        neighbours=50,
        semantic_weight=0.25,
        shrinkage=10,
    )

    def choose(*given: Any) -> Any:
        chosen.append(given)
        return settings, 0.5

    monkeypatch.setattr(refresh, "choose", choose)
    done = [progress(n, item, status="completed") for n in range(1, 21) for item in ITEMS[:2]]
    await apply(applier, [*map(published, ITEMS), *done])
    await count_now(applier.pool)
    assert (await count_now(applier.pool)).neighbours.settings == settings
    assert len(chosen) == 1
    await apply(applier, [progress(n, ITEMS[2], status="completed") for n in range(1, 22)])
    await count_now(applier.pool)
    assert len(chosen) == 2


async def test_the_worker_counts_in_a_process_of_its_own(
    applier: Applier, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = [progress(n, item, status="completed") for n in range(1, 6) for item in ITEMS[:2]]
    await apply(applier, [*map(published, ITEMS), *done])
    here = []
    monkeypatch.setattr(refresh, "weigh", lambda *given: here.append(given))
    await NeighboursRefresh(applier.pool).refresh_in_child()
    catalogue = await load_catalogue(applier.pool, revision=0, as_of=NOW)
    assert catalogue.neighbours.finished_both(0, 1) == 5
    assert here == []


async def test_a_process_that_fails_to_count_is_a_failure_of_the_job(
    applier: Applier, monkeypatch: pytest.MonkeyPatch
) -> None:
    await apply(applier, [published("course-1"), progress(7, "course-1", status="completed")])
    monkeypatch.setenv("VECTOR_DB_PASSWORD", "wrong")
    with pytest.raises(refresh.CountFailed):
        await NeighboursRefresh(applier.pool).refresh_in_child()
