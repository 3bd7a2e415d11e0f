"""Counts attempts against the limits of `settings.RATE_LIMITS`, over all processes."""

import math
from dataclasses import dataclass
from functools import cache

from django.conf import settings
from django.utils.crypto import salted_hmac

from core.limits.counting import Count, Valkey, count_in_database
from ongoza_ops.metrics import THROTTLED

MICRO = 1_000_000


@dataclass(frozen=True)
class Decision:
    allowed: bool
    limit: int
    remaining: int
    reset_seconds: int
    """Until the whole limit is there again."""
    retry_seconds: int
    """Until the next attempt is let through; 0 if it is now."""

    @property
    def headers(self) -> dict[str, str]:
        retry = {} if self.allowed else {"Retry-After": str(self.retry_seconds)}
        return {
            "RateLimit-Limit": str(self.limit),
            "RateLimit-Remaining": str(self.remaining),
            "RateLimit-Reset": str(self.reset_seconds),
            **retry,
        }


def count_attempt(scope: str, identity: str) -> Decision | None:
    """Count one attempt of `identity`; None for a scope without limit."""
    if scope not in settings.RATE_LIMITS:
        return None
    limit, seconds = settings.RATE_LIMITS[scope]
    period = seconds * MICRO
    step = period // limit
    count = _count(_key(scope, limit, seconds, identity), step, period)
    if not count.allowed:
        THROTTLED.labels(scope).inc()
    return _decision(count, limit, period)


def _count(key: str, step: int, period: int) -> Count:
    counted = _valkey(settings.VALKEY_URL).count(key, step, period) if settings.VALKEY_URL else None
    return counted or count_in_database(key, step, period)


@cache
def _valkey(url: str) -> Valkey:
    return Valkey(url)


def _key(scope: str, limit: int, seconds: int, identity: str) -> str:
    """Without the address or account itself; a limit that is changed begins afresh."""
    digest = salted_hmac("core.limits", identity, algorithm="sha256").hexdigest()[:40]
    return f"{scope}:{limit}/{seconds}:{digest}"


def _decision(count: Count, limit: int, period: int) -> Decision:
    step = period // limit
    wait = count.used + step - period  # until one more step fits
    return Decision(
        allowed=count.allowed,
        limit=limit,
        remaining=max(0, (period - count.used) // step),
        reset_seconds=math.ceil(count.used / MICRO),
        retry_seconds=max(0 if count.allowed else 1, math.ceil(wait / MICRO)),
    )
