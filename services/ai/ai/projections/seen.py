"""The learners who read their list, or had a fact that changes it, in the last 30 days.

Only they have a stored list, so a change of the catalogue makes no other list stale. The lists of
other learners are computed when they are read.
"""

from collections.abc import Collection

import asyncpg

from ai.kit.db import UNAVAILABLE, Db
from ai.kit.locks import LEARNER_READ_LOCK

FLUSH_SECONDS = 1.0
LEARNERS_PER_ROUND = 500

# At most one write a day for each learner.
SEE = """
INSERT INTO learner_seen (user_id, seen_on)
SELECT user_id, current_date FROM ({learners}) AS found ORDER BY user_id
ON CONFLICT (user_id) DO UPDATE SET seen_on = excluded.seen_on
WHERE learner_seen.seen_on < excluded.seen_on
"""
# Facts that a rebuild reads do not count, because they may be old.
SEE_OWNERS = SEE.format(
    learners="""
    SELECT DISTINCT user_id FROM unnest($1::integer[]) AS user_id
    WHERE EXISTS (SELECT FROM generation WHERE state = 'live' AND name = current_schema())
"""
)
SEE_READERS = SEE.format(learners="SELECT user_id FROM learner WHERE user_id = ANY($1)")
# Marks readers without a list of the present catalogue.
MARK_READERS = """
INSERT INTO dirty_learner (user_id)
SELECT user_id FROM learner LEFT JOIN recommendation USING (user_id)
WHERE user_id = ANY($1)
    AND revision IS DISTINCT FROM (SELECT revision FROM catalogue_revision)
ORDER BY user_id ON CONFLICT (user_id) DO NOTHING
"""
# Readers whose list is stale come before others. A row that is being written is left out: its
# learner reads again, or has the new list. It locks marks in no order, so no statement of its
# transaction may wait after it.
NOTE_READS = """
UPDATE dirty_learner SET read_at = now() WHERE user_id IN (
    SELECT user_id FROM dirty_learner WHERE user_id = ANY($1) FOR UPDATE SKIP LOCKED
)
"""
UNSEEN = """
SELECT user_id FROM learner_seen WHERE seen_on < current_date - 30 ORDER BY seen_on LIMIT $1
"""
# Marks before learners seen, each in the order of ids, as facts do, so that neither deadlocks with
# the other. A mark that is made meanwhile is not seen here, and not waited for.
LOCK_MARKS = "SELECT FROM dirty_learner WHERE user_id = ANY($1) ORDER BY user_id FOR UPDATE"
# Deletes the lists of learners who are still unseen for 30 days, and when they were seen.
DELETE_UNSEEN = """
WITH locked AS MATERIALIZED (
    SELECT user_id FROM learner_seen WHERE user_id = ANY($1) AND seen_on < current_date - 30
    ORDER BY user_id FOR UPDATE
), unseen AS (
    DELETE FROM learner_seen USING locked WHERE learner_seen.user_id = locked.user_id
    RETURNING learner_seen.user_id
), lists AS (
    DELETE FROM recommendation USING unseen WHERE recommendation.user_id = unseen.user_id
), marks AS (
    DELETE FROM dirty_learner USING unseen WHERE dirty_learner.user_id = unseen.user_id
)
SELECT count(*) FROM unseen
"""
# Of a new generation, in which facts of every age have marked their owners.
UNMARK_UNSEEN = """
DELETE FROM dirty_learner WHERE NOT EXISTS (
    SELECT FROM learner_seen WHERE learner_seen.user_id = dirty_learner.user_id
)
"""


async def see_owners(db: Db, user_ids: Collection[int]) -> None:
    """Call it in the transaction that applies facts of these learners."""
    await db.execute(SEE_OWNERS, list(user_ids))


class SeenLearners:
    """Gathers the learners who read their list, so that no read waits for a write."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool
        self._read: set[int] = set()

    def note(self, user_id: int) -> None:
        self._read.add(user_id)

    async def flush(self) -> bool:
        """Stores who read, and marks those whose list is not of the present catalogue. Always
        False."""
        read, self._read = self._read, set()
        if read:
            try:
                await self._store([*read])
            except UNAVAILABLE:
                self._read |= read
                raise
        return False

    async def _store(self, user_ids: list[int]) -> None:
        async with self._pool.acquire() as db, db.transaction():
            await db.execute(LEARNER_READ_LOCK)
            # Marks before learners seen, as facts do, so that neither deadlocks with the other.
            await db.execute(MARK_READERS, user_ids)
            await db.execute(SEE_READERS, user_ids)
            await db.execute(NOTE_READS, user_ids)


class UnseenLists:
    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def delete_some(self) -> bool:
        """True when there may be more."""
        async with self._pool.acquire() as db, db.transaction():
            await db.execute(LEARNER_READ_LOCK)
            unseen = [user_id for (user_id,) in await db.fetch(UNSEEN, LEARNERS_PER_ROUND)]
            await db.execute(LOCK_MARKS, unseen)
            deleted: int = await db.fetchval(DELETE_UNSEEN, unseen)
        return deleted == LEARNERS_PER_ROUND
