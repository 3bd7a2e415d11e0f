"""Projected sessions: the learner's own list, and one while core is unavailable."""

import asyncio
from uuid import UUID

import asyncpg

from ai.profiling.schemas import ResultListed
from ongoza_contracts.http.profiling import SessionRecord

READ_SECONDS = 0.3
"""Together with `core_client.BUDGET_SECONDS`, which core was given before, less than a second."""

# A learner's own session in the form in which core returns it.
SESSION = """
SELECT jsonb_build_object(
    'id', session_id,
    'user', user_id,
    'questionnaire', questionnaire,
    'status', CASE WHEN completed_at IS NULL THEN 'open' ELSE 'completed' END,
    'version', version,
    'answers', answers,
    'result', result,
    'created_at', started_at,
    'completed_at', completed_at,
    'previous', (
        SELECT earlier.session_id FROM profiling_session AS earlier
        WHERE earlier.user_id = profiling_session.user_id
            AND earlier.completed_at <= profiling_session.started_at
        ORDER BY earlier.completed_at DESC, earlier.session_id DESC LIMIT 1
    )
)::text
FROM profiling_session
WHERE session_id = $1 AND user_id = $2 AND started_at IS NOT NULL  -- null once deleted
"""
RESULTS = """
SELECT session_id, questionnaire, completed_at, result->>'primary' AS track
FROM profiling_session
WHERE user_id = $1 AND result IS NOT NULL
ORDER BY completed_at DESC, session_id DESC LIMIT $2
"""
RESULTS_MAX = 50


async def projected_results(pool: asyncpg.Pool, user_id: int) -> tuple[ResultListed, ...]:
    """The user's newest results, newest first. Raises as `projected_session` does."""
    async with asyncio.timeout(READ_SECONDS):
        rows = await pool.fetch(RESULTS, user_id, RESULTS_MAX)
    return tuple(ResultListed.model_validate(dict(row)) for row in rows)


async def projected_session(
    pool: asyncpg.Pool, session_id: UUID, user_id: int
) -> SessionRecord | None:
    """None when this user has no such session. Raises what an unavailable database raises, within
    READ_SECONDS: the wait for a connection counts."""
    async with asyncio.timeout(READ_SECONDS):
        document = await pool.fetchval(SESSION, session_id, user_id)
    return SessionRecord.model_validate_json(document) if document else None
