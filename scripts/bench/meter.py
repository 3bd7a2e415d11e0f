"""What work costs: processor seconds, memory above rest, and how long an event loop stood still."""

import asyncio
import gc
import threading
import time
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress

import psutil

from scripts.bench.figures import Result

TICK_SECONDS, SAMPLE_SECONDS = 0.005, 0.25


def cpu_seconds(*pids: int) -> float:
    """Of these processes and of all below them, also of those that have ended."""
    return sum(sum(process.cpu_times()[:4]) for process in _with_children(pids))


def memory_mb(pid: int) -> float:
    """Memory that processes share is counted once."""
    total = 0
    for process in _with_children([pid]):
        with suppress(psutil.Error):
            total += process.memory_full_info().pss
    return total / 1e6


def _with_children(pids: Iterable[int]) -> list[psutil.Process]:
    found = []
    for pid in pids:
        with suppress(psutil.NoSuchProcess):
            process = psutil.Process(pid)
            found += [process, *process.children(recursive=True)]
    return [one for one in found if one.is_running() and one.status() != psutil.STATUS_ZOMBIE]


@asynccontextmanager
async def measured(postgres: int) -> AsyncIterator[Result]:
    """Yields a dict that is filled at the end: `cpu_s` of this process and of the database server
    `postgres`, `memory_mb` above rest of this process and its children, `lag_ms` of this loop."""
    gc.collect()
    own, result, samples, stop = psutil.Process().pid, Result(), [0.0], threading.Event()
    rest, began = memory_mb(own), cpu_seconds(own, postgres)

    def sample() -> None:
        while not stop.wait(SAMPLE_SECONDS):
            samples.append(memory_mb(own))

    sampler = threading.Thread(target=sample)
    lags: list[float] = [0.0]
    ticker = asyncio.create_task(_tick(lags))
    await asyncio.sleep(0)
    sampler.start()
    try:
        yield result
    finally:
        await asyncio.sleep(2 * TICK_SECONDS)  # a loop that stood still until now is noticed
        ticker.cancel()
        stop.set()
        await asyncio.to_thread(sampler.join)
    result["cpu_s"] = cpu_seconds(own, postgres) - began
    result["memory_mb"] = max(max(samples) - rest, 0.0)
    result["lag_ms"] = 1000 * max(lags)


async def _tick(lags: list[float]) -> None:
    while True:
        began = time.perf_counter()
        await asyncio.sleep(TICK_SECONDS)
        lags.append(time.perf_counter() - began - TICK_SECONDS)
