"""Marks learners whose list is stale."""

from collections.abc import Collection

from ai.kit.db import Db
from ai.projections.seen import see_owners

# A mark without claim stays unchanged: the conflict locks its row, so the worker that claims it
# next reads what this transaction wrote. A renewed mark keeps its time, which is that of the oldest
# change the list does not show yet. Rows are locked in the order of ids, so that writers do not
# deadlock.
MARK = """
INSERT INTO dirty_learner (user_id)
SELECT DISTINCT user_id FROM unnest($1::integer[]) AS user_id ORDER BY user_id
ON CONFLICT (user_id) DO UPDATE SET mark = nextval('dirty_mark'), claimed_at = NULL
WHERE dirty_learner.claimed_at IS NOT NULL
"""
RAISE_REVISION = "UPDATE catalogue_revision SET revision = revision + 1"


async def mark_learners(db: Db, user_ids: Collection[int]) -> None:
    """Call it in the transaction that changes what lists are computed from."""
    if user_ids:
        await db.execute(MARK, list(user_ids))
        await see_owners(db, user_ids)


async def mark_catalogue(db: Db) -> None:
    """Call it in the transaction that changes the catalogue. Every stored list may be stale then,
    and is recomputed in the background (`ai.recommendations.recompute`)."""
    await db.execute(RAISE_REVISION)
