"""Rows of `scale` with worker and API at work: reads, bursts of facts, a published item."""

import asyncio
import time
from collections import Counter
from collections.abc import Iterator
from itertools import cycle
from uuid import uuid4

import asyncpg
import numpy as np
from jose import jwt

from ai.catalogue.cache import CatalogueCache
from ai.kit.settings import Settings
from ai.projections.marks import mark_learners
from ai.recommendations.recompute import Recompute
from core.config.kafka import connection
from core.outbox.kafka import Publisher
from ongoza_contracts.codec import encode
from ongoza_contracts.event import Fact
from scripts.bench import fixtures, product
from scripts.bench.figures import Result
from scripts.bench.fixtures import Fill
from scripts.bench.http_load import Connection, connect, get, run_client
from scripts.bench.running import wait_until
from scripts.stack.child import run_child
from scripts.stack.stack import Stack

READERS, CLIENTS, READ_PAUSE_SECONDS = 200, 4, 0.02
REST_SECONDS, BURST_SECONDS, COUNT_SECONDS, CHANGE_SECONDS = 15, 60, 120, 120
BURST, MARKED_BY_BURST = 30_000, 20_000
WRITES_PER_SECOND, POLL_SECONDS, QUIET_SECONDS = 10, 0.005, 10
COMPUTED = 2_000
"""So many lists are computed; the other learners get copies of them."""
WAITING = "SELECT count(*) FROM dirty_learner"
VISIBLE = """
SELECT user_id FROM progress AS fact
JOIN unnest($1::integer[], $2::text[]) AS wanted (user_id, content_id)
    USING (user_id, content_id)
WHERE version >= $3
AND NOT EXISTS (SELECT FROM dirty_learner AS dirty WHERE dirty.user_id = fact.user_id)
"""
COUNTED = "SELECT count(*) FROM item_neighbour_settings"
ONLY_SEEN = "DELETE FROM recommendation WHERE user_id NOT IN (SELECT user_id FROM learner_seen)"
FORGET_COUNTS = "TRUNCATE item_neighbour, item_neighbour_settings"
REWRITTEN = """
SELECT count(*) AS lists, count(seen_on) AS active
FROM recommendation LEFT JOIN learner_seen USING (user_id) WHERE computed_at > $1
"""
SEEN = "SELECT count(*) FROM learner_seen"


def behind(stack: Stack, fill: Fill) -> Result:
    """Reads at rest, and while a burst of facts and a changed item make lists stale."""
    run_child(stack, prepare, READERS)
    _start(stack, "worker", "ai")
    run_child(stack, wait_for_lists)
    rest = run_client(stack, read_lists, stack.ports.ai, REST_SECONDS, 0, fill.items)
    burst = run_client(stack, read_lists, stack.ports.ai, BURST_SECONDS, fill.learners, fill.items)
    _stop(stack, "ai", "worker")
    return {"rest_ms": rest["p99_ms"], **burst}


def counting_beside(stack: Stack, fill: Fill) -> Result:
    """From a fact to the list with it, at rest and while neighbours are counted."""
    run_child(stack, prepare, READERS)
    _start(stack, "worker")
    run_child(stack, wait_for_lists)
    rest = run_child(stack, follow_facts, 2, fill.items)
    _stop(stack, "worker")
    run_child(stack, forget_counts)
    _start(stack, "worker")
    counting = run_child(stack, follow_facts, 3, fill.items)
    _stop(stack, "worker")
    return {"rest_ms": rest["p99_ms"], "p99_ms": counting["p99_ms"]}


def catalogue_change(stack: Stack, fill: Fill) -> Result:
    """How many lists a published item rewrites, and when the last active learner's list is new."""
    run_child(stack, prepare, min(COMPUTED, fill.learners))
    run_child(stack, copy_lists, fill.learners)
    _start(stack, "worker")
    return dict(run_child(stack, publish_item, fill.learners, fill.items))


def _start(stack: Stack, *names: str) -> None:
    for name in names:
        stack.run(name)


def _stop(stack: Stack, *names: str) -> None:
    for name in names:
        stack.stop(name)


async def prepare(learners: int) -> None:
    """Neighbours are counted, and the first learners have a list that is not stale."""
    async with await product.ai_pool() as pool:
        await product.count_neighbours(pool)
        async with pool.acquire() as db:
            await db.execute("TRUNCATE recommendation, dirty_learner")
            await mark_learners(db, dict.fromkeys(range(1, learners + 1)))
        recompute = Recompute(pool, CatalogueCache(pool))
        while await recompute.recompute_some():
            pass


def wait_for_lists() -> None:
    wait_until(lambda: not asyncio.run(_waiting()))


async def _waiting() -> int:
    async with await product.ai_pool() as pool:
        return int(await pool.fetchval(WAITING))


async def forget_counts() -> None:
    async with await product.ai_pool() as pool:
        await pool.execute(FORGET_COUNTS)


async def copy_lists(learners: int) -> None:
    async with await product.ai_pool(statement_timeout="0") as pool, pool.acquire() as db:
        await db.execute("CREATE TEMPORARY TABLE copied AS SELECT * FROM recommendation")
        computed = await db.fetchval("SELECT count(*) FROM copied")
        for _ in range(computed, learners, computed):
            await db.execute("UPDATE copied SET user_id = user_id + $1", computed)
            await db.execute("INSERT INTO recommendation SELECT * FROM copied")
        await db.execute(ONLY_SEEN)
        await db.execute("VACUUM ANALYZE recommendation")


