"""The measures of requests: a stored list, a report of progress, and the way between them."""

import asyncio
import time
from collections import Counter
from typing import NamedTuple

import asyncpg
import numpy as np

from scripts.bench import running
from scripts.bench.figures import Figure, Line, Result, compare
from scripts.bench.http_load import Connection, connect, get, load, post, run_client
from scripts.bench.product import ai_connection
from scripts.bench.running import SEEDED, Size, floor_server, interleave, on_stack, sign_in
from scripts.stack.served import is_projected
from scripts.stack.stack import Stack

LOAD_SECONDS, CLIENTS = 6, 8
VISIBLE_SECONDS = 30
WARM_UP_SECONDS = 2  # core's threads connect to its database with their first requests
WRITES_PER_SECOND = 10
"""So few that two processors are idle half of the time: no queue before them is measured."""
CONNECTIONS = 32
POLL_SECONDS = 0.005
SCORES = [n + 0.25 for n in range(20)]  # in turns: unlike a percentage, a score may fall
# An appended fact is written to both.
PUBLISHED = "SELECT (SELECT count(*) FROM outbox_event), (SELECT count(*) FROM fact_history)"
PUBLISHED_TO = "outbox_event", "fact_history"
VERSIONS = "SELECT user_id, content_id, version FROM live.progress"
VISIBLE = """
SELECT wanted.user_id, wanted.content_id,
    coalesce((made_from->'progress'->>wanted.content_id)::bigint, 0)
FROM unnest($1::integer[], $2::text[]) AS wanted (user_id, content_id)
JOIN live.recommendation USING (user_id)
"""


@on_stack(*SEEDED)
def read(size: Size, stack: Stack) -> list[Figure]:
    """GET of a stored list, beside one read of the same bytes."""
    seconds = size.of(LOAD_SECONDS, least=2)
    with floor_server(stack, "scripts.bench.read_floor") as port:
        learners = sign_in(stack)
        for name in ("worker", "relay", "core"):  # they would wake now and then
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
        "GET /api/v1/recommendations; Starlette on uvicorn with one asyncpg read of the body",
        Line("precomputed read", "req/s", "per_second", ">= 0.6"),
        Line("precomputed read, p99", "ms", "p99_ms", "<= 2"),
    )


@on_stack(*SEEDED)
def write(size: Size, stack: Stack) -> list[Figure]:
    """POST of progress, beside the same without outbox and history."""
    seconds = size.of(size.rounds * LOAD_SECONDS, least=2)
    command = ("gunicorn", "scripts.bench.write_floor", "-c", "infra/gunicorn.conf.py")
    with floor_server(stack, *command) as port:
        requests = [request for _, _, request in _reports(stack, learners=40, items=10)]
        for name in ("worker", "relay", "ai"):  # the request alone is measured
            stack.stop(name)
        before, ports = _published(stack), (stack.ports.core, port)
        product, floor = run_client(stack, load, ports, requests, seconds)
        for table, was, rows in zip(PUBLISHED_TO, before, _published(stack), strict=True):
            if rows - was != product["answered"]:
                raise RuntimeError(f"{rows - was} rows were written to {table}")
    note = "upserts of 40 learners without relay and ai; the same view without outbox and history"
    goal = Line("progress POST", "req/s", "per_second", ">= 0.95")
    return compare([(product, floor)], note, goal)


def _reports(stack: Stack, learners: int, items: int) -> list[tuple[int, str, str]]:
    """Learner, item and request of reports of progress, each item's in turns with the others'."""
    signed_in = sign_in(stack, items)[:learners]
    return [
        (user_id, item, _report(token, item, score))
        for score in SCORES
        for nth in range(items)
        for user_id, token, own in signed_in
        for item in own[nth : nth + 1]
    ]


def _report(token: str, content_id: str, score: float) -> str:
    item = {"content_id": content_id, "content_type": content_id.split("-")[0]}
    state = {"status": "in_progress", "score": score}
    return post("/api/v1/progress/", token, {**item, **state})


