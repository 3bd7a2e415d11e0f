"""Work that yields the processor to whoever else needs it."""

import asyncio
import os
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar, TypeVarTuple

NICENESS = 10
"""Beside a busy process of usual niceness such a thread gets about a tenth of a processor."""

T = TypeVar("T")
Arguments = TypeVarTuple("Arguments")


def _lower_priority() -> None:
    """On Linux a niceness is that of a thread; elsewhere it would be the whole process's."""
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)


_low_priority = ThreadPoolExecutor(1, "low-priority", initializer=_lower_priority)


async def at_low_priority(work: Callable[[*Arguments], T], *arguments: *Arguments) -> T:
    """The result of `work`, computed in a thread of low priority, one at a time."""
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(_low_priority, work, *arguments)
