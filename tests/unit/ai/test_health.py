"""What /health says to everybody, and what operators are told besides."""

import json
from types import SimpleNamespace
from typing import Any, cast

import asyncpg
import pytest
from fastapi import Response

from ai.health import Health, details, health
from ai.kit.vectors import ModelIdentity
from ai.projections.status import heartbeat

ROWS_READ = """
SELECT sum(coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0)) FROM pg_stat_xact_user_tables
"""
PARK_MANY = """
INSERT INTO parked_record (
    generation, topic, partition, "offset", header_names, header_values, cause_code, cause
) SELECT 'g1', 'ongoza.users', 0, n, '{}', '{}', 'bad_payload', '' FROM generate_series(1, 500) n
"""
CORE: Any = SimpleNamespace(breaker=SimpleNamespace(is_open=False))
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


async def test_a_lost_topic_degrades_the_health_and_is_named(pool: asyncpg.Pool) -> None:
    assert (await ask(pool))[1].status == "ok"
    await pool.execute("INSERT INTO lost_topic (topic, cause) VALUES ('ongoza.users', 'shorter')")
    code, found = await ask(pool)
    assert (code, found.status) == (200, "degraded")
    told = await details(cast(Any, None), pool)
    assert [one.topic for one in told.lost_topics] == ["ongoza.users"]


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
    worker = (await details(cast(Any, None), pool)).worker
    assert worker
    assert worker.failed_jobs["tuning"].last_error == "KeyError"
    await pool.execute("UPDATE worker_status SET failed_jobs = '{}'")
    assert (await ask(pool))[1].status == "ok"
    await pool.execute("UPDATE worker_status SET heartbeat_at = now() - interval '31 seconds'")
    assert (await ask(pool))[1].status == "degraded"
    await pool.execute("DELETE FROM worker_status")
    assert (await ask(pool))[1].status == "degraded"


async def test_health_reads_no_more_rows_however_much_waits(pool: asyncpg.Pool) -> None:
    few = await rows_read(pool)
    await pool.execute("INSERT INTO dirty_learner (user_id) SELECT generate_series(1, 2000)")
    await pool.execute(PARK_MANY)
    assert await rows_read(pool) == few
    told = await details(cast(Any, None), pool)
    assert (told.learners_waiting, told.parked_records) == (2000, 500)


async def rows_read(pool: asyncpg.Pool) -> int:
    async with pool.acquire() as db, db.transaction():
        before = await db.fetchval(ROWS_READ)
        await ask(cast(Any, db))
        return int(await db.fetchval(ROWS_READ) - before)
