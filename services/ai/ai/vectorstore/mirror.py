"""Mirrors the live generation's vectors to another store; the database stays authoritative.

The last state sent of each item is stored, so that a crash repeats at most the last round and every
change of a vector or facet and every retirement is sent.
"""

from collections.abc import Sequence

import asyncpg

from ai.kit.db import Db
from ai.kit.locks import TRY_MIRROR
from ai.projections.generations import live_generation
from ai.vectorstore.base import Entry, Facets
from ai.vectorstore.pinecone import PineconeStore

ITEMS_PER_ROUND = 100
PAUSE_SECONDS = 2.0

# Items whose state differs from the last one sent. One without digest has to be deleted from the
# store: it was retired, or the full join found no vector of it.
DIFFERENT = f"""
WITH wanted AS (
    SELECT content_id, text_sha256, embedding, content_type, track, level, skills, md5(
        concat_ws('|', encode(text_sha256, 'hex'), content_type, track, level, skills::text)
    ) AS digest
    FROM content JOIN content_vector USING (content_id) WHERE NOT retired
), mirrored AS (SELECT content_id, digest FROM mirrored_vector WHERE namespace = $1)
SELECT content_id, wanted.digest, text_sha256, embedding, content_type, track, level, skills
FROM wanted FULL JOIN mirrored USING (content_id)
WHERE wanted.digest IS DISTINCT FROM mirrored.digest
ORDER BY content_id LIMIT {ITEMS_PER_ROUND}
"""  # noqa: S608 - a constant
# Stores the states that were sent.
REMEMBER = """
INSERT INTO mirrored_vector (namespace, content_id, digest)
SELECT $1, * FROM unnest($2::text[], $3::text[])
ON CONFLICT (namespace, content_id) DO UPDATE SET digest = excluded.digest
"""
REVISION = "SELECT revision FROM catalogue_revision"
# Deletes the states of items that the store no longer has.
FORGET = "DELETE FROM mirrored_vector WHERE namespace = $1 AND content_id = ANY($2)"


class Mirror:
    def __init__(self, pool: asyncpg.Pool, store: PineconeStore, generation: str) -> None:
        self._pool = pool
        self._store = store
        self._generation = generation
        self._same_at: int | None = None

    async def mirror_some(self) -> bool:
        """Send a few differences; True when there may be more.

        Raises StoreUnavailable; what was not stored as sent is sent again.
        """
        revision = await self._pool.fetchval(REVISION)
        if revision == self._same_at:
            return False
        async with self._pool.acquire() as db, db.transaction():
            if not await db.fetchval(TRY_MIRROR):
                return False
            if await live_generation(db) != self._generation:
                return False  # replaced: its vectors are no longer searched
            rows = await db.fetch(DIFFERENT, self._store.namespace)
            await self._send(db, rows)
        self._same_at = None if rows else revision
        return bool(rows)

    async def _send(self, db: Db, rows: Sequence[asyncpg.Record]) -> None:
        wanted = [row for row in rows if row["digest"] is not None]
        deleted = [row["content_id"] for row in rows if row["digest"] is None]
        await self._store.upsert([_entry(row) for row in wanted])
        await self._store.delete(deleted)
        ids, digests = [row["content_id"] for row in wanted], [row["digest"] for row in wanted]
        await db.execute(REMEMBER, self._store.namespace, ids, digests)
        await db.execute(FORGET, self._store.namespace, deleted)


def _entry(row: asyncpg.Record) -> Entry:
    return Entry(
        row["content_id"], row["text_sha256"], row["embedding"].to_numpy(), Facets.of_row(row)
    )
