"""Keeps another store of vectors as the live generation has them; the database stays the truth.

What that store was last told is remembered by item, so a crash repeats the last words at worst,
and a change of a vector, of a facet or a retirement is told soon, in whatever order it came.
"""

import logging

import asyncpg

from ai.vectorstore.base import Entry, Facets, StoreUnavailable
from ai.vectorstore.pinecone import PineconeStore
from ongoza_contracts.vocabulary import ContentType, Track

ITEMS_PER_ROUND = 100
PAUSE_SECONDS = 2.0

# A retired item has no digest: it is to be deleted there once it was told. Joined whole, so that
# what is gone here (a vector, a rolled-back item) is found as well.
DIFFERENT = f"""
WITH wanted AS (
    SELECT content_id, text_sha256, embedding, content_type, track, level, skills, md5(
        concat_ws('|', encode(text_sha256, 'hex'), content_type, track, level, skills::text)
    ) AS digest
    FROM content JOIN content_vector USING (content_id) WHERE NOT retired
), told AS (SELECT content_id, digest FROM mirrored_vector WHERE namespace = $1)
SELECT content_id, wanted.digest, text_sha256, embedding, content_type, track, level, skills
FROM wanted FULL JOIN told USING (content_id)
WHERE wanted.digest IS DISTINCT FROM told.digest
ORDER BY content_id LIMIT {ITEMS_PER_ROUND}
"""  # noqa: S608 - a constant
REMEMBER = """
INSERT INTO mirrored_vector (namespace, content_id, digest)
SELECT $1, * FROM unnest($2::text[], $3::text[])
ON CONFLICT (namespace, content_id) DO UPDATE SET digest = excluded.digest
"""
REVISION = "SELECT revision FROM catalogue_revision"
FORGET = "DELETE FROM mirrored_vector WHERE namespace = $1 AND content_id = ANY($2)"

log = logging.getLogger(__name__)


class Mirror:
    def __init__(self, pool: asyncpg.Pool, store: PineconeStore) -> None:
        self._pool = pool
        self._store = store
        self._same_at: int | None = None

    async def mirror_some(self) -> bool:
        """Tell the store of a few differences; whether there may be more to do now."""
        namespace = self._store.namespace
        revision = await self._pool.fetchval(REVISION)
        if revision == self._same_at:
            return False
        rows = await self._pool.fetch(DIFFERENT, namespace)
        wanted = [row for row in rows if row["digest"] is not None]
        gone = [row["content_id"] for row in rows if row["digest"] is None]
        try:
            await self._store.upsert([_entry(row) for row in wanted])
            await self._store.delete(gone)
        except StoreUnavailable as error:
            log.warning("the mirror of vectors waits: %s", error)
            return False
        ids, digests = [row["content_id"] for row in wanted], [row["digest"] for row in wanted]
        await self._pool.execute(REMEMBER, namespace, ids, digests)
        await self._pool.execute(FORGET, namespace, gone)
        self._same_at = None if rows else revision
        return bool(rows)


def _entry(row: asyncpg.Record) -> Entry:
    return Entry(row["content_id"], row["text_sha256"], row["embedding"].to_numpy(), facets_of(row))


def facets_of(row: asyncpg.Record) -> Facets:
    """Of a row of `content`."""
    return Facets(
        ContentType(row["content_type"]), Track(row["track"]), row["level"], tuple(row["skills"])
    )
