"""The measures of the encoder, beside sentence-transformers, and of search by meaning."""

import json
import time
from collections.abc import Callable
from statistics import median
from timeit import repeat, timeit
from typing import Any, cast

import asyncpg
import numpy as np

from ai.embeddings.encoder import open_encoder
from ai.embeddings.queue import EncoderQueue
from ai.kit.vectors import Matrix, Row
from ai.projections.tables import write_content
from ai.rebuild.panel import QUERIES
from ai.vectorstore.base import EVERYTHING, Facets, Filter
from ai.vectorstore.index import Indexer
from ai.vectorstore.pgvector import SEARCH_SETTINGS, PgVectorStore
from ongoza_contracts.content import ContentPublished
from ongoza_contracts.vocabulary import Track
from scripts.bench.encoder_start import start
from scripts.bench.figures import Figure, Line, Result, compare
from scripts.bench.product import ai_pool, catalogue_texts, content_facts
from scripts.bench.running import Size, interleave, model_python, run_child
from scripts.stack.stack import Stack

TOP = 10
SHORT = "hardening a linux server"
TIMES = 200
ALONE = 100
CALL = 32
WARM_UP = 20
"""Searches that are not counted: plans are made, pages are read."""
SEARCHED = (10_000, 100_000)
EMPTY = "TRUNCATE content, content_vector; DROP INDEX IF EXISTS content_vector_hnsw"
EXPLAIN = "EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) "
FILTERS = {
    "plain": EVERYTHING,
    "a tenth": Filter(level=1),
    "a hundredth": Filter(track=Track.RESEARCHERS, level=1),
}


def encoder(size: Size, stack: Stack) -> list[Figure]:
    """From a new process to its first vector: time and memory, beside sentence-transformers."""
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
    texts, python, file = catalogue_texts(), model_python(), str(stack.folder / "vectors.npy")
    run_child(stack, save_vectors, texts, file, python=python)
    sides = interleave(
        size,
        lambda: run_child(stack, embed_queued, texts, file),
        lambda: run_child(stack, embed_floor, texts, python=python),
    )
    return compare(
        sides,
        Line("embedding, bulk", "texts/s", "polled", ">= 2.2"),
        Line("embedding, bulk, sorted", "texts/s", "sorted", ">= 1.1"),
        Line("embedding, a short text, p50", "ms", "single_p50_ms", "<= 0.6"),
        Line("embedding, least cosine", "", "cosine", ">= 0.9999"),
        Line(f"embedding, same first {TOP}", "", "same", ">= 0.999"),
        Line("embedding, alone or in a batch", "", "alone", "<= 1e-6"),
    )


def save_vectors(texts: list[str], file: str) -> None:
    np.save(file, open_encoder("sentence-transformers").encode(texts))


async def embed_queued(texts: list[str], file: str) -> Result:
    """As ai runs the encoder: a queue on an event loop before one thread, which sorts by length.

    `cosine` and `same` compare the vectors with those in `file`; `alone` is the greatest difference
    between a text's vector alone and in a batch.
    """
    queue = EncoderQueue(open_encoder("onnx"))
    await queue.encode(texts[:CALL])
    began = time.perf_counter()
    vectors = await queue.encode(texts, background=True)
    per_second = len(texts) / (time.perf_counter() - began)
    took = []
    for _ in range(TIMES):
        began = time.perf_counter()
        await queue.encode([SHORT])
        took.append(time.perf_counter() - began)
    single = np.concatenate([await queue.encode([text]) for text in texts[:ALONE]])
    queue.close()
    return {
        "polled": per_second,
        "sorted": per_second,
        "single_p50_ms": 1000 * float(np.median(took)),
        "alone": float(np.abs(single - vectors[:ALONE]).max()),
        **_compare_vectors(vectors, np.load(file)),
    }


def _compare_vectors(one: Matrix, other: Matrix) -> Result:
    """The least cosine, and the share of each text's nearest neighbours that both sides name."""
    first, second = (
        np.argsort(-(rows @ rows.T), axis=1, kind="stable")[:, : TOP + 1] for rows in (one, other)
    )
    shared = [len(np.intersect1d(*pair)) for pair in zip(first, second, strict=True)]
    cosine = float((one * other).sum(axis=1).min())
    return {"cosine": cosine, "same": float(np.mean(shared)) / (TOP + 1)}


def embed_floor(texts: list[str]) -> Result:
    """Runs with as many threads as torch chooses and with one, which is faster on a busy machine:
    the better of the two counts."""
    import torch  # type: ignore[import-not-found]

    from ai.embeddings.sentence_transformers import SentenceTransformersEncoder

    encode = SentenceTransformersEncoder(device="cpu").encode
    usual = _time_floor(encode, texts)
    torch.set_num_threads(1)
    one = _time_floor(encode, texts)
    return {name: (min if "ms" in name else max)(usual[name], one[name]) for name in usual}


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
                Line(f"search {count:,}, {name}, p50 in the database", "ms", "p50_ms", "<= 4"),
                Line(f"search {count:,}, {name}, recall@10", "", "recall", f">= {recall}"),
            )
    return figures


async def search_items(count: int) -> dict[str, Result]:
    """Searches among blends with the fixed questions and with other blends, which equal none."""
    model = open_encoder()
    texts, questions = model.encode(catalogue_texts()), model.encode(QUERIES)
    items, vectors = content_facts(count), _blend(texts, count, seed=7)
    queries = np.concatenate([questions, _blend(texts, TIMES - len(questions), seed=11)])
    results = {}
    async with await ai_pool(statement_timeout="0", **SEARCH_SETTINGS) as pool:
        await _fill(pool, items, vectors)
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


async def _fill(pool: asyncpg.Pool, items: list[ContentPublished], vectors: Matrix) -> None:
    rows = [(item.content_id, b"", row) for item, row in zip(items, vectors, strict=True)]
    async with pool.acquire() as db:
        await db.execute(EMPTY)
        await write_content(db, items)
        await db.copy_records_to_table("content_vector", records=rows)
        for table in ("content", "content_vector"):  # as autovacuum does a little later
            await db.execute(f"VACUUM ANALYZE {table}")
    await Indexer(pool).index_when_large()


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
