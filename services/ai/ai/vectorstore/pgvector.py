"""Vectors in the database, filtered by the projection of content."""

import time
from collections.abc import Callable, Collection, Sequence
from typing import Any

import asyncpg
from pgvector import Vector

from ai.kit.db import Db
from ai.kit.locks import LEARNER_READ_LOCK
from ai.kit.vectors import Row
from ai.projections.marks import mark_catalogue
from ai.vectorstore.base import EVERYTHING, Entry, Filter, Hit, best_first, score

# Measured in the database, at 100,000 vectors unless stated otherwise (`make bench`, on two
# processors that others used as well):
#   every item compared           1,000 items 0.5 ms, 2,000 2.2 ms, 3,000 4.0 ms, 5,000 7.9 ms
#   the items of a filter         1,000 items 2.9 ms, 2,000 10 ms, 3,000 15 ms, 5,000 26 ms
#   the graph, m = 24             recall@10 .98 at 1.8 ms with an ef_search of 200, .997 at 3.5 ms
#                                 with 300; .975 with 150
#   the graph, through a filter   of 10 % .985 to .9995 at 3.6 ms, of 5 % .98 to .99 at 6 ms; of 2 %
#                                 and 3 % it is as slow as comparing, and finds .92 to .96
EXACT_MAX = 2_000
"""Up to so many fitting items each one is compared: exact, and no slower than the graph."""
NARROW_MAX, NARROW_SHARE = 3_000, 0.03
"""Up to so many are compared as well if they are a small share of all, because a graph search finds
too few of them."""
COUNTS_SECONDS = 60.0
"""The greatest age of counts, which choose between exact and graph search."""
FILTERS_MAX = 1_000
"""The size of the cache of which filters are narrow."""

TABLE = "content_vector"
"""The vectors of the English model, which lists are computed from as well."""

SEARCH_SETTINGS = {
    "hnsw.iterative_scan": "strict_order",
    "hnsw.ef_search": "250",
    "random_page_cost": "1.1",
}
"""For pools that search: the graph is walked until enough items fit, with a recall of .98; and
random reads cost little more than sequential ones, because vectors have to fit into memory."""

# Only if the text is still the one that was embedded, and only changed vectors, because each update
# of a row adds a node to the graph of the HNSW index.
STORE = """
INSERT INTO {table} (content_id, text_sha256, embedding)
SELECT content_id, text_sha256, embedding
FROM unnest($1::text[], $2::bytea[], $3::vector[]) AS made (content_id, text_sha256, embedding)
JOIN content USING (content_id) WHERE document_sha256 = text_sha256
ON CONFLICT (content_id) DO UPDATE SET
    text_sha256 = excluded.text_sha256, embedding = excluded.embedding
WHERE ({table}.text_sha256, {table}.embedding)
    IS DISTINCT FROM (excluded.text_sha256, excluded.embedding)
RETURNING content_id
"""
DELETE = "DELETE FROM {table} WHERE content_id = ANY($1) RETURNING content_id"
SIZE = "SELECT count(*) FROM {table}"
FITTING = "SELECT count(*) FROM (SELECT FROM content WHERE {fits} LIMIT {enough}) AS fitting"
# Materialized, so that the HNSW index is not used. For unit vectors the negative inner product,
# which `<#>` returns, is the negative cosine at half the cost.
EXACT = """
WITH fitting AS MATERIALIZED (
    SELECT content_id, embedding <#> {vector} AS distance
    FROM content JOIN {table} USING (content_id) WHERE {fits}
)
SELECT content_id, -distance AS cosine FROM fitting ORDER BY distance, content_id LIMIT {k}
"""
# The filter is a subquery, so that the planner always walks the index and applies the filter to
# what it finds. The index has half precision (`ai.vectorstore.index`); scores have full precision.
NEAREST = """
SELECT content_id, -(embedding <#> {vector}) AS cosine FROM {table} AS near
WHERE (SELECT {fits} FROM content WHERE content.content_id = near.content_id)
ORDER BY embedding::halfvec(384) <=> {vector}::halfvec(384) LIMIT {k}
"""
SCORES = """
SELECT content_id, -(embedding <#> $1::vector) AS cosine FROM {table} WHERE content_id = ANY($2)
"""
CONDITIONS = {
    "content_type": "content_type = ${}::text",
    "track": "track = ${}::text",
    "level": "level = ${}::smallint",
    "skills": "skills && ${}::text[]",
}


