"""Work that goes on in the background of a process."""

import asyncio
import logging
import os
from collections.abc import Awaitable, Callable
from typing import NoReturn

import asyncpg

from ai.kit.db import UNAVAILABLE

PAUSE_AFTER_FAILURE = 1.0

log = logging.getLogger(__name__)


def exit_process(code: int, why: str) -> NoReturn:
    """End the process at once, to be restarted: whatever it holds is safe in a transaction or an
    uncommitted offset, and a loop that is stuck could not be asked to end."""
    log.critical("%s", why)
    logging.shutdown()
    os._exit(code)


async def run_periodically(
    work: Callable[[], Awaitable[bool]],
    *,
    pause: float,
    wake: asyncio.Event | None = None,
    rest: float = 0,
) -> NoReturn:
    """Call `work` again after `rest` seconds, in which more may gather, while it returns that there
    is more; else after `pause` seconds or when woken. While the database is away, or ended us in a
    deadlock, it waits; any other failure ends the process."""
    wake = wake or asyncio.Event()
    while True:
        wake.clear()  # before the work: what wakes us meanwhile is work for the next round
        try:
            more = await work()
        except (*UNAVAILABLE, asyncpg.TransactionRollbackError) as error:
            log.warning("%s waits: %s", work.__qualname__, type(error).__name__)
            await asyncio.sleep(PAUSE_AFTER_FAILURE)
        except Exception:
            log.exception("%s failed", work.__qualname__)
            exit_process(1, "a background task failed")
        else:
            if more:
                await asyncio.sleep(rest)
            else:
                await _wait(wake, pause)


async def _wait(wake: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await wake.wait()
    except TimeoutError:
        pass
