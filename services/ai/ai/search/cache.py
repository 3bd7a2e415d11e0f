"""Keeps the index of words in memory and brings it up to date when the catalogue changed."""

import asyncio
import logging

import asyncpg

from ai.catalogue.queries import load_stamp
from ai.search.lexical import LexicalIndex, Matches, updated
from ai.search.queries import load_items, load_versions
from ai.vectorstore.base import Filter

FRESH_SECONDS = 0.1
"""How long a search waits for the index of a catalogue that has just changed; then it uses the
index of before."""

log = logging.getLogger(__name__)
logging.getLogger("bm25s").setLevel(logging.WARNING)  # it logs each build


class LexicalCache:
    """One index per process, from the live generation."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool
        self._loading: asyncio.Task[None] | None = None
        self._stamp: tuple[str, int] | None = None
        self.last = LexicalIndex()

    async def search(self, text: str, k: int, only: Filter) -> Matches:
        """Off the event loop, because it grows with the catalogue."""
        index = await self._current()
        return await asyncio.to_thread(index.search, text, k, only)

    async def refresh(self) -> bool:
        """Loads the index for later use; True while it has no documents."""
        await self._load()
        return not self.last.documents

    async def _current(self) -> LexicalIndex:
        if self._loading is None or self._loading.done():
            self._loading = asyncio.create_task(self._load())
            self._loading.add_done_callback(_seen)
        await asyncio.wait({self._loading}, timeout=FRESH_SECONDS)
        return self.last

    async def _load(self) -> None:
        stamp = await load_stamp(self._pool)
        if stamp == self._stamp:
            return
        known = {one.item.content_id: one for one in self.last.documents}
        current = await load_versions(self._pool)
        changed = [
            content_id
            for content_id, version in sorted(current.items())
            if content_id not in known or known[content_id].version != version
        ]
        if not changed and current.keys() == known.keys():
            self._stamp = stamp
            return
        items = await load_items(self._pool, changed)
        self.last = await asyncio.to_thread(updated, known, current, items)
        self._stamp = stamp


def _seen(loading: "asyncio.Task[None]") -> None:
    """Retrieves the failure of a load that nobody waits for: the index of before stays."""
    if not loading.cancelled() and (failure := loading.exception()):
        log.warning("words not up to date: %s", type(failure).__name__)
