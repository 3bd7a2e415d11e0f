"""Liveness, and the health of the process and of what it depends on.

What everybody may ask costs the same however much there is; counts and causes are for operators.
"""

import asyncio
import json
from collections.abc import Iterator
from datetime import datetime
from typing import Literal, TypeAlias

import asyncpg
from fastapi import APIRouter, Response
from pydantic import BaseModel

from ai.embeddings.dependencies import CurrentEncoder
from ai.kit.db import UNAVAILABLE
from ai.kit.dependencies import CurrentCore, CurrentPool
from ai.kit.vectors import ModelIdentity
from ai.operations.router import Operator
from ai.projections.status import NEWEST_WORKER
from ongoza_ops.promises import LIST_SECONDS, VISIBLE_SECONDS

CHECK_SECONDS = 1.0
WORKER_SILENT_SECONDS = 30.0

# Topics that lost records in the last seven days, unless the projections were rebuilt since.
LOST = "SELECT * FROM live.lost_topic WHERE noticed_at > now() - interval '7 days'"
OLDEST_MARK = "SELECT marked_at FROM dirty_learner ORDER BY marked_at LIMIT 1"
# A killed worker's row stays for a while.
OLDEST_FACT = f"""
SELECT max(oldest_unapplied_seconds) FROM worker_status
WHERE heartbeat_at > now() - make_interval(secs => {WORKER_SILENT_SECONDS:.0f})
    AND worker NOT LIKE 'rebuild-%'
    AND generation = (SELECT name FROM generation WHERE state = 'live')
"""  # noqa: S608 - constants
# How the newest worker does, which topics lost records, and for how long the oldest list and the
# oldest fact have waited. It reads a row of each, and one of each worker, however much there is.
SUMMARY = f"""
SELECT
    extract(epoch FROM now() - worker.heartbeat_at)::float8 AS silent_seconds,
    worker.failed_jobs,
    ARRAY(SELECT topic FROM ({LOST}) AS lost ORDER BY topic) AS lost,
    greatest(extract(epoch FROM now() - ({OLDEST_MARK})), 0)::float8 AS oldest_list_seconds,
    ({OLDEST_FACT}) AS oldest_fact_seconds
FROM (SELECT) AS always LEFT JOIN LATERAL ({NEWEST_WORKER}) AS worker ON true
"""  # noqa: S608 - constants
# The newest worker of the live generation, and how much work is waiting.
DETAILS = f"""
SELECT
    (SELECT name FROM generation WHERE state = 'live') AS generation,
    (SELECT count(*) FROM parked_record) AS parked,
    (SELECT count(*) FROM dirty_learner) AS waiting,
    extract(epoch FROM now() - worker.heartbeat_at)::float8 AS silent_seconds,
    (SELECT coalesce(jsonb_agg(lost ORDER BY topic), '[]') FROM ({LOST}) AS lost) AS lost_topics,
    worker.last_applied_at,
    worker.applied, worker.ignored, worker.unknown_types, worker.tombstones, worker.failed_jobs
FROM (SELECT) AS always LEFT JOIN LATERAL ({NEWEST_WORKER}) AS worker ON true
"""  # noqa: S608 - constants

Status: TypeAlias = Literal["ok", "degraded", "unavailable"]

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
    oldest_list_seconds: float
    """For how long the first of them has waited; 0 if none waits."""
    oldest_fact_seconds: float | None
    """For how long the oldest fact that is not applied had waited when the workers last looked,
    which they do every ten seconds, or two while one is late. Absent if that is not known."""
    lost_topics: list[LostTopic]
    """Those of the last seven days, unless the projections were rebuilt since."""
    worker: Worker | None
    """Absent when none has ever run."""
    problems: list[str]
    """Why the status is `degraded`, a sentence each; empty if it is `ok`."""


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
    status: Status
    """Degraded: answers may be old or from a fallback, facts or lists wait for longer than is
    promised, a background job keeps failing, or topics lost records."""
    database: Literal["up", "down"]
    core: Literal["up", "failing"]
    model: Model


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
    """Reports the state of the dependencies, and whether lists and search are up to date."""
    row = await _summary(pool)
    if row is None:
        response.status_code = 503
    status: Status = "unavailable"
    if row:
        status = "degraded" if _problems(row, core_is_failing=core.breaker.is_open) else "ok"
    return Health(
        status=status,
        database="up" if row else "down",
        core="failing" if core.breaker.is_open else "up",
        model=Model.of(encoder.identity),
    )


@router.get("/health/details", name="read_details")
async def details(_: Operator, pool: CurrentPool, core: CurrentCore) -> Projection:
    """How far the worker is, what waits, what failed, and why the status is `degraded`: for
    operators."""
    (row,) = await pool.fetch(DETAILS)
    (summary,) = await pool.fetch(SUMMARY)
    silent = row["silent_seconds"]
    return Projection(
        generation=row["generation"],
        parked_records=row["parked"],
        learners_waiting=row["waiting"],
        lost_topics=json.loads(row["lost_topics"]),
        worker=None if silent is None else _worker(row, silent),
        oldest_list_seconds=summary["oldest_list_seconds"],
        oldest_fact_seconds=summary["oldest_fact_seconds"],
        problems=[*_problems(summary, core_is_failing=core.breaker.is_open)],
    )


def _problems(row: asyncpg.Record, *, core_is_failing: bool) -> list[str]:
    """Why the status is `degraded`, a sentence each."""
    problems = [*_worker_problems(row["silent_seconds"], row["failed_jobs"])]
    problems += [f"{topic} lost records: run core's refill_topic" for topic in row["lost"]]
    waits = (
        ("list", row["oldest_list_seconds"], LIST_SECONDS),
        ("fact", row["oldest_fact_seconds"] or 0.0, VISIBLE_SECONDS),
    )
    problems += [
        f"a {what} has waited for {waited:.0f} s; the limit is {limit:.0f} s"
        for what, waited, limit in waits
        if waited > limit
    ]
    if core_is_failing:
        problems.append("core does not answer")
    return problems


def _worker_problems(silent_seconds: float | None, failed_jobs: str | None) -> Iterator[str]:
    if silent_seconds is None:
        yield "no worker has ever run"
    elif silent_seconds > WORKER_SILENT_SECONDS:
        yield f"no worker has reported for {silent_seconds:.0f} s"
    for name, job in json.loads(failed_jobs or "{}").items():
        if job["failures_in_a_row"] > 1:
            yield f"the worker's job {name} has failed {job['failures_in_a_row']} times in a row"


async def _summary(pool: asyncpg.Pool) -> asyncpg.Record | None:
    """None when the database does not answer in time."""
    try:
        async with asyncio.timeout(CHECK_SECONDS):
            (row,) = await pool.fetch(SUMMARY)
    except (*UNAVAILABLE, asyncpg.PostgresError):
        return None
    return row


def _worker(row: asyncpg.Record, silent_seconds: float) -> Worker:
    columns = {**row, "failed_jobs": json.loads(row["failed_jobs"])}
    return Worker(heartbeat_age_seconds=max(silent_seconds, 0), **columns)
