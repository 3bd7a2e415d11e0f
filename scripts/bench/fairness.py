"""The measure of fairness: the p99 of other callers while one caller sends costly requests."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Iterator
from itertools import cycle, islice
from urllib.parse import quote

import numpy as np

from ai.rebuild.panel import QUERIES
from scripts.bench.figures import Figure, Line, Result, compare
from scripts.bench.http_load import Connection, connect, get, post, run_client, send_until
from scripts.bench.product import catalogue_texts
from scripts.bench.running import Size
from scripts.stack.learners import Learner, sign_in
from scripts.stack.stack import Stack

PHASE_SECONDS = 4.0
"""Too short for a caller with costly requests to use up its budget."""
PAUSE_SECONDS, PAUSE_AFTER_429_SECONDS = 0.02, 0.2
COSTLY_CONNECTIONS, TEXTS, ROWS = 4, 64, 1000
TEXT_CHARACTERS = 1500
"""More than the model reads."""
ROUTES = ("search", "list")
COSTLY = ("embeddings", "analyses")
Times = dict[str, list[float]]
"""Seconds of each request, by route."""


def fairness(size: Size, stack: Stack) -> list[Figure]:
    """Search and lists beside a caller of costly requests, and alone."""
    rounds = size.of(4)
    learners = sign_in(stack)
    for name in ("worker", "relay", "core"):  # their periodic work would add noise
        stack.stop(name)
    p99 = run_client(stack, take_turns, stack.ports.ai, learners, rounds)
    figures = []
    for costly in COSTLY:
        lines = [Line(f"{route} beside {costly}", "ms", route, "<= 2") for route in ROUTES]
        figures += compare([(p99[costly], p99["alone"])], *lines)
    return figures


async def take_turns(port: int, learners: list[Learner], rounds: int) -> dict[str, Result]:
    """The p99 of each route, by the costly requests at the same time (`alone` for none)."""
    (searcher, reader), costly_callers = learners[:2], iter(learners[2:])
    requests = {
        "search": [get(f"/api/v1/search?q={quote(query)}", searcher[1]) for query in QUERIES],
        "list": [get("/api/v1/recommendations", reader[1])],
    }
    took: dict[str, Times] = {load: defaultdict(list) for load in ("alone", *COSTLY)}
    await _phase(port, requests, [])  # warms up
    for load in [*took] * rounds:
        # A new caller each time, because budgets are counted by caller.
        costly = _costly_requests(load, *next(costly_callers)[:2])
        for route, seconds in (await _phase(port, requests, costly)).items():
            took[load][route] += seconds
    return {
        load: {route: float(np.percentile(all_, 99)) * 1000 for route, all_ in times.items()}
        for load, times in took.items()
    }


async def _phase(port: int, requests: dict[str, list[str]], costly: list[str]) -> Times:
    ends = time.perf_counter() + PHASE_SECONDS
    connections = await connect(*[port] * (len(ROUTES) + COSTLY_CONNECTIONS))
    free = iter(connections)
    async with asyncio.TaskGroup() as group:
        sent = {
            route: group.create_task(
                send_until(ends, [next(free)], cycle(requests[route]), PAUSE_SECONDS)
            )
            for route in ROUTES
        }
        for connection in free if costly else ():
            group.create_task(_send_costly(ends, connection, cycle(costly)))
    for connection in connections:
        connection.writer.close()
    return {route: [seconds for _, seconds in task.result()] for route, task in sent.items()}


async def _send_costly(ends: float, connection: Connection, requests: Iterator[str]) -> None:
    while time.perf_counter() < ends:
        try:
            await send_until(ends, [connection], requests)
        except RuntimeError as error:
            if not str(error).startswith("HTTP/1.1 429 "):
                raise
            await asyncio.sleep(PAUSE_AFTER_429_SECONDS)


def _costly_requests(kind: str, user_id: int, token: str) -> list[str]:
    if kind == "embeddings":
        return [post("/api/v1/embeddings", token, {"texts": texts}) for texts in _long_texts()]
    if kind == "analyses":
        body = {"user_id": user_id, "progress_data": [_row(number) for number in range(ROWS)]}
        return [post("/api/v1/personality/analyze", token, body)]
    return []


def _long_texts() -> Iterator[list[str]]:
    """Lists of texts that are all different, so that no text is in a cache or joins another."""
    words = cycle(" ".join(catalogue_texts()).split())
    for _ in range(8):
        yield [" ".join(islice(words, TEXT_CHARACTERS // 6)) for _ in range(TEXTS)]


def _row(number: int) -> dict[str, object]:
    moment = f"2026-{1 + number % 9:02}-{1 + number % 28:02}T10:00:00Z"
    return {
        "content_id": f"module-{number:06}",
        "status": "failed",
        "completion_percentage": 90,
        "score": number % 50,
        "created_at": moment,
        "updated_at": moment,
    }
