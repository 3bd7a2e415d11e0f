"""The vector store as `GET /api/v1/search` asks it, beside exact search over the same rows.

Says, for all items, a tenth and a hundredth of them, {"recall", "p50_ms", "p99_ms", "found"}.
"""

import asyncio
import json
import sys
import time

import numpy as np

from ai.embeddings.encoder import Matrix, open_encoder
from ai.kit.db import open_pool
from ai.kit.settings import Settings
from ai.rebuild.panel import QUERIES
from ai.vectorstore.base import EVERYTHING, Filter
from ai.vectorstore.pgvector import EXACT, SEARCH_SETTINGS, PgVectorStore
from ongoza_contracts.vocabulary import Track
from scripts.bench.search_fill import blends
from scripts.bench.texts import catalogue_texts

K = 10
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


async def side(store: PgVectorStore, asked: Matrix, only: Filter) -> dict[str, float]:
    took, recalls, found = [], [], []
    for query in asked:  # first all of them, so that the exact scans do not warm anything
        began = time.perf_counter()
        hits = await store.search(query, K, only)
        took.append(time.perf_counter() - began)
        found.append([hit.content_id for hit in hits])
    for query, ids in zip(asked, found, strict=True):
        truth = {hit.content_id for hit in await store._ask(EXACT, query, K, only)}
        recalls.append(len(truth & set(ids)) / len(truth))
    return {
        "recall": float(np.mean(recalls)),
        "p50_ms": float(np.percentile(took, 50) * 1000),
        "p99_ms": float(np.percentile(took, 99) * 1000),
        "found": min(map(len, found)),
    }


async def main(count: int) -> None:
    pool = await open_pool(Settings(), search_path="live, public", parameters=SEARCH_SETTINGS)
    store, asked = PgVectorStore(pool), queries(count)
    for only in FILTERS.values():  # plans are made, pages are read
        await side(store, asked[:10], only)
    print(json.dumps({name: await side(store, asked, only) for name, only in FILTERS.items()}))
    await pool.close()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
