"""Marks learners whose list is stale."""

from collections.abc import Mapping
from datetime import datetime

from ai.kit.db import Db
from ai.projections.seen import see_owners

# A mark without claim that has the time of a fact stays unchanged: the conflict locks its row, so
# the worker that claims it next reads what this transaction wrote. A mark of no fact, such as one
# of the catalogue, gets time and trace of the first that comes. A renewed mark keeps its times,
# which are those of the oldest change the list does not show yet: the claim may fail. Rows are
# locked in the order of ids, so that writers do not deadlock. Facts that a rebuild reads have no
# time here, because they may be old.
MARK = """
INSERT INTO dirty_learner (user_id, traceparent, fact_at)
SELECT user_id, traceparent, (
    SELECT $3::timestamptz FROM generation WHERE state = 'live' AND name = current_schema()
) FROM unnest($1::integer[], $2::text[]) AS stale (user_id, traceparent) ORDER BY user_id
ON CONFLICT (user_id) DO UPDATE SET
    mark = nextval('dirty_mark'), claimed_at = NULL,
    traceparent = excluded.traceparent,
    fact_at = least(dirty_learner.fact_at, excluded.fact_at)
WHERE dirty_learner.claimed_at IS NOT NULL
    OR (dirty_learner.fact_at IS NULL AND excluded.fact_at IS NOT NULL)
"""
RAISE_REVISION = "UPDATE catalogue_revision SET revision = revision + 1"


async def mark_learners(
    db: Db, traceparents: Mapping[int, str | None], fact_at: datetime | None = None
) -> None:
    """Call it in the transaction that changes what lists are computed from. `traceparents` are
    those of the learners' changes, where they are known, and `fact_at` is when the oldest of the
    facts was queued to be published."""
    if traceparents:
        await db.execute(MARK, [*traceparents], [*traceparents.values()], fact_at)
        await see_owners(db, traceparents.keys())


async def mark_catalogue(db: Db) -> None:
    """Call it in the transaction that changes the catalogue. Every stored list may be stale then,
    and is recomputed in the background (`ai.recommendations.recompute`)."""
    await db.execute(RAISE_REVISION)
