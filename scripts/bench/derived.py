"""The measures of what ai derives from facts: vectors, searches and lists."""

import asyncio
import json
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from statistics import median
from timeit import repeat, timeit
from typing import Any, cast

import asyncpg
import numpy as np

from ai.catalogue.cache import CatalogueCache
from ai.embeddings.encoder import open_encoder
from ai.embeddings.queue import EncoderQueue
from ai.kit.db import Db
from ai.kit.vectors import Matrix, Row
from ai.projections.documents import document
from ai.projections.marks import mark_catalogue, mark_learners
from ai.projections.tables import write_content, write_learners, write_progress
from ai.rebuild.panel import QUERIES
from ai.recommendations.recompute import Recompute
from ai.recommendations.refresh import NeighboursRefresh
from ai.vectorstore.base import EVERYTHING, Facets, Filter
from ai.vectorstore.index import Indexer
from ai.vectorstore.pgvector import SEARCH_SETTINGS, PgVectorStore
from ongoza_contracts.content import ContentPublished
from ongoza_contracts.progress import ProgressUpdated
from ongoza_contracts.vocabulary import Track
from scripts.bench import product
from scripts.bench.encoder_start import start
from scripts.bench.figures import Figure, Line, Result, compare, short
from scripts.bench.running import Size, interleave, model_python, run_sides
from scripts.stack.child import run_child
from scripts.stack.stack import Stack

SHORT = "hardening a linux server"
TIMES, CALL = 200, 32  # how often a short text is embedded, how many texts make one call
SEARCHED, SEARCHES, TOP = (10_000, 100_000), 200, 10
WARM_UP = 20  # searches that are not counted: plans are made, pages are read
EXPLAIN = "EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) "
FILTERS = {
    "plain": EVERYTHING,
    "tenth": Filter(level=1),
    "hundredth": Filter(track=Track.RESEARCHERS, level=1),
}
LEARNERS, ITEMS, COMPLETED = 1_000, 12, 9
WARM_UP_LISTS = 100  # computed before the clock starts, so that the catalogue is loaded
EMPTY = """
TRUNCATE content, content_vector, learner, progress, dirty_learner, recommendation, refreshed_list,
    item_neighbour, item_neighbour_settings, item_count, item_count_change, completion_history,
    stale_history;
DROP INDEX IF EXISTS content_vector_hnsw
"""


def encoder(size: Size, stack: Stack) -> list[Figure]:
    """From a new process to its first vector: time and memory."""
    python = model_python()
    sides = interleave(
        size,
        lambda: run_child(stack, start, "onnx", time.time()),
        lambda: run_child(stack, start, "sentence-transformers", time.time(), python=python),
    )
    return compare(
        sides,
        Line("encoder start", "s", "seconds", "<= 0.2"),
        Line("encoder peak memory", "MiB", "peak_mib", "<= 0.4"),
    )


def embed(size: Size, stack: Stack) -> list[Figure]:
    """Texts through the encoder's queue, beside sentence-transformers."""
    texts, python = product.catalogue_texts(), model_python()
    sides = run_sides(size, stack, embed_queued, embed_floor, texts, python=python)
    return [
        *compare(
            sides,
            Line("embedding, bulk", "texts/s", "polled", ">= 2.2"),
            Line("embedding, bulk, sorted", "texts/s", "sorted", ">= 1.1"),
            Line("embedding, a short text, p50", "ms", "single_p50_ms", "<= 0.6"),
        ),
        *compare(
            [(vectors, {}) for _, vectors in sides],
            Line("embedding, least cosine", "", "cosine", ">= 0.9999"),
            Line("embedding, same first 10", "", "same", ">= 0.999"),
            Line("embedding, alone or in a batch", "", "alone", "<= 1e-6"),
        ),
    ]


