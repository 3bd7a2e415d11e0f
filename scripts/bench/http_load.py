"""HTTP requests as text, and a load client: keep-alive connections with one request each."""

import asyncio
import itertools
import json
import time
from collections.abc import Callable, Iterator, Sequence
from typing import cast

import numpy as np
import uvloop

from scripts.bench.running import Result, run_child
from scripts.embedded.ports import HOST

CONNECTIONS = 8
WARM_UP_SECONDS = 1.0
LAST_ANSWER_SECONDS = 10.0


def get(path: str, token: str) -> str:
    return f"GET {path} HTTP/1.1\r\nHost: {HOST}\r\nAuthorization: Bearer {token}\r\n\r\n"


def post(path: str, token: str, content: object) -> str:
    body = json.dumps(content)
    head = get(path, token).replace("GET", "POST", 1).removesuffix("\r\n")
    length = len(body)
    return f"{head}Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"


def progress_post(token: str, content_id: str, percentage: float) -> str:
    item = {"content_id": content_id, "content_type": content_id.split("-")[0]}
    state = {"status": "in_progress", "completion_percentage": percentage}
    return post("/api/v1/progress/", token, {**item, **state})


class Connection(asyncio.Protocol):
    def __init__(self) -> None:
        self._buffer = b""
        self._answered: Callable[[str], object] = str

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def send(self, request: bytes, answered: Callable[[str], object]) -> None:
        """Calls `answered` once: with an empty text after a 2xx, else with what was wrong."""
        self._answered = answered
        self._transport.write(request)

    async def request(self, text: str) -> None:
        """Returns after a 2xx, else raises RuntimeError."""
        answer = asyncio.get_running_loop().create_future()
        self.send(text.encode(), answer.set_result)
        if error := await answer:
            raise RuntimeError(error)

    def close(self) -> None:
        self._transport.close()

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if _is_complete(self._buffer):
            answer, self._buffer = self._buffer, b""
            self._finish("" if answer[9:10] == b"2" else answer.decode(errors="replace"))

    def connection_lost(self, _: Exception | None) -> None:
        self._finish("the server closed the connection")

    def _finish(self, error: str) -> None:
        answered, self._answered = self._answered, str  # which does nothing
        answered(error)


def _is_complete(answer: bytes) -> bool:
    head, found, body = answer.partition(b"\r\n\r\n")
    length = head.lower().partition(b"\r\ncontent-length:")[2].partition(b"\r\n")[0]
    return bool(found) and len(body) >= int(length)


async def connect(port: int, count: int) -> list[Connection]:
    loop = asyncio.get_running_loop()
    return [(await loop.create_connection(Connection, HOST, port))[1] for _ in range(count)]


def load(port: int, requests: Sequence[str], seconds: int) -> Result:
    """Requests answered per second and their 99th percentile, from a process of its own."""
    return cast(Result, run_child(run_load, port, requests, seconds))


def run_load(port: int, requests: list[str], seconds: int) -> Result:
    return uvloop.run(_load(port, itertools.cycle([r.encode() for r in requests]), seconds))


async def _load(port: int, requests: Iterator[bytes], seconds: int) -> Result:
    begins = time.perf_counter() + WARM_UP_SECONDS
    ends = begins + seconds
    took: list[float] = []

    async def keep_busy(connection: Connection) -> None:
        done = asyncio.get_running_loop().create_future()

        def send() -> None:
            sent_at = time.perf_counter()
            connection.send(next(requests), lambda error: answered(sent_at, error))

        def answered(sent_at: float, error: str) -> None:
            now = time.perf_counter()
            if begins <= sent_at and now <= ends:
                took.append(now - sent_at)
            if error or now >= ends:
                done.set_result(error)
            else:
                send()

        send()
        if error := await done:
            raise RuntimeError(error)

    async with asyncio.timeout(WARM_UP_SECONDS + seconds + LAST_ANSWER_SECONDS):
        await asyncio.gather(*map(keep_busy, await connect(port, CONNECTIONS)))
    return {"per_second": len(took) / seconds, "p99_ms": float(np.percentile(took, 99)) * 1000}


def load_in_turns(ports: Sequence[int], requests: Sequence[str], seconds: int) -> list[Result]:
    """Requests answered per second by each server when each request waits for the one before it and
    goes to the next server: what slows the machine for a moment slows all of them."""
    return cast(list[Result], run_child(run_load_in_turns, ports, requests, seconds))


def run_load_in_turns(ports: list[int], requests: list[str], seconds: int) -> list[Result]:
    return uvloop.run(_load_in_turns(ports, itertools.cycle(requests), seconds))


async def _load_in_turns(ports: list[int], requests: Iterator[str], seconds: int) -> list[Result]:
    connections = [(await connect(port, 1))[0] for port in ports]
    took: list[list[float]] = [[] for _ in ports]
    ends = time.perf_counter() + WARM_UP_SECONDS + seconds
    while time.perf_counter() <= ends:
        for connection, times in zip(connections, took, strict=True):
            sent_at = time.perf_counter()
            await connection.request(next(requests))
            times.append(time.perf_counter() - sent_at)
    warm_up = int(len(took[0]) * WARM_UP_SECONDS / (WARM_UP_SECONDS + seconds))
    return [
        {"answered": len(times), "per_second": 1 / float(np.mean(times[warm_up:]))}
        for times in took
    ]
