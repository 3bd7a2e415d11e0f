"""The vector store as `GET /api/v1/search` asks it, beside exact search over the same rows.

Says, of all items, a tenth and a hundredth of them, {"recall", "p50_ms", "p99_ms": in the database,
"asked_p50_ms": with the way there and back, "found": the fewest}.
"""

import asyncio
import json
import sys
import time
from typing import Any, cast

import asyncpg
import numpy as np

from ai.embeddings.encoder import open_encoder
from ai.kit.db import open_pool
from ai.kit.settings import Settings
from ai.kit.vectors import Matrix
from ai.rebuild.panel import QUERIES
from ai.vectorstore.base import EVERYTHING, Filter
from ai.vectorstore.pgvector import SEARCH_SETTINGS, PgVectorStore, conditions
from ongoza_contracts.vocabulary import Track
from scripts.bench.search_fill import blends
from scripts.bench.texts import catalogue_texts

K = 10
EXPLAIN = "EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) "
ROWS = (
    "SELECT content_id, embedding FROM content JOIN content_vector USING (content_id) WHERE {fits}"
)
FILTERS = {
    "plain": EVERYTHING,
    "a tenth": Filter(level=1),
    "a hundredth": Filter(track=Track.RESEARCHERS, level=1),
}


def queries(count: int) -> Matrix:
    """The fixed questions, and meanings that no item has but some are near to."""
    encoder = open_encoder()
    asked = encoder.encode(QUERIES)
    blended = blends(encoder.encode(catalogue_texts()), count - len(asked), seed=11)
    return np.concatenate([asked, blended])


async def found_by(store: PgVectorStore, asked: Matrix, only: Filter) -> list[list[str]]:
    return [[hit.content_id for hit in await store.search(query, K, only)] for query in asked]


async def timed(store: PgVectorStore, asked: Matrix, only: Filter) -> list[float]:
    took = []
    for query in asked:
        began = time.perf_counter()
        await store.search(query, K, only)
        took.append((time.perf_counter() - began) * 1000)
    return took


class Explained:
    """A pool that has the server say of each statement how long it took, whatever it was."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool
        self.milliseconds = 0.0

    async def fetch(self, sql: str, *values: Any) -> Any:
        plan = await self._pool.fetchval(EXPLAIN + sql, *values)
        self.milliseconds += json.loads(plan)[0]["Execution Time"]
        return await self._pool.fetch(sql, *values)

    async def fetchval(self, sql: str, *values: Any) -> Any:
        return (await self.fetch(sql, *values))[0][0]


async def in_the_database(pool: asyncpg.Pool, asked: Matrix, only: Filter) -> list[float]:
    """What the server says of each search: of all its statements together."""
    explained = Explained(pool)
    store = PgVectorStore(cast(asyncpg.Pool, explained))
    await store.size()
    took: list[float] = []
    for query in asked:
        explained.milliseconds = 0.0
        await store.search(query, K, only)
        took.append(explained.milliseconds)
    return took


async def truth(pool: asyncpg.Pool, asked: Matrix, only: Filter) -> list[set[str]]:
    """By comparing everything, outside of the database."""
    fits, values = conditions(only, 1)
    rows = await pool.fetch(ROWS.format(fits=fits), *values)
    matrix = np.stack([row["embedding"].to_numpy() for row in rows])
    best = np.argsort(-(asked @ matrix.T), axis=1)[:, :K]
    return [{rows[place]["content_id"] for place in places} for places in best]


async def measure(
    pool: asyncpg.Pool, store: PgVectorStore, asked: Matrix, only: Filter
) -> dict[str, float]:
    await timed(store, asked[:20], only)  # plans are made, pages are read
    took = await timed(store, asked, only)
    within = await in_the_database(pool, asked, only)
    found = await found_by(store, asked, only)
    right = await truth(pool, asked, only)
    shares = [len(best & {*ids}) / K for best, ids in zip(right, found, strict=True)]
    return {
        "recall": float(np.mean(shares)),
        "p50_ms": float(np.percentile(within, 50)),
        "p99_ms": float(np.percentile(within, 99)),
        "asked_p50_ms": float(np.percentile(took, 50)),
        "found": min(map(len, found)),
    }


async def main(count: int) -> None:
    pool = await open_pool(Settings(), search_path="live, public", parameters=SEARCH_SETTINGS)
    store, asked = PgVectorStore(pool), queries(count)
    found = {name: await measure(pool, store, asked, only) for name, only in FILTERS.items()}
    print(json.dumps(found))
    await pool.close()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
