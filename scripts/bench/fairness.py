"""The measure of fairness: the p99 of other callers while one caller sends costly requests."""

import asyncio
import itertools
import time
from collections.abc import Iterator, Sequence
from urllib.parse import quote

import numpy as np
import uvloop

from ai.rebuild.panel import QUERIES
from scripts.bench import running
from scripts.bench.figures import Figure, figure
from scripts.bench.http_load import Connection, connect, get, post
from scripts.bench.product import catalogue_texts
from scripts.bench.running import Size, run_child

PHASE_SECONDS = 4.0
"""Too short for a caller with costly requests to use up its budget."""
PAUSE_SECONDS, PAUSE_AFTER_429_SECONDS = 0.02, 0.2
COSTLY_CONNECTIONS, TEXTS, ROWS = 4, 64, 1000
TEXT_CHARACTERS = 1500
"""More than the model reads."""
ROUTES = ("search", "list")
COSTLY = ("embeddings", "analyses")

Times = dict[str, dict[str, list[float]]]
"""Seconds of each request, by the costly requests at the same time (`alone` for none) and route."""


def fairness(size: Size) -> list[Figure]:
    """Search and lists while another caller sends costly requests, beside the same alone."""
    rounds = size.of(4)
    with running.seeded_stack() as stack:
        learners = running.sign_in(stack)
        for name in ("worker", "relay", "core"):  # their periodic work would add noise
            stack.stop(name)
        p99 = run_child(take_turns, stack.ports.ai, learners, rounds, stack=stack)
    note = f"p99 beside four parallel requests of one caller; the same alone, {rounds} turns each"
    return [
        figure(
            f"{route} beside {costly}", "ms", p99[costly][route], p99["alone"][route], "<= 2", note
        )
        for costly in COSTLY
        for route in ROUTES
    ]


def take_turns(port: int, learners: list[tuple[int, str, list[str]]], rounds: int) -> object:
    times = uvloop.run(_take_turns(port, [one[:2] for one in learners], rounds))
    return {
        load: {route: float(np.percentile(took, 99)) * 1000 for route, took in routes.items()}
        for load, routes in times.items()
    }


async def _take_turns(port: int, learners: list[tuple[int, str]], rounds: int) -> Times:
    (searcher, reader), costly_callers = learners[:2], iter(learners[2:])
    requests = {
        "search": [get(f"/api/v1/search?q={quote(query)}", searcher[1]) for query in QUERIES],
        "list": [get("/api/v1/recommendations", reader[1])],
    }
    times: Times = {load: {route: [] for route in ROUTES} for load in ("alone", *COSTLY)}
    await _phase(port, requests, [], {route: [] for route in ROUTES})  # warms up
    for _ in range(rounds):
        for load, took in times.items():
            # A new caller each time, because budgets are counted by caller.
            costly = _costly_requests(load, *next(costly_callers))
            await _phase(port, requests, costly, took)
    return times


async def _phase(
    port: int, requests: dict[str, list[str]], costly: list[str], took: dict[str, list[float]]
) -> None:
    ends = time.perf_counter() + PHASE_SECONDS
    connections = await connect(port, len(ROUTES) + COSTLY_CONNECTIONS)
    measured = [
        _request_with_pauses(connection, itertools.cycle(requests[route]), took[route], ends)
        for connection, route in zip(connections, ROUTES, strict=False)
    ]
    unmeasured = [
        _request_without_pauses(connection, itertools.cycle(costly), ends)
        for connection in connections[len(ROUTES) :]
        if costly
    ]
    await asyncio.gather(*measured, *unmeasured)
    for connection in connections:
        connection.close()


async def _request_with_pauses(
    connection: Connection, requests: Iterator[str], took: list[float], ends: float
) -> None:
    while time.perf_counter() < ends:
        sent_at = time.perf_counter()
        await connection.request(next(requests))
        took.append(time.perf_counter() - sent_at)
        await asyncio.sleep(PAUSE_SECONDS)


async def _request_without_pauses(
    connection: Connection, requests: Iterator[str], ends: float
) -> None:
    while time.perf_counter() < ends:
        try:
            await connection.request(next(requests))
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


def _long_texts() -> Iterator[Sequence[str]]:
    """Lists of texts that are all different, so that no text is in a cache or joins another."""
    words = itertools.cycle(" ".join(catalogue_texts()).split())
    for _ in range(8):
        yield [" ".join(itertools.islice(words, TEXT_CHARACTERS // 6)) for _ in range(TEXTS)]


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
