"""The measures of requests: a stored list, a report of progress, and the way between them."""

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable
from typing import TypeAlias

import asyncpg
import django
import numpy as np

from scripts.bench.figures import Figure, Line, Result, compare
from scripts.bench.http_load import connect, get, load, post, run_client
from scripts.bench.product import ai_pool, progress_fact
from scripts.bench.running import FULL, READY_SECONDS, Size, floor_server, interleave, wait_until
from scripts.stack.child import run_child
from scripts.stack.learners import Learner, sign_in
from scripts.stack.stack import Stack
from scripts.stack.temporary import connect as connect_to_database

LOAD_SECONDS, CLIENTS = 6, 8
BACKGROUND_SERVICES = ("worker", "relay", "jobs", "webhooks")
VISIBLE_SECONDS = 30
WARM_UP_SECONDS = 2  # core's threads connect to its database with their first requests
WRITES_PER_SECOND = 50
APPENDS_PER_SECOND, APPEND_SECONDS = 500, 10
"""More than core's requests reach on two processors: these facts are appended without a request."""
POLL_SECONDS = 0.005
SCORES = [n + 0.25 for n in range(99)]  # in turns: unlike a percentage, a score may fall
# An appended fact is written to both.
APPENDED = "SELECT (SELECT count(*) FROM outbox_event), (SELECT count(*) FROM fact_history)"
NEIGHBOURS_COUNTED = "SELECT FROM live.item_neighbour_settings"
STALE = """
SELECT user_id FROM live.dirty_learner UNION ALL
SELECT user_id FROM live.recommendation
WHERE revision < (SELECT revision FROM live.catalogue_revision)
"""
VERSIONS = "SELECT user_id, content_id, version FROM live.progress"
LISTED = """
SELECT user_id, content_id, version FROM live.progress
JOIN unnest($1::integer[], $2::text[]) AS wanted (user_id, content_id) USING (user_id, content_id)
WHERE NOT EXISTS (SELECT FROM live.dirty_learner WHERE dirty_learner.user_id = wanted.user_id)
"""
Waiting: TypeAlias = dict[tuple[int, str, int], float]
"""By learner, item and version, when a write was answered."""


def read(size: Size, stack: Stack) -> list[Figure]:
    """GET of a stored list, beside one read of the same bytes."""
    seconds = size.of(LOAD_SECONDS, least=2)
    command = ("uvicorn", "scripts.bench.read_floor:app", "--http=httptools", "--no-access-log")
    with floor_server(stack, *command) as port:
        learners = sign_in(stack)
        with connect_to_database(stack, "vector") as ai:  # else lists would be computed or checked
            wait_until(lambda: bool(ai.execute(NEIGHBOURS_COUNTED).rowcount))
            wait_until(lambda: not ai.execute(STALE).rowcount)
        for name in (*BACKGROUND_SERVICES, "core"):  # they would wake now and then
            stack.stop(name)
        own = [get("/api/v1/recommendations", token) for _, token, _ in learners]
        lists = [get(f"/lists/{user_id}", token) for user_id, token, _ in learners]
        sides = interleave(
            size,
            lambda: run_client(stack, load, [stack.ports.ai], own, seconds, CLIENTS)[0],
            lambda: run_client(stack, load, [port], lists, seconds, CLIENTS)[0],
        )
    return compare(
        sides,
        Line("precomputed read", "req/s", "per_second", ">= 0.8"),
        Line("precomputed read, p99", "ms", "p99_ms", "<= 1.2"),
    )


def write(size: Size, stack: Stack) -> list[Figure]:
    """POST of progress, beside the same without outbox and history."""
    seconds = size.of(size.rounds * LOAD_SECONDS, least=2)
    command = ("gunicorn", "scripts.bench.write_floor", "-c", "infra/gunicorn.conf.py")
    with floor_server(stack, *command) as port, connect_to_database(stack, "relational") as core:
        requests = [request for *_, request in reports(sign_in(stack, items=10)[:40])]
        for name in (*BACKGROUND_SERVICES, "ai"):  # the request alone is measured
            stack.stop(name)
        [before] = core.execute(APPENDED).fetchall()
        product, floor = run_client(stack, load, (stack.ports.core, port), requests, seconds)
        [after] = core.execute(APPENDED).fetchall()
    appended = [now - earlier for earlier, now in zip(before, after, strict=True)]
    if {*appended} != {product["answered"]}:
        raise RuntimeError(f"{product['answered']} reports made {appended} facts in each table")
    return compare([(product, floor)], Line("progress POST", "req/s", "per_second", ">= 0.95"))