def _published(stack: Stack) -> tuple[int, ...]:
    with running.connect(stack, "relational") as core:
        return core.execute(PUBLISHED).fetchone() or ()


@on_stack(*SEEDED)
def visible(size: Size, stack: Stack) -> list[Figure]:
    """From a report of progress to the stored list derived from it."""
    seconds = size.of(VISIBLE_SECONDS, least=5) + WARM_UP_SECONDS
    reports = _reports(stack, learners=150, items=2)[: WRITES_PER_SECOND * seconds]
    if size == running.FULL:
        running.wait_until(lambda: _neighbours_are_counted(stack) and is_projected(stack))
    took = run_client(stack, follow_reports, stack.ports.core, reports)
    note = (
        f"{{writes}} writes at {WRITES_PER_SECOND}/s, from a POST's answer to the stored list; "
        "from its sending {sending_p50_ms:.0f} ms (p99 {sending_p99_ms:.0f} ms)"
    )
    return compare(
        [(took, {})],
        note,
        Line("event to visible, p50", "ms", "answer_p50_ms", "<= 60"),
        Line("event to visible, p99", "ms", "answer_p99_ms", "<= 250"),
    )


def _neighbours_are_counted(stack: Stack) -> bool:
    """False in the worker's first minute. The first count makes every list stale."""
    with running.connect(stack, "vector") as ai:
        return ai.execute("SELECT FROM live.item_neighbour_settings").fetchone() is not None


class Write(NamedTuple):
    user_id: int
    content_id: str
    version: int
    sent_at: float
    answered_at: float


async def follow_reports(port: int, reports: list[tuple[int, str, str]]) -> Result:
    """Sends the reports at a steady pace. A write is visible once the stored list names its
    version, which is looked up in the database every few milliseconds."""
    db, idle = await ai_connection(), asyncio.LifoQueue[Connection]()
    for connection in await connect(port, CONNECTIONS):
        idle.put_nowait(connection)
    versions = Counter({(user, item): version for user, item, version in await db.fetch(VERSIONS)})
    waiting: list[Write] = []
    seen: list[tuple[Write, float]] = []
    began = time.perf_counter()

    async def send(user_id: int, content_id: str, request: str) -> None:
        sent_at, connection = time.perf_counter(), await idle.get()
        await connection.request(request)
        idle.put_nowait(connection)
        versions[user_id, content_id] += 1
        version = versions[user_id, content_id]
        waiting.append(Write(user_id, content_id, version, sent_at, time.perf_counter()))

    async def send_all() -> None:
        for number, report in enumerate(reports):
            await asyncio.sleep(began + number / WRITES_PER_SECOND - time.perf_counter())
            group.create_task(send(*report))

    async with asyncio.timeout(2 * len(reports) / WRITES_PER_SECOND), asyncio.TaskGroup() as group:
        group.create_task(send_all())
        while len(seen) < len(reports):
            seen += await _take_visible(db, waiting)
            await asyncio.sleep(POLL_SECONDS)
    counted = [one for one in seen if one[0].sent_at >= began + WARM_UP_SECONDS]
    took = [(now - write.sent_at, now - write.answered_at) for write, now in counted]
    p50, p99 = (1000 * np.percentile(took, (50, 99), axis=0)).tolist()
    names = ("sending_p50_ms", "answer_p50_ms", "sending_p99_ms", "answer_p99_ms")
    return {"writes": len(took), **dict(zip(names, (*p50, *p99), strict=True))}


async def _take_visible(db: asyncpg.Connection, waiting: list[Write]) -> list[tuple[Write, float]]:
    """Moves the visible writes out of `waiting`, each with the time at which it was seen."""
    learners, items = [one.user_id for one in waiting], [one.content_id for one in waiting]
    listed = {(user, item): v for user, item, v in await db.fetch(VISIBLE, learners, items)}
    now = time.perf_counter()
    found = [one for one in waiting if listed.get((one.user_id, one.content_id), 0) >= one.version]
    for write in found:
        waiting.remove(write)
    return [(write, now) for write in found]
