"""Workers report their state in the table that /health and operators read."""

import asyncpg

from ai.kit.db import Db

REPORT = """
INSERT INTO worker_status (
    worker, generation, started_at, heartbeat_at, applied, ignored, unknown_types, tombstones,
    parked
) VALUES ($1, $2, now(), now(), 0, 0, 0, 0, 0)
ON CONFLICT (worker) DO UPDATE SET heartbeat_at = now()
"""
COUNT = """
UPDATE worker_status SET
    heartbeat_at = now(), last_applied_at = now(),
    applied = applied + $2, ignored = ignored + $3, unknown_types = unknown_types + $4,
    tombstones = tombstones + $5, parked = parked + $6
WHERE worker = $1
"""


async def heartbeat(db: asyncpg.Pool, worker: str, generation: str) -> None:
    await db.execute(REPORT, worker, generation)


async def count(
    db: Db,
    worker: str,
    *,
    applied: int,
    ignored: int,
    unknown_types: int,
    tombstones: int,
    parked: int,
) -> None:
    """In the transaction that did what is counted, so that the sums are true after any crash."""
    await db.execute(COUNT, worker, applied, ignored, unknown_types, tombstones, parked)
