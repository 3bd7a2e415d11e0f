"""Work of low priority: only its own thread yields."""

import os
import sys
import threading

import pytest

from ai.kit.priority import NICENESS, at_low_priority


def niceness() -> int:
    return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere threads have no niceness")
async def test_only_the_thread_of_low_priority_yields_the_processor() -> None:
    before = niceness()
    assert await at_low_priority(niceness) == min(NICENESS, 19)
    assert niceness() == before
