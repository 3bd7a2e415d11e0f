"""HTTP requests as text, and clients with keep-alive connections, for processes of their own."""

import asyncio
import itertools
import json
import time
from collections.abc import Iterator, Sequence
from functools import partial
from typing import NamedTuple

import numpy as np

from scripts.bench.figures import Result
from scripts.embedded.ports import HOST
from scripts.stack.child import run_child

WARM_UP_SECONDS, LAST_ANSWER_SECONDS = 1.0, 10.0
run_client = partial(run_child, loop="uvloop")


def get(path: str, token: str) -> str:
    return f"GET {path} HTTP/1.1\r\nHost: {HOST}\r\nAuthorization: Bearer {token}\r\n\r\n"


def post(path: str, token: str, content: object) -> str:
    body = json.dumps(content)
    head = get(path, token).replace("GET", "POST", 1).removesuffix("\r\n")
    return f"{head}Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}"


class Connection(NamedTuple):
    """A keep-alive connection with one request at a time."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def request(self, text: str) -> bytes:
        """The head of a 2xx; else raises RuntimeError."""
        self.writer.write(text.encode())
        head = await self.reader.readuntil(b"\r\n\r\n")
        length = head.lower().partition(b"\r\ncontent-length:")[2].partition(b"\r\n")[0]
        body = await self.reader.readexactly(int(length))
        if head[9:10] != b"2":
            raise RuntimeError((head + body).decode(errors="replace"))
        return head


async def connect(*ports: int) -> list[Connection]:
    return [Connection(*await asyncio.open_connection(HOST, port)) for port in ports]


async def send_until(
    ends: float, connections: Sequence[Connection], requests: Iterator[str], pause: float = 0.0
) -> list[tuple[float, float]]:
    """Sends one request after the other, each over the next connection, and returns of each when it
    was sent and how many seconds its answer took."""
    took = []
    for connection in itertools.cycle(connections):
        if (sent_at := time.perf_counter()) >= ends:
            break
        await connection.request(next(requests))
        took.append((sent_at, time.perf_counter() - sent_at))
        if pause:
            await asyncio.sleep(pause)
    return took


async def load(
    ports: list[int], requests: list[str], seconds: int, clients: int = 1
) -> list[Result]:
    """What each server answers to clients that take the servers in turns: what slows the machine
    for a moment slows all of them."""
    begins, queue = time.perf_counter() + WARM_UP_SECONDS, itertools.cycle(requests)
    connections = [await connect(*ports) for _ in range(clients)]
    async with asyncio.timeout(WARM_UP_SECONDS + seconds + LAST_ANSWER_SECONDS):
        sent = await asyncio.gather(
            *(send_until(begins + seconds, each, queue) for each in connections)
        )
    results: list[Result] = []
    for place in range(len(ports)):
        answers = [answer for each in sent for answer in each[place :: len(ports)]]
        took = [one for sent_at, one in answers if sent_at >= begins]
        per_second, p99 = clients / float(np.mean(took)), float(np.percentile(took, 99))
        results.append({"answered": len(answers), "per_second": per_second, "p99_ms": p99 * 1000})
    return results