async def embed_queued(texts: list[str]) -> Result:
    """As ai runs the encoder: a queue on an event loop before one thread, which sorts by length."""
    queue = EncoderQueue(open_encoder("onnx"))
    await queue.encode(texts[:CALL])
    began = time.perf_counter()
    await queue.encode(texts, background=True)
    per_second = len(texts) / (time.perf_counter() - began)
    took = []
    for _ in range(TIMES):
        began = time.perf_counter()
        await queue.encode([SHORT])
        took.append(time.perf_counter() - began)
    queue.close()
    return {"polled": per_second, "sorted": per_second, "single_p50_ms": 1000 * median(took)}


def embed_floor(texts: list[str]) -> Result:
    """Runs with as many threads as torch chooses and with one, which is faster on a busy machine:
    the better of the two counts. Compares the vectors of both sides as well."""
    import torch  # type: ignore[import-not-found]

    from ai.embeddings.sentence_transformers import SentenceTransformersEncoder
    from scripts.model.check import compare_vectors

    equality = compare_vectors(texts, len(texts))
    encode = SentenceTransformersEncoder(device="cpu").encode
    usual = _time_floor(encode, texts)
    torch.set_num_threads(1)
    one = _time_floor(encode, texts)
    better = {name: (min if "ms" in name else max)(usual[name], one[name]) for name in usual}
    return {**better, **equality}


def _time_floor(encode: Callable[[list[str]], object], texts: list[str]) -> Result:
    """`polled` makes one call for each 32 texts, `sorted` one for all, which sorts by length."""
    calls = [texts[first : first + CALL] for first in range(0, len(texts), CALL)]
    encode([SHORT])
    return {
        "polled": len(texts) / timeit(lambda: [encode(call) for call in calls], number=1),
        "sorted": len(texts) / timeit(lambda: encode(texts), number=1),
        "single_p50_ms": 1000 * median(repeat(lambda: encode([SHORT]), number=1, repeat=TIMES)),
    }


def search(size: Size, stack: Stack) -> list[Figure]:
    """Vector search of 10,000 and 100,000 items: time and recall."""
    figures = []
    for count in map(size.of, SEARCHED):
        for name, found in run_child(stack, search_items, count).items():
            recall = 0.98 if name == "plain" else 0.97
            figures += compare(
                [(found, {})],
                Line(f"search {short(count)}, {name}, p50", "ms", "p50_ms", "<= 4"),
                Line(f"search {short(count)}, {name}, recall@10", "", "recall", f">= {recall}"),
            )
    return figures


async def search_items(count: int) -> dict[str, Result]:
    """Searches among blends with the fixed questions and with other blends, which equal none."""
    model = open_encoder()
    texts, questions = model.encode(product.catalogue_texts()), model.encode(QUERIES)
    items, vectors = product.content_facts(count), _blend(texts, count, seed=7)
    queries = np.concatenate([questions, _blend(texts, SEARCHES - len(questions), seed=11)])
    results = {}
    async with await product.ai_pool(statement_timeout="0", **SEARCH_SETTINGS) as pool:
        async with pool.acquire() as db:
            await _fill(db, items, vectors)
        await Indexer(pool).index_when_large()
        for name, only in FILTERS.items():
            fitting = [n for n, item in enumerate(items) if only.fits(cast(Facets, item))]
            exact = np.argsort(-(queries @ vectors[fitting].T), axis=1)[:, :TOP]
            best = [{items[fitting[place]].content_id for place in places} for places in exact]
            results[name] = await _measure(pool, [*zip(queries, best, strict=True)], only)
    return results


def _blend(vectors: Matrix, count: int, seed: int) -> Matrix:
    """Weighted means of three real texts' vectors, of length 1: about what the model makes of a
    text that says all three."""
    random = np.random.default_rng(seed)
    chosen = random.integers(len(vectors), size=(count, 3))
    weights = random.dirichlet((1.0, 1.0, 1.0), size=count).astype(np.float32)
    mixed = np.einsum("nk,nkd->nd", weights, vectors[chosen])
    return cast(Matrix, mixed / np.linalg.norm(mixed, axis=1, keepdims=True))


