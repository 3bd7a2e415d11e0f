"""Rows of `scale` that need ai's database alone: counting, catalogue, lists, answers."""

import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid5

import asyncpg
import django

from ai.catalogue.cache import CatalogueCache
from ai.kit.fairness import prefer_event_loop
from ai.learners.queries import load_learners
from ai.projections.apply import Applier
from ai.projections.batch import Batch
from ai.projections.marks import mark_learners
from ai.recommendations.lists import compute
from ai.recommendations.recompute import Recompute
from ongoza_contracts.event import Fact
from ongoza_contracts.http.recommendations import LIMIT_DEFAULT, LIMIT_MAX
from ongoza_contracts.profiling import Answer, ProfilingAnswered
from scripts.bench import fixtures, product
from scripts.bench.figures import Result
from scripts.bench.meter import measured

CHANGED = 3
"""Before neighbours are counted again, one learner in so many completes what was in progress: more
facts than the share at which the product counts again."""
LISTS, WARM_UP_LISTS, STORED_LISTS = 200, 20, 1_000
ANSWERING, ANSWERS_EACH = 100, 10
IN_PROGRESS = """
SELECT user_id, content_id FROM progress WHERE status = 'in_progress' AND user_id % $1 = 0
"""
BYTES = """
SELECT pg_total_relation_size('recommendation')::float8 / count(*) FROM recommendation
"""
OUTBOX = (1_000, 100_000)
REQUESTS = 10
FILL_OUTBOX = """
INSERT INTO outbox_event (event_id, topic, partition, key, partition_key, type, subject, time,
    dataschema, sequence, traceparent, payload)
SELECT gen_random_uuid(), 'ongoza.progress', 0, 'key', 'key', 'type', 'subject',
    '2026-05-04T12:00:00Z', 'schema', '1', NULL, convert_to(repeat('x', 300), 'UTF8')
FROM generate_series(1, %s)
"""
# Of the outbox, by sequential scans and by its indexes.
ROWS_READ = """
SELECT seq_tup_read + (
    SELECT sum(idx_tup_read) FROM pg_stat_user_indexes WHERE relname = 'outbox_event'
) FROM pg_stat_user_tables WHERE relname = 'outbox_event'
"""
FLUSH = "SELECT pg_stat_force_next_flush()"


async def count(postgres: int) -> Result:
    """Counting of everything, then again after some learners completed more."""
    async with await product.ai_pool() as pool:
        async with measured(postgres) as first:
            await product.count_neighbours(pool)
        before = await _counted_at(pool)
        await _complete_more(pool)
        async with measured(postgres) as again:
            await product.count_neighbours(pool)
        if await _counted_at(pool) == before:
            raise RuntimeError("neighbours were not counted again")
    return {**first, "again_cpu_s": again["cpu_s"], "again_lag_ms": again["lag_ms"]}


async def _counted_at(pool: asyncpg.Pool) -> datetime:
    found = await pool.fetchval("SELECT counted_at FROM item_neighbour_settings")
    if not isinstance(found, datetime):
        raise RuntimeError("neighbours were not counted")
    return found


async def _complete_more(pool: asyncpg.Pool) -> None:
    now = datetime.now(UTC)
    facts = [
        product.progress_fact(user_id, item, 100, now).model_copy(update={"version": 2})
        for user_id, item in await pool.fetch(IN_PROGRESS, CHANGED)
    ]
    for first in range(0, len(facts), 1000):
        await _apply(pool, facts[first : first + 1000])


async def _apply(pool: asyncpg.Pool, facts: Sequence[Fact]) -> None:
    """As the worker does."""
    batch = Batch()
    for fact in facts:
        batch.add(fact, fact.model_dump_json().encode())
    await Applier(pool, "g1", "bench").apply(batch)


