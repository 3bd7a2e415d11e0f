"""Marks on learners whose list no longer shows what is known."""

from collections.abc import Collection

from ai.kit.db import Db

# A mark that nobody has claimed yet stays as it is: the conflict locks its row, so the worker that
# claims it next reads what this transaction wrote. A renewed mark keeps its time: that of the
# oldest change the list does not show yet. In the order of ids, so that two writers never wait for
# each other in a circle.
MARK = """
INSERT INTO dirty_learner (user_id)
SELECT DISTINCT user_id FROM unnest($1::integer[]) AS user_id ORDER BY user_id
ON CONFLICT (user_id) DO UPDATE SET mark = nextval('dirty_mark'), claimed_at = NULL
WHERE dirty_learner.claimed_at IS NOT NULL
"""
RAISE_REVISION = "UPDATE catalogue_revision SET revision = revision + 1"


async def mark_learners(db: Db, user_ids: Collection[int]) -> None:
    """In the transaction that changes what is known of them."""
    if user_ids:
        await db.execute(MARK, list(user_ids))


async def mark_catalogue(db: Db) -> None:
    """In the transaction that changes the catalogue: every list may look different now, and is
    brought up to date in the background (`ai.recommendations.recompute`)."""
    await db.execute(RAISE_REVISION)
