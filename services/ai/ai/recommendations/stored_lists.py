"""Reads the stored lists that several requests wait for in one statement."""

import asyncio
from collections.abc import Sequence
from typing import TypeAlias

import asyncpg

from ai.recommendations.queries import STORED

DATABASE_SECONDS = 0.4
"""How long a request waits for the database, counted from when it came."""
STATEMENT_SECONDS = 0.15
"""How long requests wait for the statement before theirs. Twice this is less than DATABASE_SECONDS,
so that a connection that hangs fails only the requests of its own statement."""

Row: TypeAlias = asyncpg.Record | None
Rows: TypeAlias = "asyncio.Task[dict[int, asyncpg.Record]]"
Request: TypeAlias = "tuple[int, float, asyncio.Future[Row]]"
"""The learner, when the request came, and what it waits for."""


class StoredLists:
    """A process's reads of stored lists, of which one statement runs at a time: the requests that
    come meanwhile share the next. Of eight at once, each takes some 40 us less processor time.
    Beside a statement that takes longer than STATEMENT_SECONDS the next one begins."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool
        self._waiting: list[Request] = []
        self._reading: asyncio.Task[None] | None = None
        self._slow: set[asyncio.Task[None]] = set()

    async def read(self, user_id: int) -> Row:
        """The learner's row as it is after this call, or None when no list may be used.

        Raises what the database raises, and TimeoutError after DATABASE_SECONDS.
        """
        loop = asyncio.get_running_loop()
        row: asyncio.Future[Row] = loop.create_future()
        self._waiting.append((user_id, loop.time(), row))
        if self._reading is None or self._reading.done():
            self._reading = asyncio.create_task(self._read_waiting())
        return await row

    async def _read_waiting(self) -> None:
        """Reads until nobody waits."""
        while requests := self._waiting:
            self._waiting = []
            rows = asyncio.create_task(  # noqa: RUF006 - it is kept until it is answered
                self._rows([user_id for user_id, _, _ in requests])
            )
            if (await asyncio.wait({rows}, timeout=STATEMENT_SECONDS))[0]:
                _answer(requests, rows)
            else:
                slow = asyncio.create_task(_answer_by_deadlines(requests, rows))
                self._slow.add(slow)
                slow.add_done_callback(self._slow.discard)

    async def _rows(self, user_ids: Sequence[int]) -> dict[int, asyncpg.Record]:
        return {row["user_id"]: row for row in await self._pool.fetch(STORED, user_ids)}


async def _answer_by_deadlines(requests: Sequence[Request], rows: Rows) -> None:
    """`requests` are in the order in which they came."""
    loop = asyncio.get_running_loop()
    for request in requests:
        _, came_at, row = request
        left = came_at + DATABASE_SECONDS - loop.time()
        if not rows.done() and not row.done():
            await asyncio.wait({rows}, timeout=max(left, 0))
        _answer([request], rows)
    # Not awaited: a connection to a server that hangs cannot be closed.
    rows.cancel()


def _answer(requests: Sequence[Request], rows: Rows) -> None:
    """Without rows by now, their time is over."""
    for user_id, _, row in requests:
        if row.done():
            continue  # its request was given up
        if not rows.done() or rows.cancelled():
            row.set_exception(TimeoutError())
        elif error := rows.exception():
            row.set_exception(error)
        else:
            row.set_result(rows.result().get(user_id))
