"""Counts and histories that follow `progress`: what its triggers noted is added in small steps.

Only the rows that changed are read. No writer of facts waits: the triggers only insert, and the
rows deleted here are those of statements that have committed.
"""

import asyncpg

from ai.kit.db import Db
from ai.kit.locks import LEARNER_READ_LOCK

LEARNERS_PER_STEP = 2000

ADD_CHANGES = """
WITH change AS (DELETE FROM item_count_change RETURNING content_id, learners, completed)
INSERT INTO item_count (content_id, learners, completed)
SELECT content_id, sum(learners), sum(completed) FROM change GROUP BY content_id ORDER BY content_id
ON CONFLICT (content_id) DO UPDATE SET
    learners = item_count.learners + excluded.learners,
    completed = item_count.completed + excluded.completed
"""
# One statement has one snapshot: a history has exactly the changes whose notes it deletes. Notes of
# a learner stay while one of their items has no number, which the next ADD_CHANGES gives it.
UPDATE_HISTORIES = """
WITH stale AS (SELECT DISTINCT user_id FROM stale_history ORDER BY user_id LIMIT $1),
history AS (
    SELECT user_id, coalesce(
        string_agg(int4send(number), ''::bytea ORDER BY updated_at, content_id), ''
    ) AS items
    FROM stale LEFT JOIN (
        SELECT user_id, content_id, updated_at FROM progress WHERE status = 'completed'
    ) AS completed USING (user_id)
    LEFT JOIN item_count USING (content_id)
    GROUP BY user_id HAVING count(content_id) = count(number)
),
noted AS (DELETE FROM stale_history USING history WHERE stale_history.user_id = history.user_id)
INSERT INTO completion_history (user_id, items) SELECT user_id, items FROM history
ON CONFLICT (user_id) DO UPDATE SET items = excluded.items
RETURNING user_id
"""


async def update_counts(db: Db) -> int:
    """Brings counts and histories up to date; returns how many histories were read again. Call it
    in one process at a time, outside a transaction."""
    await _execute(db, ADD_CHANGES)
    total = 0
    while updated := await _execute(db, UPDATE_HISTORIES, LEARNERS_PER_STEP):
        total += len(updated)
    return total


async def _execute(db: Db, statement: str, *values: object) -> list[asyncpg.Record]:
    """Nobody is erased while histories are read and written."""
    async with db.transaction():
        await db.execute(LEARNER_READ_LOCK)
        return await db.fetch(statement, *values)
