"""Puts a large catalogue with vectors into a generation. Says {"seconds": of the index}.

Each vector is a weighted mean of three real texts' vectors, of length 1: about what the model makes
of a text that says all three. One item in ten is of level 1, one of those in ten for researchers.
"""

import asyncio
import json
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime

import numpy as np

from ai.embeddings.encoder import open_encoder
from ai.kit.db import Db, open_pool
from ai.kit.settings import Settings
from ai.kit.vectors import Matrix
from ai.vectorstore.index import Indexer
from ongoza_contracts.vocabulary import Track
from scripts.bench.texts import catalogue_texts

COPIED = 10_000
FILLED_SECONDS = 120
NOW = datetime(2026, 5, 4, tzinfo=UTC)
EMPTY = "TRUNCATE content, content_vector; DROP INDEX IF EXISTS content_vector_hnsw"
OTHERS = [track for track in Track if track is not Track.RESEARCHERS]
COLUMNS = (
    *("content_id", "version", "content_type", "title", "description", "track", "level", "skills"),
    *("prerequisites", "course_id", "duration_minutes", "retired", "published_at", "updated_at"),
    "document_sha256",
)


def blends(vectors: Matrix, count: int, seed: int) -> Matrix:
    random = np.random.default_rng(seed)
    chosen = random.integers(len(vectors), size=(count, 3))
    weights = random.dirichlet((1.0, 1.0, 1.0), size=count).astype(np.float32)
    mixed = np.einsum("nk,nkd->nd", weights, vectors[chosen])
    made: Matrix = mixed / np.linalg.norm(mixed, axis=1, keepdims=True)
    return made


def _items(first: int, count: int) -> Iterator[tuple[object, ...]]:
    for number in range(first, first + count):
        easy = number % 10 == 0
        track = Track.RESEARCHERS if number % 100 == 0 else OTHERS[number % len(OTHERS)]
        level = 1 if easy else 2 + number % 4
        text = f"Module {number}"
        yield (
            *(f"module-{number:06}", 1, "module", text, text, track, level, ["linux"], []),
            *(None, 30, False, NOW, NOW, b""),
        )


async def _fill(db: Db, vectors: Matrix, first: int) -> None:
    count = len(vectors)
    await db.copy_records_to_table("content", columns=COLUMNS, records=_items(first, count))
    rows = [(f"module-{first + place:06}", b"", row) for place, row in enumerate(vectors)]
    await db.copy_records_to_table("content_vector", records=rows)


async def main(count: int) -> None:
    real = open_encoder().encode(catalogue_texts())
    made = blends(real, count, seed=7)
    pool = await open_pool(Settings(), search_path="g1, public")
    async with pool.acquire() as db:
        await db.execute(EMPTY)
        for first in range(0, count, COPIED):
            await _fill(db, made[first : first + COPIED], first)
        for table in ("content", "content_vector"):  # as autovacuum does a little later
            await db.execute(f"VACUUM ANALYZE {table}", timeout=FILLED_SECONDS)
    began = time.perf_counter()
    await Indexer(pool).index_when_large()
    print(json.dumps({"seconds": time.perf_counter() - began}))
    await pool.close()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