async def _fill(db: Db, items: list[ContentPublished], vectors: Matrix) -> None:
    rows = [(item.content_id, b"", row) for item, row in zip(items, vectors, strict=True)]
    await db.execute(EMPTY)
    await write_content(db, items)
    await db.copy_records_to_table("content_vector", records=rows)
    for table in ("content", "content_vector"):  # as autovacuum does a little later
        await db.execute(f"VACUUM ANALYZE {table}")


async def _measure(
    pool: asyncpg.Pool, searches: list[tuple[Row, set[str]]], only: Filter
) -> Result:
    """Each search is a vector and the items that must be found."""
    explained, rows = Explained(pool), []
    store = PgVectorStore(cast(asyncpg.Pool, explained))
    for query, best in (*searches[:WARM_UP], *searches):
        explained.milliseconds = 0.0
        hits = await store.search(query, TOP, only)
        rows.append((explained.milliseconds, len(best & {hit.content_id for hit in hits})))
    milliseconds, shared = np.array(rows[WARM_UP:]).T
    return {"p50_ms": float(np.median(milliseconds)), "recall": float(np.mean(shared)) / TOP}


class Explained:
    """A pool that adds up how long the server says each statement took."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool
        self.milliseconds = 0.0

    async def fetch(self, sql: str, *values: Any) -> Any:
        plan = await self._pool.fetchval(EXPLAIN + sql, *values)
        self.milliseconds += json.loads(plan)[0]["Execution Time"]
        return await self._pool.fetch(sql, *values)

    async def fetchval(self, sql: str, *values: Any) -> Any:
        return (await self.fetch(sql, *values))[0][0]


def recompute(size: Size, stack: Stack) -> list[Figure]:
    """A list among ten times as many learners, beside one among few."""
    counts = 10 * size.of(LEARNERS), size.of(LEARNERS)
    many, few = (partial(run_child, stack, recompute_all, count) for count in counts)
    sides = interleave(size, many, few)
    return compare(sides, Line("recompute, of a learner", "ms", "ms_per_learner", "<= 1.5"))


async def recompute_all(count: int) -> Result:
    """The demo's catalogue, and learners who have been here for some months."""
    items = product.catalogue_facts()
    texts = [document(item.title, item.description, item.skills) for item in items]
    async with await product.ai_pool() as pool, pool.acquire() as db:
        await _fill(db, items, open_encoder().encode(texts))
        await write_learners(db, [*product.user_facts(count)])
        await write_progress(db, [*_progress(count, items)])
        await mark_catalogue(db)
        await db.execute("ANALYZE learner; ANALYZE progress")
        catalogues = CatalogueCache(pool)
        await NeighboursRefresh(pool).refresh()
        worker = Recompute(pool, catalogues, announced=asyncio.Event())
        for marked in (WARM_UP_LISTS, count):
            await mark_learners(db, dict.fromkeys(range(1, marked + 1)))
            began = time.perf_counter()
            while await worker.recompute_some():
                pass
            seconds = time.perf_counter() - began
        found = await db.fetchval("SELECT count(*) FROM recommendation")
    if found != count:
        raise RuntimeError(f"{found} of {count} learners have a list")
    return {"ms_per_learner": 1000 * seconds / count}


def _progress(count: int, items: list[ContentPublished]) -> Iterator[ProgressUpdated]:
    """Popular items are taken more often, as everywhere."""
    random = np.random.default_rng(3)
    popularity = 1 / np.arange(1, len(items) + 1)
    for user_id in range(1, count + 1):
        taken = random.choice(len(items), ITEMS, replace=False, p=popularity / popularity.sum())
        for hours, item in enumerate(items[place] for place in taken):
            percentage, at = 100 if hours < COMPLETED else 40, product.NOW + timedelta(hours=hours)
            yield product.progress_fact(user_id, item.content_id, percentage, at)
