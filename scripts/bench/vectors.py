"""The measures of the encoder, beside sentence-transformers, and of search by meaning."""

import json
import time
from collections.abc import Callable
from typing import Any, cast

import asyncpg
import numpy as np

from ai.embeddings.encoder import open_encoder
from ai.embeddings.queue import EncoderQueue
from ai.kit.vectors import Matrix
from ai.projections.tables import write_content
from ai.rebuild.panel import QUERIES
from ai.vectorstore.base import EVERYTHING, Filter
from ai.vectorstore.index import Indexer
from ai.vectorstore.pgvector import SEARCH_SETTINGS, PgVectorStore, conditions
from ongoza_contracts.content import ContentPublished
from ongoza_contracts.vocabulary import Track
from scripts.bench.encoder_start import start
from scripts.bench.figures import Figure, Line, Result, compare
from scripts.bench.product import ai_pool, catalogue_texts, content_fact
from scripts.bench.running import Size, interleave, model_python, on_stack, run_child
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
ROWS = "SELECT content_id, embedding FROM content JOIN content_vector USING (content_id) WHERE "
OTHERS = [track for track in Track if track is not Track.RESEARCHERS]
FILTERS = {
    "plain": EVERYTHING,
    "a tenth": Filter(level=1),
    "a hundredth": Filter(track=Track.RESEARCHERS, level=1),
}


@on_stack()
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
        "a process of its own, to its first vector; the same with sentence-transformers",
        Line("encoder start", "s", "seconds", "<= 0.2"),
        Line("encoder peak memory", "MiB", "peak_mib", "<= 0.4"),
    )


@on_stack()
def embed(size: Size, stack: Stack) -> list[Figure]:
    """Texts through the encoder's queue, beside sentence-transformers."""
    texts, python = catalogue_texts(), model_python()
    ours, theirs = (str(stack.folder / f"{name}.npy") for name in ("ours", "theirs"))
    sides = interleave(
        size,
        lambda: run_child(stack, embed_queued, texts, ours),
        lambda: run_child(stack, embed_floor, texts, theirs, python=python),
    )
    equal = _compare_vectors(np.load(ours), np.load(theirs))
    equal["alone"] = max(product["alone"] for product, _ in sides)
    return [
        *compare(
            sides,
            f"{len(texts)} texts through the queue; sentence-transformers, one thread or each core",
            Line("embedding, bulk", "texts/s", "polled", ">= 2.2"),
            Line("embedding, bulk, sorted", "texts/s", "sorted", ">= 1.1"),
            Line("embedding, a short text, p50", "ms", "single_p50_ms", "<= 0.6"),
        ),
        *compare(
            [(equal, {})],
            "of the vectors of the same run; alone: the greatest difference of one number",
            Line("embedding, least cosine", "", "cosine", ">= 0.9999"),
            Line(f"embedding, same first {TOP}", "", "same", ">= 0.999"),
            Line("embedding, alone or in a batch", "", "alone", "<= 1e-6"),
        ),
    ]


def _compare_vectors(one: Matrix, other: Matrix) -> Result:
    """The least cosine, and the share of each text's nearest neighbours that both sides name."""
    first, second = (
        np.argsort(-(rows @ rows.T), axis=1, kind="stable")[:, : TOP + 1] for rows in (one, other)
    )
    shared = [len(np.intersect1d(*pair)) for pair in zip(first, second, strict=True)]
    cosine = float((one * other).sum(axis=1).min())
    return {"cosine": cosine, "same": float(np.mean(shared)) / (TOP + 1)}