def reports(learners: list[Learner]) -> list[tuple[int, str, str]]:
    """Learner, item and request of reports of progress."""
    return [
        (user_id, item, post("/api/v1/progress/", token, _report(item, score)))
        for score in SCORES
        for user_id, token, items in learners
        for item in items
    ]


def _report(item: str, score: float) -> dict[str, object]:
    content = {"content_id": item, "content_type": item.split("-")[0]}
    return {**content, "status": "in_progress", "score": score}


def visible(size: Size, stack: Stack) -> list[Figure]:
    """From the answer to a report of progress to the list with it."""
    seconds = size.of(VISIBLE_SECONDS, least=5) + WARM_UP_SECONDS
    if size == FULL:  # the first count, in the worker's first minute, makes every list stale
        with connect_to_database(stack, "vector") as ai:
            wait_until(lambda: bool(ai.execute(NEIGHBOURS_COUNTED).rowcount))
    sent = reports(sign_in(stack, items=1))[: WRITES_PER_SECOND * seconds]
    took = run_client(stack, follow_reports, stack.ports.core, sent)
    many = run_child(stack, follow_appends, size.of(APPEND_SECONDS, least=2))
    return compare(
        [({**took, "many_p99_ms": many["p99_ms"]}, {})],
        Line("event to visible, 50/s, p50", "ms", "p50_ms", "<= 15"),
        Line("event to visible, 50/s, p99", "ms", "p99_ms", "<= 50"),
        Line("event to visible, 500/s, p99", "ms", "many_p99_ms", "<= 150"),
    )


async def follow_reports(port: int, reports: list[tuple[int, str, str]]) -> Result:
    """Sends the reports at a steady pace."""
    waiting: Waiting = {}

    async def send() -> None:
        began = time.perf_counter()
        for number, (user, item, request) in enumerate(reports):
            await asyncio.sleep(began + number / WRITES_PER_SECOND - time.perf_counter())
            await connection.request(request)
            versions[user, item] += 1
            waiting[user, item, versions[user, item]] = time.perf_counter()

    async with await ai_pool("public") as db:
        [connection] = await connect(port)
        versions = Counter({(user, item): n for user, item, n in await db.fetch(VERSIONS)})
        took = await _until_visible(db, waiting, send(), len(reports))
    return _percentiles(took[WARM_UP_SECONDS * WRITES_PER_SECOND :])


async def follow_appends(seconds: int) -> Result:
    """Appends facts as core's requests do, each in a transaction of its own."""
    django.setup()
    from django.db import transaction

    from core.outbox.append import append

    waiting: Waiting = {}
    count = APPENDS_PER_SECOND * seconds

    def send(rows: list[tuple[int, str, int]]) -> None:
        began = time.perf_counter()
        for number in range(count):
            time.sleep(max(began + number / APPENDS_PER_SECOND - time.perf_counter(), 0))
            user, item, version = rows[number % len(rows)]
            version += 1 + number // len(rows)
            fact = progress_fact(user, item, number % 99)
            with transaction.atomic():
                append(fact.model_copy(update={"version": version}))
            waiting[user, item, version] = time.perf_counter()

    async with await ai_pool("public") as db:
        rows = [tuple(row) for row in await db.fetch(VERSIONS)]
        took = await _until_visible(db, waiting, asyncio.to_thread(send, rows), count)
    return _percentiles(took)


async def _until_visible(
    db: asyncpg.Pool, waiting: Waiting, sending: Awaitable[None], count: int
) -> list[float]:
    """A write is visible once it is projected and no list of its learner is stale, which is looked
    up in the database every few milliseconds."""
    took: list[float] = []
    sent = asyncio.ensure_future(sending)
    async with asyncio.timeout(READY_SECONDS):
        while len(took) < count:
            if sent.done():
                await sent
            wanted = [*waiting]
            users, items = [user for user, *_ in wanted], [item for _, item, _ in wanted]
            listed = {(user, item): n for user, item, n in await db.fetch(LISTED, users, items)}
            now = time.perf_counter()
            visible = [one for one in wanted if listed.get(one[:2], 0) >= one[2]]
            took += [now - waiting.pop(one) for one in visible]
            await asyncio.sleep(POLL_SECONDS)
    return took


def _percentiles(took: list[float]) -> Result:
    p50, p99 = np.percentile(took, (50, 99)) * 1000
    return {"p50_ms": float(p50), "p99_ms": float(p99)}
