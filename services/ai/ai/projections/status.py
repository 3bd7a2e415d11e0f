"""Workers report their state in the table that /health and operators read."""

import json
from collections.abc import Mapping
from dataclasses import asdict

import asyncpg

from ai.kit.db import Db
from ai.kit.loops import JobStatus

# The newest worker of the live generation; no row when none has ever run.
NEWEST_WORKER = """
SELECT * FROM worker_status
WHERE worker NOT LIKE 'rebuild-%'
    AND generation = (SELECT name FROM generation WHERE state = 'live')
ORDER BY heartbeat_at DESC LIMIT 1
"""
# Every start has a name of its own. A worker that starts deletes the rows of stopped ones, and
# a rebuild those of earlier rebuilds.
DELETE_STOPPED = """
DELETE FROM worker_status
WHERE heartbeat_at < now() - interval '1 minute'
    AND (worker LIKE 'rebuild-%') = ($1 LIKE 'rebuild-%') AND worker <> $1
"""
# The first heartbeat of a worker adds its row.
REPORT = """
INSERT INTO worker_status (
    worker, generation, started_at, heartbeat_at, applied, ignored, unknown_types, tombstones,
    parked
) VALUES ($1, $2, now(), now(), 0, 0, 0, 0, 0)
ON CONFLICT (worker) DO UPDATE SET heartbeat_at = now()
"""
REPORT_JOBS = "UPDATE worker_status SET failed_jobs = $2 WHERE worker = $1"
REPORT_OLDEST_UNAPPLIED = """
UPDATE worker_status SET oldest_unapplied_seconds = $2 WHERE worker = $1
"""
# Counts a batch of a worker.
COUNT = """
UPDATE worker_status SET
    heartbeat_at = now(), last_applied_at = now(),
    applied = applied + $2, ignored = ignored + $3, unknown_types = unknown_types + $4,
    tombstones = tombstones + $5, parked = parked + $6
WHERE worker = $1
"""


async def register(db: asyncpg.Pool, worker: str, generation: str) -> None:
    """Adds the row of a worker that starts."""
    await db.execute(DELETE_STOPPED, worker)
    await heartbeat(db, worker, generation)


async def heartbeat(db: asyncpg.Pool, worker: str, generation: str) -> None:
    await db.execute(REPORT, worker, generation)


async def report_jobs(db: asyncpg.Pool, worker: str, jobs: Mapping[str, JobStatus]) -> None:
    """Stores how often each background job of the worker failed."""
    failed = {name: asdict(job) for name, job in jobs.items() if job.failures}
    await db.execute(REPORT_JOBS, worker, json.dumps(failed, default=str))


async def report_oldest_unapplied(db: asyncpg.Pool, worker: str, seconds: float | None) -> None:
    """Stores for how long the oldest fact that the worker has not applied has waited; None if that
    is not known."""
    await db.execute(REPORT_OLDEST_UNAPPLIED, worker, seconds)


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
    """Call it in the transaction that applies the batch, so that the sums are right after a
    crash."""
    await db.execute(COUNT, worker, applied, ignored, unknown_types, tombstones, parked)