async def write_vectors(
    db: Db,
    content_ids: Sequence[str],
    digests: Sequence[bytes],
    rows: Sequence[Row],
    *,
    table: str = TABLE,
) -> list[str]:
    """Returns the ids of the items whose vector changed; items whose text has changed are
    skipped."""
    vectors = [Vector(row) for row in rows]
    return [
        row[0]
        for row in await db.fetch(STORE.format(table=table), [*content_ids], [*digests], vectors)
    ]


class PgVectorStore:
    """The vectors of the generation in the pool's search path. Facets and retirement are read from
    its `content`, so only items in it can be stored.

    Exact for small catalogues and narrow filters, else by the HNSW index (`ai.vectorstore.index`).
    """

    def __init__(
        self,
        pool: asyncpg.Pool,
        table: str = TABLE,
        score: Callable[[float], float] = score,
    ) -> None:
        """`table` has the vectors of one model; `score` turns its cosines into scores."""
        self._pool = pool
        self._table = table
        self._score = score
        self._size = 0
        self._counted_at = -COUNTS_SECONDS
        self._narrow: dict[Filter, bool] = {}

    async def upsert(self, entries: Sequence[Entry]) -> None:
        ids, digests = [one.content_id for one in entries], [one.text_sha256 for one in entries]
        async with self._pool.acquire() as db, db.transaction():
            await db.execute(LEARNER_READ_LOCK)
            if await write_vectors(
                db, ids, digests, [one.embedding for one in entries], table=self._table
            ):
                await mark_catalogue(db)

    async def delete(self, content_ids: Collection[str]) -> None:
        async with self._pool.acquire() as db, db.transaction():
            await db.execute(LEARNER_READ_LOCK)
            if await db.fetch(DELETE.format(table=self._table), [*content_ids]):
                await mark_catalogue(db)

    async def search(self, vector: Row, k: int, only: Filter = EVERYTHING) -> list[Hit]:
        if not await self._few(only):
            hits = await self._ask(NEAREST, vector, k, only)
            if len(hits) == k:
                return hits
        return await self._ask(EXACT, vector, k, only)

    async def scores(self, vector: Row, content_ids: Collection[str]) -> dict[str, float]:
        """By id, of those items that have a vector."""
        rows = await self._pool.fetch(
            SCORES.format(table=self._table), Vector(vector), [*content_ids]
        )
        return {row["content_id"]: self._score(row["cosine"]) for row in rows}

    async def _few(self, only: Filter) -> bool:
        """Whether so few items fit that exact search is better."""
        size = await self.size()
        if size <= EXACT_MAX:
            return True
        if only == EVERYTHING:
            return False
        narrow = self._narrow.get(only)
        if narrow is None:
            most = max(EXACT_MAX, min(NARROW_MAX, int(NARROW_SHARE * size)))
            narrow = await self._fitting(only, most + 1) <= most
            if len(self._narrow) >= FILTERS_MAX:
                self._narrow.clear()
            self._narrow[only] = narrow
        return narrow

    async def _fitting(self, only: Filter, enough: int) -> int:
        """How many items fit, counted up to `enough`."""
        fits, values = conditions(only, 1)
        return int(await self._pool.fetchval(FITTING.format(fits=fits, enough=enough), *values))

    async def size(self) -> int:
        """The number of vectors, at most a minute old."""
        if time.monotonic() - self._counted_at > COUNTS_SECONDS:
            self._size = await self._pool.fetchval(SIZE.format(table=self._table))
            self._counted_at = time.monotonic()
            self._narrow.clear()
        return self._size

    async def _ask(self, query: str, vector: Row, k: int, only: Filter) -> list[Hit]:
        fits, values = conditions(only, 3)
        sql = query.format(table=self._table, fits=fits, vector="$1::vector", k="$2")
        rows = await self._pool.fetch(sql, Vector(vector), k, *values)
        return best_first([Hit(row["content_id"], self._score(row["cosine"])) for row in rows])


def conditions(only: Filter, number: int) -> tuple[str, list[Any]]:
    """The SQL condition of items that fit, with parameters numbered from `number`, and their
    values.

    It has only the filters in use, so that each combination has its own query plan.
    """
    given = {name: value for name in CONDITIONS if (value := getattr(only, name))}
    terms = [CONDITIONS[name].format(number + place) for place, name in enumerate(given)]
    values = [[*value] if isinstance(value, tuple) else value for value in given.values()]
    return " AND ".join(["NOT retired", *terms]), values
