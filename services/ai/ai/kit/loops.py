"""Background jobs of a process: repeated, retried after failures, and counted."""

import asyncio
import logging
import os
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NoReturn, TypeVar

from ai.kit.db import UNAVAILABLE

PAUSE_AFTER_FAILURE = 1.0
LONGEST_PAUSE_AFTER_FAILURE = 60.0
LONGEST_PAUSE_WHILE_UNAVAILABLE = 10.0

log = logging.getLogger(__name__)

T = TypeVar("T")


def exit_process(code: int, why: str) -> NoReturn:
    """End the process at once, so that it is restarted. No work is lost, because it is in a
    transaction or its offset is not committed, and a stuck loop could not be stopped otherwise."""
    log.critical("%s", why)
    logging.shutdown()
    os._exit(code)


@dataclass(slots=True)
class JobStatus:
    """How the runs of one background job went in this process."""

    failures: int = 0
    failures_in_a_row: int = 0
    """0 after a run without failure."""
    last_error: str | None = None
    last_failed_at: datetime | None = None

    def record_success(self) -> None:
        self.failures_in_a_row = 0

    def record_failure(self, error: Exception) -> None:
        self.failures += 1
        self.failures_in_a_row += 1
        self.last_error = type(error).__name__
        self.last_failed_at = datetime.now(UTC)

    @property
    def pause(self) -> float:
        """Doubles with each failure in a row."""
        longest = LONGEST_PAUSE_AFTER_FAILURE
        return min(PAUSE_AFTER_FAILURE * 2.0 ** min(self.failures_in_a_row - 1, 10), longest)


async def run_periodically(
    work: Callable[[], Awaitable[bool]],
    *,
    pause: float,
    wake: asyncio.Event | None = None,
    rest: float = 0,
    status: JobStatus | None = None,
    unavailable: tuple[type[Exception], ...] = (),
) -> NoReturn:
    """Call `work` again after `rest` seconds, in which more may gather, while it returns that there
    is more; else after `pause` seconds or when woken.

    A failure never ends the process: `status` counts it, and the work is tried again after a
    second while the database is unavailable, else after a pause that grows. `unavailable` are the
    errors of other services that the job needs: they are logged in one line and the pause stays
    short enough to notice soon that the service is back.
    """
    wake = wake or asyncio.Event()
    status = status or JobStatus()
    while True:
        wake.clear()  # before the work, so that a wake-up meanwhile starts the next round
        try:
            more = await work()
        except UNAVAILABLE as error:
            status.record_failure(error)
            log.warning("%s waits: %s", work.__qualname__, type(error).__name__)
            await asyncio.sleep(PAUSE_AFTER_FAILURE)
        except unavailable as error:
            status.record_failure(error)
            log.warning("%s waits: %s", work.__qualname__, type(error).__name__)
            await asyncio.sleep(min(status.pause, LONGEST_PAUSE_WHILE_UNAVAILABLE))
        except Exception as error:
            status.record_failure(error)
            log.exception("%s failed, retried in %.0f s", work.__qualname__, status.pause)
            await asyncio.sleep(status.pause)
        else:
            status.record_success()
            if more:
                await asyncio.sleep(rest)
            else:
                await _wait(wake, pause)


async def until_answered(
    service: str, request: Callable[[], Awaitable[T]], unavailable: tuple[type[Exception], ...]
) -> T:
    """The result of `request`, which is repeated while it raises one of `unavailable`. Logs once
    that the service does not answer, and when it does."""
    waits = False
    while True:
        try:
            result = await request()
        except unavailable as error:
            if not waits:
                log.warning("waiting for %s: %s", service, type(error).__name__)
            waits = True
            await asyncio.sleep(PAUSE_AFTER_FAILURE)
        else:
            if waits:
                log.warning("%s answers", service)
            return result


async def _wait(wake: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await wake.wait()
    except TimeoutError:
        pass
