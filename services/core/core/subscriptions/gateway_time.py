"""How long gateways are asked over HTTP: each call for a few seconds, all calls of one request for
one budget, and none for a while after several failures in a row."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from core.kit.breaker import Breaker
from core.subscriptions.gateways import GatewayUnavailable

BUDGET_SECONDS = 10.0
"""Less than what gunicorn and nginx wait for."""
_ends_at: ContextVar[float | None] = ContextVar("ends_at", default=None)


@contextmanager
def limited_time() -> Iterator[None]:
    """A request waits for gateways no longer than this; jobs wait for each call."""
    token = _ends_at.set(time.monotonic() + BUDGET_SECONDS)
    try:
        yield
    finally:
        _ends_at.reset(token)


def seconds_left(breaker: Breaker, most: float) -> float:
    """For the next call. Raises GatewayUnavailable if there is to be none."""
    ends_at = _ends_at.get()
    left = most if ends_at is None else min(most, ends_at - time.monotonic())
    if left <= 0 or breaker.is_open():
        raise GatewayUnavailable
    return left
