"""The load client: HTTP/1.1 over keep-alive connections, each with one request under way.

Gets {"host", "port", "requests", "connections", "seconds"} on its input and says {"per_second",
"p50_ms", "p99_ms"}. Every answer has to be 2xx.
"""

import asyncio
import itertools
import json
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import cast

import uvloop

WARM_UP_SECONDS = 1.0
LAST_ANSWER_SECONDS = 10.0


@dataclass
class Tally:
    """What was answered between `begins` and `ends`."""

    begins: float
    ends: float
    took: list[float] = field(default_factory=list)

    def count(self, sent_at: float, now: float) -> None:
        if sent_at >= self.begins and now <= self.ends:
            self.took.append(now - sent_at)

    def result(self) -> dict[str, float]:
        self.took.sort()
        return {
            "per_second": len(self.took) / (self.ends - self.begins),
            "p50_ms": self._percentile(0.50),
            "p99_ms": self._percentile(0.99),
        }

    def _percentile(self, share: float) -> float:
        return 1000 * self.took[int(share * (len(self.took) - 1))]


class Connection(asyncio.Protocol):
    """Sends the next request as soon as the one before is answered, until the tally ends."""

    def __init__(self, requests: Iterator[bytes], tally: Tally, done: asyncio.Future[None]) -> None:
        self._requests = requests
        self._tally = tally
        self._done = done
        self._buffer = b""
        self._sent_at = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._send()

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if not _is_whole(self._buffer):
            return
        if self._buffer[9:10] != b"2":
            self._fail(self._buffer.decode(errors="replace"))
            return
        now = time.perf_counter()
        self._tally.count(self._sent_at, now)
        self._buffer = b""
        if now < self._tally.ends:
            self._send()
        elif not self._done.done():
            self._done.set_result(None)

    def connection_lost(self, _: Exception | None) -> None:
        self._fail("the server closed the connection")

    def _send(self) -> None:
        self._sent_at = time.perf_counter()
        self._transport.write(next(self._requests))

    def _fail(self, why: str) -> None:
        if not self._done.done():
            self._done.set_exception(RuntimeError(why))


def _is_whole(answer: bytes) -> bool:
    head, found, body = answer.partition(b"\r\n\r\n")
    if not found:
        return False
    length = head.lower().partition(b"\r\ncontent-length:")[2].partition(b"\r\n")[0]
    return len(body) >= int(length)


async def main(host: str, port: int, requests: list[str], connections: int, seconds: float) -> None:
    loop = asyncio.get_running_loop()
    begins = time.perf_counter() + WARM_UP_SECONDS
    tally = Tally(begins, begins + seconds)
    endless = itertools.cycle([request.encode() for request in requests])
    waits = []
    for _ in range(connections):
        done = loop.create_future()
        await loop.create_connection(lambda done=done: Connection(endless, tally, done), host, port)  # type: ignore[misc]
        waits.append(done)
    async with asyncio.timeout(WARM_UP_SECONDS + seconds + LAST_ANSWER_SECONDS):
        await asyncio.gather(*waits)
    print(json.dumps(tally.result()))


if __name__ == "__main__":
    uvloop.run(main(**json.load(sys.stdin)))
