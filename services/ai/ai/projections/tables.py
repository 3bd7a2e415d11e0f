"""The typed tables of a generation: how facts become rows, in any order of arrival.

Each statement takes one array per column, so that a batch costs one round trip per table. It writes
only facts that are newer than their row, none of erased learners, and returns which rows changed.
"""

import json
from collections.abc import Collection, Sequence
from typing import Any

import asyncpg
from pydantic_core import to_json

from ai.kit.db import Db
from ai.projections.batch import ContentFact, ProfilingFact, SignInFact, UserFact
from ai.projections.completion import activity, effective_state, first_completion
from ai.projections.documents import document, text_sha256
from ongoza_contracts.content import ContentRetired
from ongoza_contracts.profiling import ProfilingCompleted, ProfilingDeleted
from ongoza_contracts.progress import ProgressUpdated
from ongoza_contracts.sign_ins import SignInEnded

# One row per user.
UPSERT_LEARNERS = """
INSERT INTO learner (
    user_id, version, role, track, organization_id, status, token_generation, created_at,
    updated_at
)
SELECT * FROM unnest(
    $1::integer[], $2::bigint[], $3::text[], $4::text[], $5::integer[], $6::text[],
    $7::integer[], $8::timestamptz[], $9::timestamptz[]
) AS fact (user_id)
WHERE NOT EXISTS (SELECT FROM erased_learner WHERE erased_learner.user_id = fact.user_id)
ON CONFLICT (user_id) DO UPDATE SET
    version = excluded.version, role = excluded.role, track = excluded.track,
    organization_id = excluded.organization_id, status = excluded.status,
    token_generation = excluded.token_generation,
    created_at = excluded.created_at, updated_at = excluded.updated_at
WHERE excluded.version > learner.version
RETURNING user_id
"""

# One row per item. Arrays of arrays do not fit into unnest, so skills and prerequisites are sent as
# JSON.
UPSERT_CONTENT = """
INSERT INTO content (
    content_id, version, content_type, title, description, track, level, skills, prerequisites,
    course_id, duration_minutes, retired, published_at, updated_at, document_sha256
)
SELECT content_id, version, content_type, title, description, track, level,
    ARRAY(SELECT jsonb_array_elements_text(skills)),
    ARRAY(SELECT jsonb_array_elements_text(prerequisites)),
    course_id, duration_minutes, retired, published_at, updated_at, document_sha256
FROM unnest(
    $1::text[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::smallint[],
    $8::jsonb[], $9::jsonb[], $10::text[], $11::integer[], $12::boolean[], $13::timestamptz[],
    $14::timestamptz[], $15::bytea[]
) AS fact (
    content_id, version, content_type, title, description, track, level, skills, prerequisites,
    course_id, duration_minutes, retired, published_at, updated_at, document_sha256
)
ON CONFLICT (content_id) DO UPDATE SET
    version = excluded.version, content_type = excluded.content_type, title = excluded.title,
    description = excluded.description, track = excluded.track, level = excluded.level,
    skills = excluded.skills, prerequisites = excluded.prerequisites,
    course_id = excluded.course_id, duration_minutes = excluded.duration_minutes,
    retired = excluded.retired, published_at = excluded.published_at,
    updated_at = excluded.updated_at, document_sha256 = excluded.document_sha256
WHERE excluded.version > content.version
RETURNING content_id
"""

# One row per learner and item.
UPSERT_PROGRESS = """
INSERT INTO progress (
    user_id, content_id, version, content_type, status, completion_percentage, score,
    created_at, updated_at, completion_source, completed_at, activity
)
SELECT * FROM unnest(
    $1::integer[], $2::text[], $3::bigint[], $4::text[], $5::text[], $6::float8[], $7::float8[],
    $8::timestamptz[], $9::timestamptz[], $10::text[], $11::timestamptz[], $12::jsonb[]
) AS fact (user_id)
WHERE NOT EXISTS (SELECT FROM erased_learner WHERE erased_learner.user_id = fact.user_id)
ON CONFLICT (user_id, content_id) DO UPDATE SET
    version = excluded.version, content_type = excluded.content_type, status = excluded.status,
    completion_percentage = excluded.completion_percentage, score = excluded.score,
    created_at = excluded.created_at, updated_at = excluded.updated_at,
    completion_source = excluded.completion_source, completed_at = excluded.completed_at,
    activity = excluded.activity
WHERE excluded.version > progress.version
RETURNING user_id
"""

