"""The measures of requests: a stored list, a report of progress, and the way between them."""

import asyncio
import time
from collections import defaultdict, deque
from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
import uvloop

from scripts.bench import http_load, running
from scripts.bench.figures import Figure, figure
from scripts.bench.http_load import get, load, load_in_turns, progress_post
from scripts.bench.product import ai_connection
from scripts.bench.running import Result, Size, medians
from scripts.stack.stack import Stack

LOAD_SECONDS = 6
VISIBLE_SECONDS = 30
WARM_UP_SECONDS = 2  # core's threads connect to its database with their first requests
WRITES_PER_SECOND = 50
"""A quarter of what two processors can write, so that no queue before them is measured."""
CONNECTIONS = 32
POLL_SECONDS = 0.005
PERCENTAGES = [n + 0.25 for n in range(20)]  # values that the demo's learners do not have
# An appended fact is written to these; there need not be a history.
PUBLISHED = """
SELECT relname FROM pg_class
WHERE relname IN ('outbox_event', 'fact_history') AND relkind IN ('r', 'p')
"""
VERSIONS = "SELECT user_id, content_id, version FROM live.progress"
VISIBLE = """
SELECT wanted.user_id, wanted.content_id,
    coalesce((made_from->'progress'->>wanted.content_id)::bigint, 0)
FROM unnest($1::integer[], $2::text[]) AS wanted (user_id, content_id)
JOIN live.recommendation USING (user_id)
"""
Key: TypeAlias = tuple[int, str]


def read(size: Size) -> list[Figure]:
    """GET of a stored list, beside one read of the same bytes."""
    seconds = size.of(LOAD_SECONDS, least=2)
    with (
        running.seeded_stack() as stack,
        running.floor_server(stack, "scripts.bench.read_floor") as port,
    ):
        learners = running.sign_in(stack)
        for name in ("worker", "relay", "core"):  # they would wake now and then
            stack.stop(name)
        own = [get("/api/v1/recommendations", token) for _, token, _ in learners]
        lists = [get(f"/lists/{user_id}", token) for user_id, token, _ in learners]
        sides = running.interleave(
            size,
            lambda: load(stack.ports.ai, own, seconds),
            lambda: load(port, lists, seconds),
        )
    note = "GET /api/v1/recommendations; Starlette on uvicorn with one asyncpg read of the body"
    rates, slowest = medians(sides, "per_second"), medians(sides, "p99_ms")
    return [
        figure("precomputed read", "req/s", *rates, ">= 0.6", note),
        figure("precomputed read, p99", "ms", *slowest, "<= 2", note),
    ]


def write(size: Size) -> list[Figure]:
    """POST of progress, beside the same without outbox and history."""
    seconds = size.of(size.rounds * LOAD_SECONDS, least=2)
    command = ("gunicorn", "scripts.bench.write_floor", "-c", "infra/gunicorn.conf.py")
    with running.seeded_stack() as stack, running.floor_server(stack, *command) as port:
        learners = running.sign_in(stack, items=10)[:40]
        for name in ("worker", "relay", "ai"):  # the request alone is measured
            stack.stop(name)
        requests = [
            progress_post(token, item, percentage)
            for percentage in PERCENTAGES
            for _, token, items in learners
            for item in items
        ]
        before = _published(stack)
        product, floor = load_in_turns([stack.ports.core, port], requests, seconds)
        for table, rows in _published(stack).items():
            if rows - before[table] != product["answered"]:
                raise RuntimeError(f"{rows - before[table]} rows were written to {table}")
    note = "upserts of 40 learners without relay and ai; the same view without outbox and history"
    rates = product["per_second"], floor["per_second"]
    return [figure("progress POST", "req/s", *rates, ">= 0.95", note)]


def _published(stack: Stack) -> dict[str, int]:
    with running.connect(stack, "relational") as core:
        tables = [name for (name,) in core.execute(PUBLISHED)]
        counts = [core.execute(f"SELECT count(*) FROM {name}").fetchone() for name in tables]  # noqa: S608
        return {name: count[0] for name, count in zip(tables, counts, strict=True) if count}


