"""Writes through core at a steady pace, and when each is seen in the list that ai serves.

Gets {"port", "per_second", "writes": [{"request", "user_id", "content_id"}]} on its input. A write
is visible once the stored list says that it was made from it; that is looked up in the database
every few milliseconds. Says percentiles in ms after the write was answered, and after it was sent;
the first writes warm up and are not counted.
"""

import asyncio
import itertools
import json
import os
import sys
import time
from collections import deque
from dataclasses import dataclass
from typing import Any, TypeAlias

import asyncpg
import uvloop

from scripts.embedded.ports import HOST

CONNECTIONS = 32
LOOK_SECONDS = 0.005
PATIENCE_SECONDS = 20.0
WARM_UP_SECONDS = 2  # core's threads connect to its database with their first requests

Key: TypeAlias = tuple[int, str]

VERSIONS = "SELECT user_id, content_id, version FROM live.progress"
SEEN = """
SELECT wanted.user_id, wanted.content_id,
    (made_from->'progress'->>wanted.content_id)::bigint AS version
FROM unnest($1::integer[], $2::text[]) AS wanted (user_id, content_id)
JOIN live.recommendation USING (user_id)
"""


@dataclass(frozen=True, slots=True)
class Written:
    version: int
    sent_at: float
    answered_at: float


class Watch:
    """What was written and is not seen yet, and how long the rest took."""

    def __init__(self, versions: dict[Key, int], counts_from: float) -> None:
        self._versions = versions
        self._counts_from = counts_from
        self.all_written = False
        self.waiting: dict[Key, deque[Written]] = {}
        self.after_answer: list[float] = []
        self.after_sending: list[float] = []

    def wrote(self, key: Key, sent_at: float) -> None:
        self._versions[key] = version = self._versions.get(key, 0) + 1
        written = Written(version, sent_at, time.perf_counter())
        self.waiting.setdefault(key, deque()).append(written)

    async def look(self, db: asyncpg.Connection) -> None:
        if not self.waiting:
            return
        users, items = zip(*self.waiting, strict=True)
        rows = await db.fetch(SEEN, users, items)
        now = time.perf_counter()
        for user_id, content_id, version in rows:
            self._seen((user_id, content_id), version or 0, now)

    def _seen(self, key: Key, version: int, now: float) -> None:
        writes = self.waiting[key]
        while writes and writes[0].version <= version:
            written = writes.popleft()
            if written.sent_at >= self._counts_from:
                self.after_answer.append(now - written.answered_at)
                self.after_sending.append(now - written.sent_at)
        if not writes:
            del self.waiting[key]


class Client:
    """A keep-alive connection for each write that is under way."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._idle: asyncio.LifoQueue[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = (
            asyncio.LifoQueue()
        )

    async def connect(self) -> None:
        for _ in range(CONNECTIONS):
            self._idle.put_nowait(await asyncio.open_connection(HOST, self._port))

    async def post(self, request: str) -> None:
        reader, writer = connection = await self._idle.get()
        writer.write(request.encode())
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        length = int(head.partition(b"\r\ncontent-length:")[2].partition(b"\r\n")[0])
        body = await reader.readexactly(length)
        if head[9:10] != b"2":
            sys.exit(f"{head!r} {body!r}")
        self._idle.put_nowait(connection)


async def main(port: int, per_second: int, writes: list[dict[str, Any]]) -> None:
    client = Client(port)
    await client.connect()
    db = await _connect()
    versions = {(user, item): version for user, item, version in await db.fetch(VERSIONS)}
    began = time.perf_counter()
    watch = Watch(versions, counts_from=began + WARM_UP_SECONDS)

    async def write(user_id: int, content_id: str, request: str) -> None:
        sent_at = time.perf_counter()
        await client.post(request)
        watch.wrote((user_id, content_id), sent_at)

    looking = asyncio.create_task(_look_on(watch, db))
    async with asyncio.TaskGroup() as group:
        for number, one in enumerate(writes):
            await asyncio.sleep(began + number / per_second - time.perf_counter())
            group.create_task(write(**one))
    watch.all_written = True
    try:
        await asyncio.wait_for(looking, PATIENCE_SECONDS)
    except TimeoutError:
        sys.exit(f"never seen: {dict(itertools.islice(watch.waiting.items(), 5))}")
    print(json.dumps({**_percentiles(watch), "writes": len(watch.after_answer)}))


async def _look_on(watch: Watch, db: asyncpg.Connection) -> None:
    while watch.waiting or not watch.all_written:
        await watch.look(db)
        await asyncio.sleep(LOOK_SECONDS)


def _percentiles(watch: Watch) -> dict[str, float]:
    return {
        f"{name}_p{share}_ms": 1000 * sorted(times)[share * (len(times) - 1) // 100]
        for name, times in (("answer", watch.after_answer), ("sending", watch.after_sending))
        for share in (50, 99)
    }


async def _connect() -> asyncpg.Connection:
    return await asyncpg.connect(
        host=os.environ["VECTOR_DB_HOST"],
        port=int(os.environ["VECTOR_DB_PORT"]),
        database=os.environ["VECTOR_DB_NAME"],
        user=os.environ["VECTOR_DB_USER"],
        password=os.environ["VECTOR_DB_PASSWORD"],
    )


if __name__ == "__main__":
    uvloop.run(main(**json.load(sys.stdin)))