# One row per session; that of a deleted session has only nulls. Lists use results alone, so it also
# returns whether the session has a result or had one.
UPSERT_PROFILING = """
INSERT INTO profiling_session (
    session_id, version, user_id, questionnaire, answers, result, started_at, completed_at
)
SELECT * FROM unnest(
    $1::uuid[], $2::bigint[], $3::integer[], $4::text[], $5::jsonb[], $6::jsonb[],
    $7::timestamptz[], $8::timestamptz[]
) AS fact (session_id, version, user_id)
WHERE NOT EXISTS (SELECT FROM erased_learner WHERE erased_learner.user_id = fact.user_id)
ON CONFLICT (session_id) DO UPDATE SET
    version = excluded.version, questionnaire = excluded.questionnaire,
    answers = excluded.answers, result = excluded.result, started_at = excluded.started_at,
    completed_at = excluded.completed_at
WHERE excluded.version > profiling_session.version
RETURNING new.user_id, coalesce(new.result, old.result) IS NOT NULL AS has_result
"""

# One row per sign-in; that of an ended one has only its end.
UPSERT_SIGN_INS = """
INSERT INTO sign_in (user_id, sign_in_id, version, started_at, ended_at)
SELECT * FROM unnest(
    $1::integer[], $2::uuid[], $3::bigint[], $4::timestamptz[], $5::timestamptz[]
) AS fact (user_id)
WHERE NOT EXISTS (SELECT FROM erased_learner WHERE erased_learner.user_id = fact.user_id)
ON CONFLICT (user_id, sign_in_id) DO UPDATE SET
    version = excluded.version, started_at = excluded.started_at, ended_at = excluded.ended_at
WHERE excluded.version > sign_in.version
RETURNING user_id
"""


async def write_learners(db: Db, facts: Collection[UserFact]) -> list[int]:
    """Returns the ids of the learners whose row changed, like the other writers."""
    return await _write(
        db,
        UPSERT_LEARNERS,
        [
            (
                *(fact.user_id, fact.version, fact.role, fact.track, fact.organization_id),
                *(fact.status, fact.token_generation, fact.created_at, fact.updated_at),
            )
            for fact in facts
        ],
    )


async def write_content(db: Db, facts: Collection[ContentFact]) -> list[str]:
    return await _write(db, UPSERT_CONTENT, [_content_row(fact) for fact in facts])


async def write_progress(db: Db, facts: Collection[ProgressUpdated]) -> list[int]:
    return await _write(db, UPSERT_PROGRESS, [progress_row(fact) for fact in facts])


def progress_row(fact: ProgressUpdated) -> tuple[Any, ...]:
    """The percentage and score are those of the running attempt; status and time stay those of the
    completion."""
    status, changed_at = effective_state(fact)
    key = (fact.user_id, fact.content_id, fact.version, fact.content_type)
    state = (status, fact.completion_percentage, fact.score)
    times = (fact.created_at, changed_at)
    completion = (fact.completion_source, first_completion(fact))
    return (*key, *state, *times, *completion, to_json(activity(fact)).decode())


async def write_profiling(db: Db, facts: Collection[ProfilingFact]) -> list[tuple[int, bool]]:
    """Returns for each row that changed the user, and whether it has a result or had one."""
    rows = await _fetch(db, UPSERT_PROFILING, [_profiling_row(fact) for fact in facts])
    return [(row["user_id"], row["has_result"]) for row in rows]


async def write_sign_ins(db: Db, facts: Collection[SignInFact]) -> list[int]:
    return await _write(db, UPSERT_SIGN_INS, [_sign_in_row(fact) for fact in facts])


async def _write(db: Db, statement: str, rows: Sequence[tuple[Any, ...]]) -> list[Any]:
    """Returns the first column of the rows that changed."""
    return [row[0] for row in await _fetch(db, statement, rows)]


async def _fetch(
    db: Db, statement: str, rows: Sequence[tuple[Any, ...]]
) -> Sequence[asyncpg.Record]:
    if not rows:
        return []
    columns = [list(column) for column in zip(*rows, strict=True)]
    return await db.fetch(statement, *columns)


def _content_row(fact: ContentFact) -> tuple[Any, ...]:
    return (
        *(fact.content_id, fact.version, fact.content_type, fact.title, fact.description),
        *(fact.track, fact.level, json.dumps(fact.skills), json.dumps(fact.prerequisites)),
        *(fact.course_id, fact.duration_minutes, isinstance(fact, ContentRetired)),
        *(fact.published_at, fact.updated_at),
        text_sha256(document(fact.title, fact.description, fact.skills)),
    )


def _profiling_row(fact: ProfilingFact) -> tuple[Any, ...]:
    if isinstance(fact, ProfilingDeleted):
        return (fact.session_id, fact.version, fact.user_id, None, None, None, None, None)
    completed = fact if isinstance(fact, ProfilingCompleted) else None
    return (
        *(fact.session_id, fact.version, fact.user_id, fact.questionnaire),
        json.dumps([answer.model_dump(mode="json") for answer in fact.answers]),
        completed.result.model_dump_json() if completed else None,
        *(fact.started_at, completed.completed_at if completed else None),
    )


def _sign_in_row(fact: SignInFact) -> tuple[Any, ...]:
    times = (None, fact.ended_at) if isinstance(fact, SignInEnded) else (fact.started_at, None)
    return (fact.user_id, fact.sign_in_id, fact.version, *times)
