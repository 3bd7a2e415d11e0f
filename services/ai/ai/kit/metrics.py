"""Answers Prometheus on a thread, with what the event loop reads for it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import asyncpg

from ai.kit.settings import Settings
from ongoza_ops import scrapes
from ongoza_ops.metrics import DATABASE_CONNECTIONS, Process

REFRESH_SECONDS = 5.0
"""A loop that does not answer in this time is not scraped: `up` is 0."""


@asynccontextmanager
async def answering_scrapes(
    process: Process, settings: Settings, report: Callable[[], Awaitable[None]]
) -> AsyncIterator[None]:
    """Calls `report` on this loop for each scrape, to set the metrics that are not counted."""
    loop = asyncio.get_running_loop()

    async def report_in_time() -> None:
        async with asyncio.timeout(REFRESH_SECONDS):
            await report()

    def refresh() -> None:
        running = asyncio.run_coroutine_threadsafe(report_in_time(), loop)
        running.result(REFRESH_SECONDS + 1)

    close = scrapes.serve(process, settings.metrics_host, settings.metrics_port, refresh)
    try:
        yield
    finally:
        await asyncio.to_thread(close)


def report_pool(pool: asyncpg.Pool) -> None:
    DATABASE_CONNECTIONS.labels("open").set(pool.get_size())
    DATABASE_CONNECTIONS.labels("in_use").set(pool.get_size() - pool.get_idle_size())