async def embed_queued(texts: list[str], file: str) -> Result:
    """As ai runs the encoder: a queue on an event loop before one thread, which sorts by length.
    The vectors go to `file`.

    `alone` is the greatest difference between a text's vector alone and in a batch.
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
        took.append((time.perf_counter() - began) * 1000)
    single = np.concatenate([await queue.encode([text]) for text in texts[:ALONE]])
    queue.close()
    np.save(file, vectors)
    return {
        "polled": per_second,
        "sorted": per_second,
        "single_p50_ms": float(np.median(took)),
        "alone": float(np.abs(single - vectors[:ALONE]).max()),
    }


def embed_floor(texts: list[str], file: str) -> Result:
    """The vectors go to `file`. Runs with as many threads as torch chooses and with one, which is
    faster on a busy machine: the better of the two counts."""
    import torch  # type: ignore[import-not-found]

    from ai.embeddings.sentence_transformers import SentenceTransformersEncoder

    encode = SentenceTransformersEncoder(device="cpu").encode
    np.save(file, encode(texts))
    usual = _time_floor(encode, texts)
    torch.set_num_threads(1)
    one = _time_floor(encode, texts)
    return {name: (min if "ms" in name else max)(usual[name], one[name]) for name in usual}


def _time_floor(encode: Callable[[list[str]], object], texts: list[str]) -> Result:
    """`polled` makes one call for each 32 texts, `sorted` one for all, which sorts by length."""

    def seconds(*calls: list[str]) -> float:
        began = time.perf_counter()
        for call in calls:
            encode(call)
        return time.perf_counter() - began

    encode([SHORT])
    calls = [texts[first : first + CALL] for first in range(0, len(texts), CALL)]
    single = np.median([seconds([SHORT]) for _ in range(TIMES)])
    polled, whole = len(texts) / seconds(*calls), len(texts) / seconds(texts)
    return {"polled": polled, "sorted": whole, "single_p50_ms": float(single * 1000)}


@on_stack("postgres-vector", "migrate-ai")
def search(size: Size, stack: Stack) -> list[Figure]:
    """Vector search of 10,000 and 100,000 items: time and recall."""
    note = (
        "{found:.0f} or more of 10 found; p99 {p99_ms:.1f} ms, with the way there "
        "{asked_p50_ms:.1f} ms; index made in {index_seconds:.0f} s"
    )
    figures = []
    for count in map(size.of, SEARCHED):
        index_seconds = run_child(stack, fill_items, count)
        for name, found in run_child(stack, search_all, TIMES).items():
            recall = 0.98 if name == "plain" else 0.97
            figures += compare(
                [({**found, "index_seconds": index_seconds}, {})],
                note,
                Line(f"search {count:,}, {name}, p50 in the database", "ms", "p50_ms", "<= 4"),
                Line(f"search {count:,}, {name}, recall@10", "", "recall", f">= {recall}"),
            )
    return figures


async def fill_items(count: int) -> float:
    """Writes items and vectors, and returns in how many seconds the index is made."""
    items = [_item(number) for number in range(count)]
    vectors = _blend(open_encoder().encode(catalogue_texts()), count, seed=7)
    rows = [(item.content_id, b"", row) for item, row in zip(items, vectors, strict=True)]
    async with await ai_pool(statement_timeout="0") as pool:
        async with pool.acquire() as db:
            await db.execute(EMPTY)
            await write_content(db, items)
            await db.copy_records_to_table("content_vector", records=rows)
            for table in ("content", "content_vector"):  # as autovacuum does a little later
                await db.execute(f"VACUUM ANALYZE {table}")
        began = time.perf_counter()
        await Indexer(pool).index_when_large()
        return time.perf_counter() - began


def _item(number: int) -> ContentPublished:
    """One item in ten is of level 1, one of those in ten for researchers."""
    track = Track.RESEARCHERS if number % 100 == 0 else OTHERS[number % len(OTHERS)]
    level = 1 if number % 10 == 0 else 2 + number % 4
    return content_fact(number, track=track, level=level, skills=("linux",))


def _blend(vectors: Matrix, count: int, seed: int) -> Matrix:
    """Weighted means of three real texts' vectors, of length 1: about what the model makes of a
    text that says all three."""
    random = np.random.default_rng(seed)
    chosen = random.integers(len(vectors), size=(count, 3))
    weights = random.dirichlet((1.0, 1.0, 1.0), size=count).astype(np.float32)
    mixed = np.einsum("nk,nkd->nd", weights, vectors[chosen])
    return cast(Matrix, mixed / np.linalg.norm(mixed, axis=1, keepdims=True))


async def search_all(count: int) -> dict[str, Result]:
    """Searches with the fixed questions and with blends, which no item equals."""
    model = open_encoder()
    questions = model.encode(QUERIES)
    blends = _blend(model.encode(catalogue_texts()), count - len(questions), seed=11)
    queries = np.concatenate([questions, blends])
    async with await ai_pool("live, public", **SEARCH_SETTINGS) as pool:
        return {name: await _measure(pool, queries, only) for name, only in FILTERS.items()}


async def _measure(pool: asyncpg.Pool, queries: Matrix, only: Filter) -> Result:
    """`p50_ms` and `p99_ms` in the database, `asked_p50_ms` with the way there and back."""
    explained, exact = Explained(pool), await _search_exactly(pool, queries, only)
    store, explaining = PgVectorStore(pool), PgVectorStore(cast(asyncpg.Pool, explained))
    await explaining.size()
    searches, rows = [*zip(queries, exact, strict=True)], []
    for query, best in (*searches[:WARM_UP], *searches):
        began = time.perf_counter()
        hits = await store.search(query, TOP, only)
        asked = (time.perf_counter() - began) * 1000
        explained.milliseconds = 0.0
        await explaining.search(query, TOP, only)
        shared = best & {hit.content_id for hit in hits}
        rows.append((asked, explained.milliseconds, len(hits), len(shared)))
    asked_ms, within_ms, found, shared = np.array(rows[WARM_UP:]).T
    p50, p99 = map(float, np.percentile(within_ms, (50, 99)))
    return {
        "p50_ms": p50,
        "p99_ms": p99,
        "asked_p50_ms": float(np.median(asked_ms)),
        "recall": float(np.mean(shared)) / TOP,
        "found": float(found.min()),
    }


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


async def _search_exactly(pool: asyncpg.Pool, queries: Matrix, only: Filter) -> list[set[str]]:
    """Compares everything, outside of the database."""
    fits, values = conditions(only, 1)
    rows = await pool.fetch(ROWS + fits, *values)
    matrix = np.stack([row["embedding"].to_numpy() for row in rows])
    best = np.argsort(-(queries @ matrix.T), axis=1)[:, :TOP]
    return [{rows[place]["content_id"] for place in places} for places in best]
