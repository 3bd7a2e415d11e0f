"""One attempt against one limit, in Valkey and in PostgreSQL: GCRA, in microseconds.

Stored is when the limit is unused again. An attempt moves that by one step, the period divided by
the count, and is refused when it would be more than the period away.
"""

import time
from typing import Any, NamedTuple

from django.db import connection
from redis import Redis, RedisError
from redis.backoff import NoBackoff
from redis.retry import Retry

TIMEOUT_SECONDS = 0.3
RETRY_SECONDS = 2.0
"""How long a process does not ask a Valkey that gave no answer."""

SCRIPT = """
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local step, period = tonumber(ARGV[1]), tonumber(ARGV[2])
local unused = math.max(tonumber(redis.call('GET', KEYS[1]) or now), now)
if unused + step > now + period then return {0, unused - now} end
unused = unused + step
redis.call('SET', KEYS[1], string.format('%.0f', unused), 'PX', math.ceil((unused - now) / 1000))
return {1, unused - now}
"""

# The row is inserted as if it were new; `excluded.unused_at - step` is now.
STATEMENT = """
INSERT INTO limits_ratelimit AS stored (key, unused_at)
VALUES (%(key)s, clock_timestamp() + %(step)s * interval '1 microsecond')
ON CONFLICT (key) DO UPDATE
SET unused_at = greatest(
    stored.unused_at + %(step)s * interval '1 microsecond', excluded.unused_at
)
WHERE stored.unused_at
    <= excluded.unused_at + %(rest)s * interval '1 microsecond'
RETURNING (extract(epoch FROM stored.unused_at - clock_timestamp()) * 1000000)::bigint
"""
REFUSED = """
SELECT (extract(epoch FROM unused_at - clock_timestamp()) * 1000000)::bigint
FROM limits_ratelimit WHERE key = %(key)s
"""


class Count(NamedTuple):
    """`used`: the microseconds until the limit is unused again."""

    allowed: bool
    used: int


class Valkey:
    def __init__(self, url: str) -> None:
        client = Redis.from_url(
            url,
            socket_timeout=TIMEOUT_SECONDS,
            socket_connect_timeout=TIMEOUT_SECONDS,
            retry=Retry(NoBackoff(), 0),
        )
        self._count = client.register_script(SCRIPT)
        self._asked_again_at = 0.0

    def count(self, key: str, step: int, period: int) -> Count | None:
        """None while it does not answer."""
        if time.monotonic() < self._asked_again_at:
            return None
        try:
            counted: Any = self._count(keys=[f"limit:{key}"], args=[step, period])
        except RedisError:
            self._asked_again_at = time.monotonic() + RETRY_SECONDS
            return None
        return Count(bool(counted[0]), int(counted[1]))


def count_in_database(key: str, step: int, period: int) -> Count:
    with connection.cursor() as cursor:
        # Computed here, because PostgreSQL would compute with 32 bits.
        cursor.execute(STATEMENT, {"key": key, "step": step, "rest": period - 2 * step})
        row = cursor.fetchone()
        if row is not None:
            return Count(True, max(0, row[0]))
        cursor.execute(REFUSED, {"key": key})
        row = cursor.fetchone()  # None when it was purged meanwhile: so it is unused
        return Count(False, max(0, row[0]) if row else 0)
