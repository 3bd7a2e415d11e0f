"""The measures of requests: a stored list, a report of progress, and the way between them."""

import asyncio
import time
from collections import Counter

import numpy as np

from scripts.bench.figures import Figure, Line, Result, compare
from scripts.bench.http_load import connect, get, load, post, run_client
from scripts.bench.product import ai_pool
from scripts.bench.running import FULL, Size, floor_server, interleave, wait_until
from scripts.stack.learners import Learner, sign_in
from scripts.stack.stack import Stack
from scripts.stack.temporary import connect as connect_to_database

LOAD_SECONDS, CLIENTS = 6, 8
VISIBLE_SECONDS = 30
WARM_UP_SECONDS = 2  # core's threads connect to its database with their first requests
WRITES_PER_SECOND = 10
"""So few that two processors are idle half of the time: no queue before them is measured."""
POLL_SECONDS = 0.005
SCORES = [n + 0.25 for n in range(20)]  # in turns: unlike a percentage, a score may fall
# An appended fact is written to both.
APPENDED = "SELECT (SELECT count(*) FROM outbox_event), (SELECT count(*) FROM fact_history)"
NEIGHBOURS_COUNTED = "SELECT FROM live.item_neighbour_settings"
VERSIONS = "SELECT user_id, content_id, version FROM live.progress"
LISTED = """
SELECT wanted.user_id, wanted.content_id,
    coalesce((made_from->'progress'->>wanted.content_id)::bigint, 0)
FROM unnest($1::integer[], $2::text[]) AS wanted (user_id, content_id)
JOIN live.recommendation USING (user_id)
"""


def read(size: Size, stack: Stack) -> list[Figure]:
    """GET of a stored list, beside one read of the same bytes."""
    seconds = size.of(LOAD_SECONDS, least=2)
    command = ("uvicorn", "scripts.bench.read_floor:app", "--http=httptools", "--no-access-log")
    with floor_server(stack, *command) as port:
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
        Line("precomputed read", "req/s", "per_second", ">= 0.6"),
        Line("precomputed read, p99", "ms", "p99_ms", "<= 2"),
    )


def write(size: Size, stack: Stack) -> list[Figure]:
    """POST of progress, beside the same without outbox and history."""
    seconds = size.of(size.rounds * LOAD_SECONDS, least=2)
    command = ("gunicorn", "scripts.bench.write_floor", "-c", "infra/gunicorn.conf.py")
    with floor_server(stack, *command) as port, connect_to_database(stack, "relational") as core:
        requests = [request for *_, request in _reports(sign_in(stack, items=10)[:40])]
        for name in ("worker", "relay", "ai"):  # the request alone is measured
            stack.stop(name)
        [before] = core.execute(APPENDED).fetchall()
        product, floor = run_client(stack, load, (stack.ports.core, port), requests, seconds)
        [after] = core.execute(APPENDED).fetchall()
    appended = [now - earlier for earlier, now in zip(before, after, strict=True)]
    if {*appended} != {product["answered"]}:
        raise RuntimeError(f"{product['answered']} reports made {appended} facts in each table")
    return compare([(product, floor)], Line("progress POST", "req/s", "per_second", ">= 0.95"))


def _reports(learners: list[Learner]) -> list[tuple[int, str, str]]:
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
    reports = _reports(sign_in(stack, items=1))[: WRITES_PER_SECOND * seconds]
    took = run_client(stack, follow_reports, stack.ports.core, reports)
    return compare(
        [(took, {})],
        Line("event to visible, p50", "ms", "p50_ms", "<= 60"),
        Line("event to visible, p99", "ms", "p99_ms", "<= 250"),
    )


async def follow_reports(port: int, reports: list[tuple[int, str, str]]) -> Result:
    """Sends the reports at a steady pace. A write is visible once the stored list names its
    version, which is looked up in the database every few milliseconds."""
    waiting: dict[tuple[int, str, int], float] = {}  # when each version was answered
    took: list[float] = []
    seconds = len(reports) / WRITES_PER_SECOND

    async def send() -> None:
        began = time.perf_counter()
        for number, (user, item, request) in enumerate(reports):
            await asyncio.sleep(began + number / WRITES_PER_SECOND - time.perf_counter())
            await connection.request(request)
            versions[user, item] += 1
            waiting[user, item, versions[user, item]] = time.perf_counter()

    async with await ai_pool("public") as db, asyncio.timeout(2 * seconds):
        [connection] = await connect(port)
        versions = Counter({(user, item): n for user, item, n in await db.fetch(VERSIONS)})
        async with asyncio.TaskGroup() as group:
            group.create_task(send())
            while len(took) < len(reports):
                users, items = [user for user, *_ in waiting], [item for _, item, _ in waiting]
                listed = {(user, item): n for user, item, n in await db.fetch(LISTED, users, items)}
                now = time.perf_counter()
                visible = [one for one in waiting if listed.get(one[:2], 0) >= one[2]]
                took += [now - waiting.pop(one) for one in visible]
                await asyncio.sleep(POLL_SECONDS)
    p50, p99 = np.percentile(took[WARM_UP_SECONDS * WRITES_PER_SECOND :], (50, 99)) * 1000
    return {"p50_ms": float(p50), "p99_ms": float(p99)}
