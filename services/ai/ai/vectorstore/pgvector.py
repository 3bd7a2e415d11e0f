"""Vectors beside the projection of content: filters and retirement are the projection's own."""

import time
from collections.abc import Collection, Sequence
from typing import Any

import asyncpg
from pgvector import Vector

from ai.embeddings.queue import Row
from ai.kit.db import Db
from ai.projections.apply import SHARED
from ai.projections.marks import mark_catalogue
from ai.vectorstore.base import EVERYTHING, Entry, Filter, Hit, best_first, score

EXACT_MAX = 5_000
"""Up to so many items every one is compared: never wrong, and faster than walking the graph."""
NARROW_MAX = 2_000
"""A filter that lets through no more is answered by comparing those: by btree, never wrong."""
SIZE_SECONDS = 60.0

SEARCH_SETTINGS = {"hnsw.iterative_scan": "strict_order", "hnsw.ef_search": "200"}
"""For pools that search: walk on until enough items fit; wide enough for a recall of .98."""

# Only while the text is still the one that was embedded. Nothing but a new text updates a row:
# each update of a row with an HNSW index is another node in its graph.
STORE = """
INSERT INTO content_vector (content_id, text_sha256, embedding)
SELECT content_id, text_sha256, embedding
FROM unnest($1::text[], $2::bytea[], $3::vector[]) AS made (content_id, text_sha256, embedding)
JOIN content USING (content_id) WHERE document_sha256 = text_sha256
ON CONFLICT (content_id) DO UPDATE SET
    text_sha256 = excluded.text_sha256, embedding = excluded.embedding
WHERE (content_vector.text_sha256, content_vector.embedding)
    IS DISTINCT FROM (excluded.text_sha256, excluded.embedding)
RETURNING content_id
"""
DELETE = "DELETE FROM content_vector WHERE content_id = ANY($1) RETURNING content_id"
SIZE = "SELECT count(*) FROM content_vector"
FITTING = "SELECT count(*) FROM (SELECT FROM content WHERE {fits} LIMIT {enough}) AS fitting"
# Materialized, so that no index by nearness can be used.
EXACT = """
WITH fitting AS MATERIALIZED (
    SELECT content_id, embedding <=> {vector} AS distance
    FROM content JOIN content_vector USING (content_id) WHERE {fits}
)
SELECT content_id, 1 - distance AS cosine FROM fitting ORDER BY distance, content_id LIMIT {k}
"""
# The filter is a subquery, so that the index is walked and each item it finds is asked whether it
# fits, whatever the planner believes of the filter.
NEAREST = """
SELECT content_id, 1 - (embedding <=> {vector}) AS cosine FROM content_vector AS near
WHERE (SELECT {fits} FROM content WHERE content.content_id = near.content_id)
ORDER BY embedding <=> {vector} LIMIT {k}
"""
CONDITIONS = {
    "content_type": "content_type = ${}::text",
    "track": "track = ${}::text",
    "level": "level = ${}::smallint",
    "skills": "skills && ${}::text[]",
}


async def write_vectors(
    db: Db, content_ids: Sequence[str], digests: Sequence[bytes], rows: Sequence[Row]
) -> list[str]:
    """The ids of the items whose vector changed; an item whose text is another by now is passed."""
    vectors = [Vector(row) for row in rows]
    return [row[0] for row in await db.fetch(STORE, [*content_ids], [*digests], vectors)]


class PgVectorStore:
    """In the generation that the pool's search path names; facets and retirement are read from its
    `content`, so an item that is not there cannot be stored.

    Exact for small catalogues and narrow filters, else by the HNSW index (`ai.vectorstore.index`).
    """

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool
        self._size = 0
        self._counted_at = -SIZE_SECONDS

    async def upsert(self, entries: Sequence[Entry]) -> None:
        ids, digests = [one.content_id for one in entries], [one.text_sha256 for one in entries]
        async with self._pool.acquire() as db, db.transaction():
            await db.execute(SHARED)
            if await write_vectors(db, ids, digests, [one.embedding for one in entries]):
                await mark_catalogue(db)

    async def delete(self, content_ids: Collection[str]) -> None:
        async with self._pool.acquire() as db, db.transaction():
            await db.execute(SHARED)
            if await db.fetch(DELETE, [*content_ids]):
                await mark_catalogue(db)

    async def search(self, vector: Row, k: int, only: Filter = EVERYTHING) -> list[Hit]:
        if not await self._few(only):
            hits = await self._ask(NEAREST, vector, k, only)
            if len(hits) == k:
                return hits
        return await self._ask(EXACT, vector, k, only)

    async def _few(self, only: Filter) -> bool:
        """Whether comparing everything that fits is the better way."""
        if await self.size() <= EXACT_MAX:
            return True
        if only == EVERYTHING:
            return False
        fits, values = conditions(only, 1)
        count = FITTING.format(fits=fits, enough=NARROW_MAX + 1)
        return bool(await self._pool.fetchval(count, *values) <= NARROW_MAX)

    async def size(self) -> int:
        """How many vectors there are, or were up to a minute ago."""
        if time.monotonic() - self._counted_at > SIZE_SECONDS:
            self._size = await self._pool.fetchval(SIZE)
            self._counted_at = time.monotonic()
        return self._size

    async def _ask(self, query: str, vector: Row, k: int, only: Filter) -> list[Hit]:
        fits, values = conditions(only, 3)
        sql = query.format(fits=fits, vector="$1::vector", k="$2")
        rows = await self._pool.fetch(sql, Vector(vector), k, *values)
        return best_first([Hit(row["content_id"], score(row["cosine"])) for row in rows])


def conditions(only: Filter, number: int) -> tuple[str, list[Any]]:
    """What items that fit satisfy, and the values of its parameters from `number` on.

    Only what is asked for is in it, so that each combination is planned for itself.
    """
    given = {name: value for name in CONDITIONS if (value := getattr(only, name))}
    terms = [CONDITIONS[name].format(number + place) for place, name in enumerate(given)]
    values = [[*value] if isinstance(value, tuple) else value for value in given.values()]
    return " AND ".join(["NOT retired", *terms]), values
