"""Liveness, and the health of the process and of what it depends on."""

import asyncio
import json
from datetime import datetime
from typing import Literal

import asyncpg
from fastapi import APIRouter, Response
from pydantic import BaseModel

from ai.embeddings.dependencies import CurrentEncoder
from ai.kit.db import UNAVAILABLE
from ai.kit.dependencies import CurrentCore, CurrentPool
from ai.kit.vectors import ModelIdentity

CHECK_SECONDS = 1.0
WORKER_SILENT_SECONDS = 30.0

# The newest worker of the live generation, and how much work is waiting.
STATUS = """
SELECT
    (SELECT name FROM generation WHERE state = 'live') AS generation,
    (SELECT count(*) FROM parked_record) AS parked,
    (SELECT count(*) FROM dirty_learner) AS waiting,
    extract(epoch FROM now() - worker.heartbeat_at)::float8 AS silent_seconds,
    (
        SELECT coalesce(jsonb_agg(lost ORDER BY topic), '[]')
        FROM live.lost_topic AS lost WHERE noticed_at > now() - interval '7 days'
    ) AS lost_topics,
    worker.last_applied_at,
    worker.applied, worker.ignored, worker.unknown_types, worker.tombstones, worker.failed_jobs
FROM (SELECT) AS always
LEFT JOIN LATERAL (
    SELECT * FROM worker_status
    WHERE worker NOT LIKE 'rebuild-%'
        AND generation = (SELECT name FROM generation WHERE state = 'live')
    ORDER BY heartbeat_at DESC LIMIT 1
) AS worker ON true
"""

router = APIRouter(tags=["health"])


class FailedJob(BaseModel):
    failures: int
    failures_in_a_row: int
    """0 when the last run succeeded."""
    last_error: str
    last_failed_at: datetime


class LostTopic(BaseModel):
    topic: str
    cause: Literal["recreated", "shorter"]
    """Deleted and created again, or without its newest records."""
    noticed_at: datetime
    """Since then it is read from the beginning. `refill_topic` of core fills it again."""


class Worker(BaseModel):
    heartbeat_age_seconds: float
    last_applied_at: datetime | None
    applied: int
    ignored: int
    unknown_types: int
    tombstones: int
    failed_jobs: dict[str, FailedJob]
    """The background jobs that failed since the worker started, by name."""


class Projection(BaseModel):
    generation: str | None
    parked_records: int
    learners_waiting: int
    """Learners whose list is waiting to be recomputed."""
    lost_topics: list[LostTopic]
    """Those of the last seven days, unless the projections were rebuilt since."""
    worker: Worker | None
    """Absent when none has ever run."""


class Model(BaseModel):
    name: str
    revision: str
    precision: str
    dimension: int

    @classmethod
    def of(cls, identity: ModelIdentity) -> "Model":
        return cls(
            name=identity.model,
            revision=identity.revision,
            precision=identity.precision,
            dimension=identity.dimension,
        )


class Live(BaseModel):
    status: Literal["ok"]


class Health(BaseModel):
    status: Literal["ok", "degraded", "unavailable"]
    """Degraded: answers may be old or from a fallback, a background job keeps failing, or topics
    lost records."""
    database: Literal["up", "down"]
    core: Literal["up", "failing"]
    model: Model
    projection: Projection | None


@router.get("/health/live")
async def live() -> Live:
    """Whether the process answers; its dependencies are not checked."""
    return Live(status="ok")


@router.get(
    "/health",
    name="read",
    responses={503: {"model": Health, "description": "The database is down"}},
)
async def health(
    pool: CurrentPool, core: CurrentCore, encoder: CurrentEncoder, response: Response
) -> Health:
    """Reports the state of the dependencies, and how far the worker is."""
    projection = await _projection(pool)
    if projection is None:
        response.status_code = 503
    return Health(
        status=_status(projection, core_is_failing=core.breaker.is_open),
        database="up" if projection else "down",
        core="failing" if core.breaker.is_open else "up",
        model=Model.of(encoder.identity),
        projection=projection,
    )


def _status(
    projection: Projection | None, *, core_is_failing: bool
) -> Literal["ok", "degraded", "unavailable"]:
    if projection is None:
        return "unavailable"
    worker = projection.worker
    if worker is None or worker.heartbeat_age_seconds > WORKER_SILENT_SECONDS:
        return "degraded"
    failing = any(job.failures_in_a_row > 1 for job in worker.failed_jobs.values())
    return "degraded" if failing or core_is_failing or projection.lost_topics else "ok"


async def _projection(pool: asyncpg.Pool) -> Projection | None:
    """None when the database does not answer in time."""
    try:
        async with asyncio.timeout(CHECK_SECONDS):
            (row,) = await pool.fetch(STATUS)
    except (*UNAVAILABLE, asyncpg.PostgresError):
        return None
    silent = row["silent_seconds"]
    worker = None if silent is None else _worker(row, silent)
    return Projection(
        generation=row["generation"],
        parked_records=row["parked"],
        learners_waiting=row["waiting"],
        lost_topics=json.loads(row["lost_topics"]),
        worker=worker,
    )


def _worker(row: asyncpg.Record, silent_seconds: float) -> Worker:
    columns = {**row, "failed_jobs": json.loads(row["failed_jobs"])}
    return Worker(heartbeat_age_seconds=max(silent_seconds, 0), **columns)