async def reload(postgres: int, items: int) -> Result:
    """The first load, and the one after a change of one item. With an API process's settings."""
    changed = fixtures.catalogue_facts(items)[0]
    prefer_event_loop()
    async with await product.ai_pool() as pool:
        await product.count_neighbours(pool)
        reading = CatalogueCache(pool)
        async with measured(postgres) as first:
            await reading.current()
        version = 1 + await pool.fetchval(
            "SELECT version FROM content WHERE content_id = $1", changed.content_id
        )
        await _apply(pool, [changed.model_copy(update={"version": version})])
        revision = await pool.fetchval("SELECT revision FROM catalogue_revision")
        async with measured(postgres) as again:
            while (await reading.current()).revision < revision:
                pass
    return {**first, "again_cpu_s": again["cpu_s"], "again_lag_ms": again["lag_ms"]}


async def one_list(learners: int) -> Result:
    """Of ten items and of fifty, as many as are stored; in a small catalogue fewer fit."""
    async with await product.ai_pool() as pool:
        await product.count_neighbours(pool)
        catalogue = await CatalogueCache(pool).current()
        chosen = range(1, learners + 1, learners // (LISTS + WARM_UP_LISTS))
        loaded = await load_learners(pool, [*chosen])
    result = Result()
    for limit in (LIMIT_DEFAULT, LIMIT_MAX):
        for learner in loaded[:WARM_UP_LISTS]:
            compute(catalogue, learner, limit=limit)
        began = time.process_time()
        for learner in loaded[WARM_UP_LISTS:]:
            compute(catalogue, learner, limit=limit)
        took = time.process_time() - began
        result[f"cpu_ms_{limit}"] = 1000 * took / len(loaded[WARM_UP_LISTS:])
    return result


async def stored_list() -> Result:
    async with await product.ai_pool() as pool, pool.acquire() as db:
        await db.execute("TRUNCATE recommendation, dirty_learner")
        await product.count_neighbours(pool)
        await mark_learners(db, dict.fromkeys(range(1, STORED_LISTS + 1)))
        recompute = Recompute(pool, CatalogueCache(pool))
        while await recompute.recompute_some():
            pass
        return {"bytes": await db.fetchval(BYTES)}


async def answers() -> Result:
    """Learners answer question after question; their lists use results alone."""
    marked = 0
    async with await product.ai_pool() as pool:
        for number in range(1, ANSWERS_EACH + 1):
            await pool.execute("TRUNCATE dirty_learner")
            await _apply(pool, [_answered(user, number) for user in range(1, ANSWERING + 1)])
            marked += await pool.fetchval("SELECT count(*) FROM dirty_learner")
    return {"marks": marked / ANSWERING / ANSWERS_EACH}


def _answered(user_id: int, number: int) -> ProfilingAnswered:
    given = tuple(
        Answer(
            question_id=f"q{one:02}",
            option_id="a",
            answered_at=product.NOW + timedelta(seconds=one),
        )
        for one in range(1, number + 1)
    )
    state = {"questionnaire": "v1", "answers": given, "started_at": product.NOW}
    session = uuid5(product.SESSIONS, str(user_id))
    return ProfilingAnswered(version=number, session_id=session, user_id=user_id, **state)


def readiness() -> Result:
    """Rows of the outbox that a request by anybody reads, of a short and of a long outbox."""
    django.setup()
    from django.db import connection
    from django.test import Client

    read, client, waiting = [], Client(), 0
    for rows in OUTBOX:
        with connection.cursor() as cursor:
            cursor.execute(FILL_OUTBOX, [rows - waiting])
            cursor.execute("ANALYZE outbox_event")
        waiting, before = rows, _rows_read(connection)
        for _ in range(REQUESTS):
            answer = client.get("/api/v1/health/ready/", headers={"host": "localhost"})
            if answer.status_code != 200:
                raise RuntimeError(f"readiness answers {answer.status_code}")
        read.append((_rows_read(connection) - before) / REQUESTS)
    return {"short": read[0], "long": read[1]}


def _rows_read(connection: Any) -> int:
    with connection.cursor() as cursor:
        cursor.execute(FLUSH)  # the next statement writes this session's counts
        cursor.execute("SELECT 1")
        cursor.execute(ROWS_READ)
        return int(cursor.fetchone()[0])
