"""Recomputes the lists of marked learners. A crash loses nothing: a mark is deleted only in the
transaction that writes the list, and only if it was not renewed meanwhile."""

import asyncio
import logging
import time
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

import asyncpg

from ai.catalogue.cache import CatalogueCache
from ai.catalogue.catalogue import Catalogue
from ai.kit.locks import LEARNER_READ_LOCK
from ai.kit.priority import at_low_priority
from ai.learners.learner import Learner
from ai.learners.queries import load_readable
from ai.recommendations.announce import note
from ai.recommendations.lists import Stored, stored
from ongoza_ops import tracing
from ongoza_ops.logs import log_traces
from ongoza_ops.metrics import FACT_VISIBLE_SECONDS

LEARNERS_PER_ROUND = 32
SWEEP_SECONDS = 0.2
"""The pause between rounds for lists older than the catalogue: 160 lists a second, a part of what
one processor computes, so that changes of learners do not wait for them."""

# Claims the learners marked longest ago. One who read the list since then is as if marked five
# minutes earlier: few readers wait for many others, who wait no longer than that for readers. A
# claim lapses after 10 s, in case its worker died.
CLAIM = """
UPDATE dirty_learner SET claimed_at = now() WHERE user_id IN (
    SELECT user_id FROM dirty_learner
    WHERE claimed_at IS NULL OR claimed_at < now() - interval '10 seconds'
    ORDER BY marked_at - CASE WHEN read_at IS NULL THEN interval '0' ELSE interval '5 minutes' END
    LIMIT $1 FOR UPDATE SKIP LOCKED
) RETURNING user_id, mark, traceparent, fact_at, now() AS claimed_at
"""
# A learner is no longer marked when another worker wrote a newer list or the learner was erased.
STILL_MARKED = """
SELECT user_id FROM dirty_learner WHERE user_id = ANY($1) ORDER BY user_id FOR UPDATE
"""
# Replaces the lists of a round.
STORE = """
INSERT INTO recommendation (
    user_id, lines, made_from, content_ids, closes_at, computed_at, revision
)
SELECT user_id, lines, made_from, string_to_array(content_ids, ','), closes_at, $6, $7
FROM unnest($1::integer[], $2::bytea[], $3::json[], $4::text[], $5::timestamptz[])
    AS made (user_id, lines, made_from, content_ids, closes_at)
ON CONFLICT (user_id) DO UPDATE SET
    lines = excluded.lines, made_from = excluded.made_from,
    content_ids = excluded.content_ids, closes_at = excluded.closes_at,
    computed_at = excluded.computed_at, revision = excluded.revision
"""
# A mark that was renewed meanwhile stays.
REMOVE_MARKS = """
DELETE FROM dirty_learner USING unnest($1::integer[], $2::bigint[]) AS done (user_id, mark)
WHERE dirty_learner.user_id = done.user_id AND dirty_learner.mark = done.mark
"""
# A renewed mark gets the time of the claim, because the new list shows all changes before it. So
# does its fact, if that is older, because the list may show that one. Of reads only those count
# that got the earlier list.
REDATE_MARKS = """
UPDATE dirty_learner SET marked_at = $2, read_at = CASE WHEN read_at > $2 THEN read_at END,
    fact_at = CASE WHEN fact_at < $2 THEN $2 ELSE fact_at END
WHERE user_id = ANY($1)
"""
# Marks learners whose list is from an older catalogue, or has a mission that closed (see
# `queries.STORED`), oldest first, and only while few are marked, so that changes of single learners
# come first. By two indexes: with OR it would read every list five times a second.
MARK_BEHIND = """
INSERT INTO dirty_learner (user_id)
SELECT user_id FROM (
    (
        SELECT user_id FROM recommendation
        WHERE revision < (SELECT revision FROM catalogue_revision) ORDER BY revision LIMIT $1
    )
    UNION
    (
        SELECT user_id FROM recommendation
        WHERE closes_at <= now() - interval '1 minute' ORDER BY closes_at LIMIT $1
    )
) AS behind
WHERE (SELECT count(*) FROM (SELECT FROM dirty_learner LIMIT $1) AS waiting) < $1
ORDER BY user_id LIMIT $1
ON CONFLICT (user_id) DO NOTHING RETURNING user_id
"""