def visible(size: Size) -> list[Figure]:
    """From a report of progress to the stored list derived from it."""
    seconds = size.of(VISIBLE_SECONDS, least=5) + WARM_UP_SECONDS
    with running.seeded_stack() as stack:
        learners = running.sign_in(stack, items=2)[:150]
        writes = [
            (user_id, item, progress_post(token, item, percentage))
            for percentage in PERCENTAGES
            for nth in (0, 1)
            for user_id, token, items in learners
            for item in items[nth : nth + 1]
        ][: WRITES_PER_SECOND * seconds]
        took = running.run_child(follow_writes, stack.ports.core, writes, stack=stack)
    pace = f"{took['writes']} writes at {WRITES_PER_SECOND}/s"
    note = f"{pace}, from a POST's answer to the stored list"
    p50, p99 = (
        f"{note}; from its sending {took[f'sending_{p}_ms']:.0f} ms" for p in ("p50", "p99")
    )
    return [
        figure("event to visible, p50", "ms", took["answer_p50_ms"], None, "<= 60", p50),
        figure("event to visible, p99", "ms", took["answer_p99_ms"], None, "<= 250", p99),
    ]


def follow_writes(port: int, writes: list[tuple[int, str, str]]) -> Result:
    """Sends the writes at a steady pace. A write is visible once the stored list names its version,
    which is looked up in the database every few milliseconds."""
    return uvloop.run(_follow(port, writes))


async def _follow(port: int, writes: list[tuple[int, str, str]]) -> Result:
    db, idle = await ai_connection(), asyncio.LifoQueue[http_load.Connection]()
    for connection in await http_load.connect(port, CONNECTIONS):
        idle.put_nowait(connection)
    watch = Watch({(user, item): version for user, item, version in await db.fetch(VERSIONS)})
    began = time.perf_counter()

    async def write(user_id: int, content_id: str, request: str) -> None:
        sent_at, connection = time.perf_counter(), await idle.get()
        await connection.request(request)
        watch.add((user_id, content_id), sent_at)
        idle.put_nowait(connection)

    async def write_all() -> None:
        async with asyncio.TaskGroup() as group:
            for number, one in enumerate(writes):
                await asyncio.sleep(began + number / WRITES_PER_SECOND - time.perf_counter())
                group.create_task(write(*one))

    writing = asyncio.create_task(write_all())
    async with asyncio.timeout(2 * len(writes) / WRITES_PER_SECOND):
        while watch.waiting or not writing.done():
            watch.count(await db.fetch(VISIBLE, *watch.keys()))
            await asyncio.sleep(POLL_SECONDS)
            if writing.done():
                writing.result()  # raises what a write raised
    return watch.result(began + WARM_UP_SECONDS)


class Watch:
    """The writes that are not visible yet, and the times of the others."""

    def __init__(self, versions: dict[Key, int]) -> None:
        self._versions = defaultdict(int, versions)
        self.waiting: dict[Key, deque[tuple[int, float, float]]] = {}
        self._visible: list[tuple[float, float, float]] = []

    def add(self, key: Key, sent_at: float) -> None:
        self._versions[key] += 1
        write = self._versions[key], sent_at, time.perf_counter()
        self.waiting.setdefault(key, deque()).append(write)

    def keys(self) -> tuple[list[int], list[str]]:
        return [user_id for user_id, _ in self.waiting], [item for _, item in self.waiting]

    def count(self, rows: Sequence[Any]) -> None:
        now = time.perf_counter()
        for user_id, content_id, version in rows:
            writes = self.waiting[user_id, content_id]
            while writes and writes[0][0] <= version:
                self._visible.append((*writes.popleft()[1:], now))
            if not writes:
                del self.waiting[user_id, content_id]

    def result(self, counts_from: float) -> Result:
        times = 1000 * np.array([one for one in self._visible if one[0] >= counts_from])
        result: Result = {"writes": len(times)}
        for name, began in (("sending", times[:, 0]), ("answer", times[:, 1])):
            p50, p99 = map(float, np.percentile(times[:, 2] - began, (50, 99)))
            result |= {f"{name}_p50_ms": p50, f"{name}_p99_ms": p99}
        return result
