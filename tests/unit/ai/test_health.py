"""What /health says to everybody, and what operators are told besides."""

import json
from datetime import timedelta
from types import SimpleNamespace
from typing import Any, cast

import asyncpg
import pytest
from fastapi import Response

from ai.catalogue.cache import CatalogueCache
from ai.health import Health, Projection, details, health
from ai.kit.vectors import ModelIdentity
from ai.projections.apply import Applier
from ai.projections.batch import read_batch
from ai.projections.status import heartbeat, report_oldest_unapplied
from ai.recommendations.recompute import Recompute
from tests.facts import record, user

ROWS_READ = """
SELECT sum(coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0)) FROM pg_stat_xact_user_tables
"""
PARK_MANY = """
INSERT INTO parked_record (
    generation, topic, partition, "offset", header_names, header_values, cause_code, cause
) SELECT 'g1', 'ongoza.users', 0, n, '{}', '{}', 'bad_payload', '' FROM generate_series(1, 500) n
"""
CORE: Any = SimpleNamespace(breaker=SimpleNamespace(is_open=False))
CORE_DOWN: Any = SimpleNamespace(breaker=SimpleNamespace(is_open=True))
MARKED = "INSERT INTO dirty_learner (user_id, marked_at) VALUES ($1, now() - $2::interval)"
MARK_MANY = """
INSERT INTO dirty_learner (user_id, marked_at)
SELECT n, now() - make_interval(secs => n % 200) FROM generate_series(2, 2000) AS n
"""
SILENCE = """
UPDATE worker_status SET heartbeat_at = now() - interval '31 seconds' WHERE worker = $1
"""
ENCODER: Any = SimpleNamespace(identity=ModelIdentity("model", "1", "fp32", 8))


@pytest.fixture
async def pool(vector_pool: asyncpg.Pool) -> asyncpg.Pool:
    """With a worker that runs."""
    await heartbeat(vector_pool, "test", "g1")
    return vector_pool


async def ask(pool: asyncpg.Pool) -> tuple[int, Health]:
    response = Response()
    found = await health(cast(Any, pool), CORE, ENCODER, response)
    return response.status_code, found


async def told(pool: asyncpg.Pool, core: Any = CORE) -> Projection:
    return await details(cast(Any, None), pool, core)


async def test_a_lost_topic_degrades_the_health_and_is_named(pool: asyncpg.Pool) -> None:
    assert (await ask(pool))[1].status == "ok"
    await pool.execute("INSERT INTO lost_topic (topic, cause) VALUES ('ongoza.users', 'shorter')")
    code, found = await ask(pool)
    assert (code, found.status) == (200, "degraded")
    found_out = await told(pool)
    assert [one.topic for one in found_out.lost_topics] == ["ongoza.users"]
    assert found_out.problems == ["ongoza.users lost records: run core's refill_topic"]


async def test_a_topic_that_was_lost_long_ago_is_history(pool: asyncpg.Pool) -> None:
    await pool.execute(
        "INSERT INTO lost_topic VALUES ('ongoza.users', 'shorter', now() - interval '8 days')"
    )
    assert (await ask(pool))[1].status == "ok"


async def test_a_silent_worker_and_a_failing_job_degrade_the_health(pool: asyncpg.Pool) -> None:
    failed = {"failures": 3, "failures_in_a_row": 2, "last_error": "KeyError"}
    jobs = {"tuning": {**failed, "last_failed_at": "2026-11-20T08:00:00Z"}}
    await pool.execute("UPDATE worker_status SET failed_jobs = $1", json.dumps(jobs))
    assert (await ask(pool))[1].status == "degraded"
    found_out = await told(pool)
    assert found_out.worker
    assert found_out.worker.failed_jobs["tuning"].last_error == "KeyError"
    assert found_out.problems == ["the worker's job tuning has failed 2 times in a row"]
    await pool.execute("UPDATE worker_status SET failed_jobs = '{}'")
    assert (await ask(pool))[1].status == "ok"
    await pool.execute("UPDATE worker_status SET heartbeat_at = now() - interval '31 seconds'")
    assert (await ask(pool))[1].status == "degraded"
    assert (await told(pool)).problems == ["no worker has reported for 31 s"]
    await pool.execute("DELETE FROM worker_status")
    assert (await ask(pool))[1].status == "degraded"
    assert (await told(pool)).problems == ["no worker has ever run"]


async def test_a_core_that_does_not_answer_is_named(pool: asyncpg.Pool) -> None:
    assert (await told(pool)).problems == []
    assert (await told(pool, CORE_DOWN)).problems == ["core does not answer"]


async def test_a_list_that_waits_for_too_long_degrades_until_it_is_computed(
    applier: Applier,
) -> None:
    pool = applier.pool
    await applier.apply(read_batch([record(user(7))]))
    assert (await ask(pool))[1].status == "ok"
    await pool.execute("UPDATE dirty_learner SET marked_at = now() - interval '299 seconds'")
    assert (await ask(pool))[1].status == "ok"
    await pool.execute("UPDATE dirty_learner SET marked_at = now() - interval '400 seconds'")
    code, found = await ask(pool)
    assert (code, found.status) == (200, "degraded")
    found_out = await told(pool)
    assert found_out.problems == ["a list has waited for 400 s; the limit is 300 s"]
    assert found_out.oldest_list_seconds == pytest.approx(400, abs=1)
    await Recompute(pool, CatalogueCache(pool)).recompute_some()
    assert (await ask(pool))[1].status == "ok"
    assert (await told(pool)).oldest_list_seconds == 0


async def test_a_fact_that_waits_for_too_long_degrades_the_health(pool: asyncpg.Pool) -> None:
    assert (await told(pool)).oldest_fact_seconds is None
    await heartbeat(pool, "second", "g1")
    await report_oldest_unapplied(pool, "second", 7.4)
    await report_oldest_unapplied(pool, "test", 4.9)
    assert (await ask(pool))[1].status == "degraded"
    found_out = await told(pool)
    assert found_out.problems == ["a fact has waited for 7 s; the limit is 5 s"]
    assert found_out.oldest_fact_seconds == 7.4
    await pool.execute(SILENCE, "second")  # killed, and the other one has its partitions
    assert (await ask(pool))[1].status == "ok"


async def test_health_reads_no_more_rows_however_much_waits(pool: asyncpg.Pool) -> None:
    """The planner has no statistics of the marks, as in a burst."""
    await pool.execute(MARKED, 1, timedelta(seconds=250))
    few = await rows_read(pool)
    await pool.execute(MARK_MANY)
    await pool.execute(PARK_MANY)
    assert await rows_read(pool) == few
    found_out = await told(pool)
    assert (found_out.learners_waiting, found_out.parked_records) == (2000, 500)
    assert found_out.oldest_list_seconds == pytest.approx(250, abs=5)


async def rows_read(pool: asyncpg.Pool) -> int:
    async with pool.acquire() as db, db.transaction():
        before = await db.fetchval(ROWS_READ)
        await ask(cast(Any, db))
        return int(await db.fetchval(ROWS_READ) - before)
