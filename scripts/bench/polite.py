"""The measure of fairness: how long others wait beside a caller who asks for all there is."""

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

SECONDS = 4.0
"""Of one phase: within it a greedy caller does not spend its budget."""
PAUSE_SECONDS, REFUSED_SECONDS = 0.02, 0.2
GREEDY_CONNECTIONS, TEXTS, ROWS = 4, 64, 1000
LONG = 1500
"""Characters, more than the model reads."""
ROUTES = ("search", "list")
GREEDY = ("embeddings", "analyses")

Times = dict[str, dict[str, list[float]]]
"""Seconds by what ran beside (`alone` for nothing), and by route."""


def polite(size: Size) -> list[Figure]:
    """Search and lists beside a greedy caller, beside the same alone."""
    rounds = size.of(4)
    with running.seeded_stack() as stack:
        learners = running.sign_in(stack)
        for name in ("worker", "relay", "core"):  # they would wake now and then
            stack.stop(name)
        p99 = run_child(take_turns, stack.ports.ai, learners, rounds, stack=stack)
    note = f"p99 beside four parallel requests of one caller; the same alone, {rounds} turns each"
    return [
        figure(
            f"{route} beside {greedy}", "ms", p99[greedy][route], p99["alone"][route], "<= 2", note
        )
        for greedy in GREEDY
        for route in ROUTES
    ]


def take_turns(port: int, learners: list[tuple[int, str, list[str]]], rounds: int) -> object:
    times = uvloop.run(_take_turns(port, [one[:2] for one in learners], rounds))
    return {
        beside: {route: float(np.percentile(took, 99)) * 1000 for route, took in routes.items()}
        for beside, routes in times.items()
    }


async def _take_turns(port: int, learners: list[tuple[int, str]], rounds: int) -> Times:
    (searcher, reader), greedy = learners[:2], iter(learners[2:])
    requests = {
        "search": [get(f"/api/v1/search?q={quote(query)}", searcher[1]) for query in QUERIES],
        "list": [get("/api/v1/recommendations", reader[1])],
    }
    times: Times = {beside: {route: [] for route in ROUTES} for beside in ("alone", *GREEDY)}
    await _phase(port, requests, [], {route: [] for route in ROUTES})  # warms up
    for _ in range(rounds):
        for beside, took in times.items():
            costly = _costly(beside, *next(greedy))  # each with a budget of its own
            await _phase(port, requests, costly, took)
    return times


async def _phase(
    port: int, requests: dict[str, list[str]], costly: list[str], took: dict[str, list[float]]
) -> None:
    ends = time.perf_counter() + SECONDS
    connections = await connect(port, len(ROUTES) + GREEDY_CONNECTIONS)
    calm = [
        _ask_calmly(connection, itertools.cycle(requests[route]), took[route], ends)
        for connection, route in zip(connections, ROUTES, strict=False)
    ]
    greedy = [
        _ask_at_once(connection, itertools.cycle(costly), ends)
        for connection in connections[len(ROUTES) :]
        if costly
    ]
    await asyncio.gather(*calm, *greedy)
    for connection in connections:
        connection.close()


async def _ask_calmly(
    connection: Connection, requests: Iterator[str], took: list[float], ends: float
) -> None:
    while time.perf_counter() < ends:
        sent_at = time.perf_counter()
        await connection.request(next(requests))
        took.append(time.perf_counter() - sent_at)
        await asyncio.sleep(PAUSE_SECONDS)


async def _ask_at_once(connection: Connection, requests: Iterator[str], ends: float) -> None:
    while time.perf_counter() < ends:
        try:
            await connection.request(next(requests))
        except RuntimeError as error:
            if not str(error).startswith("HTTP/1.1 429 "):
                raise
            await asyncio.sleep(REFUSED_SECONDS)


def _costly(kind: str, user_id: int, token: str) -> list[str]:
    if kind == "embeddings":
        return [post("/api/v1/embeddings", token, {"texts": texts}) for texts in _long_texts()]
    if kind == "analyses":
        body = {"user_id": user_id, "progress_data": [_row(number) for number in range(ROWS)]}
        return [post("/api/v1/personality/analyze", token, body)]
    return []


def _long_texts() -> Iterator[Sequence[str]]:
    """Lists of texts that are all different, so that none is embedded for another's sake."""
    words = itertools.cycle(" ".join(catalogue_texts()).split())
    for _ in range(8):
        yield [" ".join(itertools.islice(words, LONG // 6)) for _ in range(TEXTS)]


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