async def read_lists(port: int, seconds: int, learners: int, items: int) -> Result:
    """With `learners`, a burst of their facts is published meanwhile."""
    secret, ends = Settings().jwt_secret_key, time.perf_counter() + seconds
    requests = [
        get("/api/v1/recommendations", _token(user, secret)) for user in range(1, READERS + 1)
    ]
    connections = await connect(*[port] * CLIENTS)
    reading = [
        asyncio.create_task(_read_until(ends, one, cycle(requests[at::CLIENTS])))
        for at, one in enumerate(connections)
    ]
    if learners:
        await asyncio.to_thread(_publish_burst, learners, items)
    answers = [answer for each in await asyncio.gather(*reading) for answer in each]
    sources = Counter(source for source, _ in answers)
    fell_back = sources["fallback"] + sources["popular"]
    p99 = float(np.percentile([took for _, took in answers], 99))
    return {"p99_ms": 1000 * p99, "fell_back": fell_back / len(answers), "answered": len(answers)}


async def _read_until(
    ends: float, connection: Connection, requests: Iterator[str]
) -> list[tuple[str, float]]:
    """The source and the seconds of each answer."""
    answers = []
    while (began := time.perf_counter()) < ends:
        head = await connection.request(next(requests))
        source = head.lower().partition(b"\r\nx-source:")[2].partition(b"\r\n")[0]
        answers.append((source.strip().decode(), time.perf_counter() - began))
        await asyncio.sleep(READ_PAUSE_SECONDS)
    return answers


def _token(user_id: int, secret: str) -> str:
    now = int(time.time())
    claims = {
        **{"user_id": user_id, "email": "learner@ongoza.example", "role": "learner"},
        **{"token_type": "access", "jti": uuid4().hex, "sid": str(uuid4()), "gen": 0},
        **{"iat": now - 5, "exp": now + 600, "iss": "ongoza-core", "aud": "ongoza"},
    }
    return str(jwt.encode(claims, secret, "HS256"))


def _publish_burst(learners: int, items: int) -> None:
    content = fixtures.catalogue_facts(items)
    marked = min(MARKED_BY_BURST, learners)
    facts: list[Fact] = [content[0].model_copy(update={"version": 50})]
    for number in range(BURST):
        item = content[number % len(content)].content_id
        fact = product.progress_fact(1 + number % marked, item, 30 + number % 60)
        facts.append(fact.model_copy(update={"version": 50 + number // marked}))
    product.publish(facts)


async def follow_facts(version: int, items: int) -> Result:
    """Facts at a steady pace, until neighbours are counted. Each version is used once."""
    content = fixtures.catalogue_facts(items)[0].content_id
    waiting: dict[int, float] = {}
    took: list[float] = []
    publisher = Publisher(connection())
    async with await product.ai_pool() as pool, asyncio.timeout(2 * COUNT_SECONDS):

        async def send() -> None:
            began, number = time.perf_counter(), 0
            while number < REST_SECONDS * WRITES_PER_SECOND or not await _is_counted(pool, began):
                number += 1
                await asyncio.sleep(began + number / WRITES_PER_SECOND - time.perf_counter())
                fact = product.progress_fact(number, content, 50)
                record = encode(fact.model_copy(update={"version": version}), time=product.NOW)
                waiting[number] = time.perf_counter()
                await asyncio.to_thread(publisher.publish, [record], lambda: None)

        sending = asyncio.create_task(send())
        while not sending.done() or waiting:
            users = [*waiting]
            found = await pool.fetch(VISIBLE, users, [content] * len(users), version)
            took += [time.perf_counter() - waiting.pop(user) for (user,) in found]
            await asyncio.sleep(POLL_SECONDS)
        await sending
    p50, p99 = np.percentile(took, (50, 99)) * 1000
    return {"p50_ms": float(p50), "p99_ms": float(p99)}


async def _is_counted(pool: asyncpg.Pool, began: float) -> bool:
    late = time.perf_counter() - began > COUNT_SECONDS
    return late or bool(await pool.fetchval(COUNTED))


async def publish_item(learners: int, items: int) -> Result:
    """Where the lists are not rewritten in time, the seconds are extrapolated, and every learner's
    list counts as rewritten."""
    item = fixtures.catalogue_facts(items + 1)[-1]
    async with await product.ai_pool() as pool:
        active = await pool.fetchval(SEEN)
        at = await pool.fetchval("SELECT now()")
        await asyncio.to_thread(product.publish, [item])
        began = changed_at = time.perf_counter()
        lists, done, seconds = 0, 0, 0.0
        while (now := time.perf_counter()) - began < CHANGE_SECONDS:
            (row,) = await pool.fetch(REWRITTEN, at)
            changed_at = now if row["lists"] != lists else changed_at
            lists, done = row["lists"], row["active"]
            seconds = seconds or (now - began if done >= active else 0.0)
            if lists and now - changed_at > QUIET_SECONDS:
                return {"lists": lists, "active": active, "seconds": seconds}
            await asyncio.sleep(0.5)
    late = CHANGE_SECONDS * active / max(done, 1)
    return {"lists": learners, "active": active, "seconds": seconds or late}