LISTED = FACT_VISIBLE_SECONDS.labels("listed")

log = logging.getLogger(__name__)


class Recompute:
    def __init__(
        self,
        pool: asyncpg.Pool,
        catalogues: CatalogueCache,
        announced: asyncio.Event | None = None,
        lists: asyncio.Event | None = None,
    ) -> None:
        """`announced` is set when there are lists to publish; without it none are published.
        `lists` is set when learners were marked here."""
        self._pool = pool
        self._catalogues = catalogues
        self._announced = announced
        self._lists = lists

    async def recompute_some(self) -> bool:
        """Compute the lists of some marked learners; True when there may be more."""
        began = time.time_ns()
        claims = await self._pool.fetch(CLAIM, LEARNERS_PER_ROUND)
        if not claims:
            return False
        marks = {claim["user_id"]: claim["mark"] for claim in claims}
        as_of = claims[0]["claimed_at"]
        catalogue = await self._catalogues.current()
        learners, unreadable = await load_readable(self._pool, marks.keys())
        # Only a full round, because a thread of low priority may be stopped while it has Python's
        # lock.
        run = at_low_priority if len(claims) == LEARNERS_PER_ROUND else asyncio.to_thread
        lists, failed = await run(_lists, catalogue, learners, as_of)
        failed |= unreadable
        done = {user_id: mark for user_id, mark in marks.items() if user_id not in failed}
        stored_for = await self._store(lists, done, as_of, catalogue.revision)
        _observe([claim["fact_at"] for claim in claims if claim["user_id"] in stored_for])
        traceparents = [claim["traceparent"] for claim in claims]
        log_traces(log, "lists computed", {"lists": len(lists)}, traceparents)
        tracing.record_parts("compute lists", traceparents, began, {"lists": len(lists)})
        if self._announced:
            self._announced.set()
        return True

    async def mark_behind(self) -> bool:
        """Mark some learners whose list the catalogue or a date has made stale. Always False, so
        that the next ones wait for the pause."""
        async with self._pool.acquire() as db, db.transaction():
            await db.execute(LEARNER_READ_LOCK)
            marked = await db.fetch(MARK_BEHIND, LEARNERS_PER_ROUND)
        if marked and self._lists:  # when the marks are committed: before that nobody sees them
            self._lists.set()
        return False

    async def _store(
        self, lists: Sequence[Stored], marks: Mapping[int, int], claimed_at: object, revision: int
    ) -> set[int]:
        """Returns the learners whose list was stored."""
        async with self._pool.acquire() as db, db.transaction():
            await db.execute(LEARNER_READ_LOCK)
            marked = {row["user_id"] for row in await db.fetch(STILL_MARKED, [*marks])}
            rows = [one for one in lists if one.user_id in marked]
            user_ids, content_ids = [one.user_id for one in rows], [one.content_ids for one in rows]
            if self._announced:
                await note(db, user_ids, content_ids)
            await db.execute(
                STORE,
                user_ids,
                [one.lines for one in rows],
                [one.made_from for one in rows],
                content_ids,
                [one.closes_at for one in rows],
                claimed_at,
                revision,
            )
            await db.execute(REMOVE_MARKS, [*marks.keys()], [*marks.values()])
            await db.execute(REDATE_MARKS, [*marks], claimed_at)
        return {*user_ids}


def _observe(fact_times: Iterable[datetime | None]) -> None:
    """Marks of other reasons than a fact have no time."""
    now = datetime.now(UTC)
    for fact_at in fact_times:
        if fact_at is not None:
            LISTED.observe(max(0.0, (now - fact_at).total_seconds()))


def _lists(
    catalogue: Catalogue, learners: Sequence[Learner], as_of: datetime
) -> tuple[list[Stored], set[int]]:
    """The lists, and the learners whose list failed. These keep their mark and are retried when the
    claim has lapsed, so that one learner's failure does not block the others."""
    lists, failed = [], set()
    for learner in learners:
        try:
            lists.append(stored(catalogue, learner, as_of))
        except Exception:
            log.exception("no list for user_id=%d", learner.user_id)
            failed.add(learner.user_id)
    return lists, failed
