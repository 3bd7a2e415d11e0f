"""Sessions as ai last heard of them, for the time core cannot be asked."""

from uuid import UUID

import asyncpg

from ongoza_contracts.http.profiling import SessionRecord

READ_SECONDS = 0.3
"""With what core was given before (`core_client.BUDGET_SECONDS`), below the second of a read."""

# A learner's own session in the form core gives it.
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


async def projected_session(
    pool: asyncpg.Pool, session_id: UUID, user_id: int
) -> SessionRecord | None:
    document = await pool.fetchval(SESSION, session_id, user_id, timeout=READ_SECONDS)
    return SessionRecord.model_validate_json(document) if document else None
