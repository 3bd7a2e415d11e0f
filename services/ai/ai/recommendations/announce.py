"""Publishes changed lists from a table, so that no request and no list waits for Kafka."""

import logging
from datetime import UTC, datetime

import asyncpg

from ai.kit.broker import Publisher
from ai.kit.db import Db
from ai.kit.locks import LEARNER_READ_LOCK, TRY_ANNOUNCE
from ai.projections.generations import NOTED, REPLACED, live_generation
from ongoza_contracts.codec import Record, encode, tombstone
from ongoza_contracts.recommendations import RecommendationsRefreshed
from ongoza_contracts.topics import RECOMMENDATIONS

LISTS_PER_ROUND = 500

# A version that also follows the clock, because the sequence of a restored database starts again
# while the topic still has the higher versions.
VERSION = "greatest(nextval('list_version'), (extract(epoch FROM clock_timestamp()) * 1e6)::bigint)"
# Notes the lists whose published items change; it runs before the lists are written.
NOTE = """
INSERT INTO refreshed_list (user_id, version)
SELECT made.user_id, {version}
FROM unnest($1::integer[], $2::text[]) AS made (user_id, content_ids)
LEFT JOIN recommendation AS known USING (user_id)
WHERE known.content_ids IS DISTINCT FROM string_to_array(made.content_ids, ',')
ORDER BY made.user_id
ON CONFLICT (user_id) DO UPDATE SET version = excluded.version
""".replace("{version}", VERSION)
# Notes the lists that differ from those of the generation that was live before.
NOTE_DIFFERING = """
INSERT INTO refreshed_list (user_id, version)
SELECT user_id, {version} FROM recommendation AS made
LEFT JOIN {replaced}.recommendation AS known USING (user_id)
WHERE known.content_ids IS DISTINCT FROM made.content_ids ORDER BY user_id
ON CONFLICT (user_id) DO UPDATE SET version = excluded.version
WHERE refreshed_list.version IS NOT NULL
""".replace("{version}", VERSION)
# The noted lists, and the deleted ones, which have no version.
WAITING = """
SELECT user_id, version, content_ids, computed_at
FROM refreshed_list LEFT JOIN recommendation USING (user_id)
WHERE version IS NULL OR content_ids IS NOT NULL
ORDER BY user_id LIMIT $1
"""
# A list that was noted again meanwhile has another version and stays.
PUBLISHED = """
DELETE FROM refreshed_list AS waiting
USING unnest($1::integer[], $2::bigint[]) AS published (user_id, version)
WHERE waiting.user_id = published.user_id
    AND waiting.version IS NOT DISTINCT FROM published.version
"""

log = logging.getLogger(__name__)


async def note(db: Db, user_ids: list[int], content_ids: list[str]) -> None:
    """Call it in the transaction that writes the lists; ids are separated by commas."""
    await db.execute(NOTE, user_ids, content_ids)


class Announcer:
    def __init__(self, pool: asyncpg.Pool, publisher: Publisher, generation: str) -> None:
        self._pool = pool
        self._generation = generation
        self._publisher = publisher

    async def announce_some(self) -> bool:
        """Publish some of the noted lists; True when there may be more. A list that is noted again
        meanwhile is published again.

        Raises BrokerError; the lists stay noted.
        """
        async with self._pool.acquire() as db, db.transaction():
            if not await db.fetchval(TRY_ANNOUNCE):
                return False
            if await live_generation(db) != self._generation:
                return False  # replaced: its lists are no longer shown
            if replaced := await db.fetchval(REPLACED, self._generation):
                await db.execute(LEARNER_READ_LOCK)
                await db.execute(NOTE_DIFFERING.format(replaced=replaced))
                await db.execute(NOTED, self._generation)
            rows = await db.fetch(WAITING, LISTS_PER_ROUND)
            if not rows:
                return False
            await self._publisher.publish([one for row in rows if (one := _readable(row))])
            await db.execute(
                PUBLISHED, [row["user_id"] for row in rows], [row["version"] for row in rows]
            )
        return True


def _readable(row: asyncpg.Record) -> Record | None:
    """None for a list that cannot be published: its next change notes it again, and the others do
    not wait for it."""
    try:
        return _record(row)
    except (ValueError, KeyError, TypeError):
        log.exception("the list of user_id=%d cannot be published", row["user_id"])
        return None


def _record(row: asyncpg.Record) -> Record:
    now = datetime.now(UTC)
    user_id = row["user_id"]
    if row["version"] is None:
        return tombstone(RECOMMENDATIONS, str(user_id), str(user_id), time=now)
    fact = RecommendationsRefreshed(
        version=row["version"],
        user_id=user_id,
        content_ids=tuple(row["content_ids"]),
        computed_at=row["computed_at"],
    )
    return encode(fact, time=row["computed_at"])
