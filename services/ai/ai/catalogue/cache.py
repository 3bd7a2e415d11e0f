"""Keeps the newest catalogue in memory and loads it again when it changed."""

import asyncio
import time
from datetime import UTC, datetime

import asyncpg

from ai.catalogue import queries
from ai.catalogue.catalogue import Catalogue
from ai.catalogue.queries import load_changes, load_stamp

POPULARITY_SECONDS = 60.0
"""The greatest age of the counts of learners, which change with every fact of progress."""


class CatalogueCache:
    def __init__(self, pool: asyncpg.Pool, *, patience: float | None = None) -> None:
        """With `patience`, no caller waits longer for a new catalogue while there is an earlier one
        of the database: then that one is served."""
        self._pool = pool
        self._patience = patience
        self._loading: asyncio.Task[Catalogue] | None = None
        self._loaded = queries.NOTHING
        self._stamp: tuple[str, int] | None = None
        self._loaded_at = 0.0
        self.last = queries.NOTHING.catalogue
        """The catalogue of the last load; empty before that."""

    async def current(self) -> Catalogue:
        """Raises what an unavailable database raises; `last` is unchanged then.

        Callers share one load, which continues when a caller stops waiting for it.
        """
        if self._loading is None or self._loading.done():
            self._loading = asyncio.create_task(self._load())
            self._loading.add_done_callback(_seen)
        if self._stamp and self._patience is not None:
            await asyncio.wait([self._loading], timeout=self._patience)
            if not self._loading.done():
                return self.last
        return await asyncio.shield(self._loading)

    async def refresh(self) -> bool:
        """Loads the catalogue for later use; True while it has no items."""
        return not (await self.current()).items

    def remember(self, catalogue: Catalogue) -> None:
        """Use a catalogue from another source until the database answers."""
        self.last = catalogue
        self._stamp = None

    async def _load(self) -> Catalogue:
        stamp = await load_stamp(self._pool)
        old = time.monotonic() - self._loaded_at > POPULARITY_SECONDS
        if old or stamp != self._stamp:
            same_generation = self._stamp is not None and self._stamp[0] == stamp[0]
            known = self._loaded if same_generation else queries.NOTHING
            # Read after its stamp, so that a change in between is loaded again and not missed.
            self._loaded = await load_changes(self._pool, known, stamp[1], datetime.now(UTC))
            self.last = self._loaded.catalogue
            self._stamp, self._loaded_at = stamp, time.monotonic()
        return self.last


def _seen(loading: "asyncio.Task[Catalogue]") -> None:
    """Retrieves the failure of a load without callers, which asyncio would log otherwise."""
    if not loading.cancelled():
        loading.exception()
