"""Reads enrolments and completions from the projections."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from ai.dashboard.forecast import Enrolment
from ai.dashboard.weeks import TrackWeek
from ai.kit.db import Db
from ongoza_contracts.cohorts import EnrolmentState
from ongoza_contracts.vocabulary import Track

ENROLMENTS_MAX = 5000
"""The prior is fitted to so many, the newest."""

# Enrolments with a seat, each with the completions of what its version requires, as core counts
# them: a course counts by its modules where it has some, and a module by its course too.
ENROLMENTS = """
WITH enrolment AS (
    SELECT user_id, key, body ->> 'program_version_id' AS version_id,
        (body ->> 'activated_at')::timestamptz AS activated_at,
        CASE WHEN body ->> 'state' IN ('active', 'suspended') THEN NULL ELSE coalesce(
            (body ->> 'completed_at')::timestamptz, (body ->> 'updated_at')::timestamptz
        ) END AS ended_at
    FROM entity WHERE kind = 'enrolments' AND body ->> 'activated_at' IS NOT NULL AND {which}
    ORDER BY {order} LIMIT {most}
), placed AS (
    SELECT version.key AS version_id, item ->> 'content_id' AS content_id, content.course_id
    FROM entity AS version
    CROSS JOIN LATERAL jsonb_array_elements(version.body -> 'items') AS item
    LEFT JOIN content ON content.content_id = item ->> 'content_id'
    WHERE version.kind = 'program-versions' AND (item -> 'required')::boolean
        AND version.key IN (SELECT version_id FROM enrolment)
), required AS (
    SELECT * FROM placed WHERE NOT EXISTS (
        SELECT FROM placed AS module
        WHERE module.version_id = placed.version_id AND module.course_id = placed.content_id
    )
)
SELECT enrolment.*, count(required.content_id) AS required,
    EXISTS (
        SELECT FROM entity WHERE kind = 'program-versions' AND entity.key = enrolment.version_id
    ) AS version_known,
    count(done.reported_at) FILTER (WHERE done.attested_at IS NULL) AS unconfirmed,
    array_agg(done.attested_at ORDER BY done.attested_at)
        FILTER (WHERE done.attested_at IS NOT NULL) AS completions
FROM enrolment
LEFT JOIN required USING (version_id)
LEFT JOIN LATERAL (
    SELECT min(completed_at) AS reported_at,
        min(completed_at) FILTER (WHERE completion_source <> 'self') AS attested_at
    FROM progress
    WHERE progress.user_id = enrolment.user_id
        AND progress.content_id IN (required.content_id, required.course_id)
) AS done ON true
GROUP BY user_id, key, version_id, activated_at, ended_at
"""
OF_LEARNER = ENROLMENTS.format(
    which="user_id = $1 AND body ->> 'state' = $2", order="activated_at DESC, key DESC", most=1
)
NEWEST = ENROLMENTS.format(which="true", order="key DESC", most=ENROLMENTS_MAX)
# When the learner joined.
JOINED = "SELECT created_at FROM learner WHERE user_id = $1"
# By ISO week and track, what a learner completed first. A course with modules counts by these.
WEEKS = """
SELECT date_trunc('week', completed_at AT TIME ZONE 'UTC')::date AS week, content.track,
    count(*) AS completions, coalesce(sum(duration_minutes), 0) AS minutes
FROM progress LEFT JOIN content USING (content_id)
WHERE progress.user_id = $1 AND completed_at < $2 AND NOT EXISTS (
    SELECT FROM content AS module WHERE module.course_id = progress.content_id
)
GROUP BY 1, 2 ORDER BY 1, 2
"""


async def load_active_enrolment(db: Db | asyncpg.Pool, user_id: int) -> Enrolment | None:
    """The one that began last."""
    row = await db.fetchrow(OF_LEARNER, user_id, EnrolmentState.ACTIVE)
    return _enrolment(row) if row else None


async def load_enrolments(db: Db | asyncpg.Pool) -> Sequence[Enrolment]:
    """The newest ones of all learners, ended ones too."""
    return [_enrolment(row) for row in await db.fetch(NEWEST)]


async def load_joined_at(db: asyncpg.Pool, user_id: int) -> datetime | None:
    """None for a user who is not projected."""
    joined_at: datetime | None = await db.fetchval(JOINED, user_id)
    return joined_at


async def load_weeks(db: asyncpg.Pool, user_id: int, now: datetime) -> Sequence[TrackWeek]:
    return [
        TrackWeek(
            week=row["week"],
            track=row["track"] and Track(row["track"]),
            completions=row["completions"],
            minutes=row["minutes"],
        )
        for row in await db.fetch(WEEKS, user_id, now)
    ]


def _enrolment(row: Any) -> Enrolment:
    return Enrolment(
        user_id=row["user_id"],
        enrolment_id=UUID(row["key"]),
        program_version_id=UUID(row["version_id"]),
        activated_at=row["activated_at"],
        ended_at=row["ended_at"],
        required=row["required"] if row["version_known"] else None,
        unconfirmed=row["unconfirmed"],
        completions=tuple(row["completions"] or ()),
    )
