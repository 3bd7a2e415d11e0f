"""The measures of the encoder, beside sentence-transformers, and of search by meaning."""

import json
import tempfile
import time
from collections.abc import Callable
from typing import Any, cast

import asyncpg
import numpy as np

from ai.embeddings.encoder import open_encoder
from ai.embeddings.manifest import model_folder, read_manifest
from ai.embeddings.queue import EncoderQueue
from ai.kit.vectors import Matrix
from ai.rebuild.panel import QUERIES
from ai.vectorstore.base import EVERYTHING, Filter
from ai.vectorstore.index import Indexer
from ai.vectorstore.pgvector import SEARCH_SETTINGS, PgVectorStore, conditions
from ongoza_contracts.content import ContentPublished
from ongoza_contracts.vocabulary import Track
from scripts.bench import running
from scripts.bench.encoder_start import start
from scripts.bench.figures import Figure, figure
from scripts.bench.product import ai_pool, catalogue_texts, content_fact, write_facts
from scripts.bench.running import Result, Size, bench_stack, interleave, medians, run_child

TOP = 10
SHORT = "hardening a linux server"
TIMES = 200
ALONE = 100
CALL = 32
WARM_UP = 20
"""Searches that are not counted: plans are made, pages are read."""
SEARCHED = (10_000, 100_000)
COPIED = 10_000
EMPTY = "TRUNCATE content, content_vector; DROP INDEX IF EXISTS content_vector_hnsw"
EXPLAIN = "EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) "
ROWS = "SELECT content_id, embedding FROM content JOIN content_vector USING (content_id) WHERE "
OTHERS = [track for track in Track if track is not Track.RESEARCHERS]
FILTERS = {
    "plain": EVERYTHING,
    "a tenth": Filter(level=1),
    "a hundredth": Filter(track=Track.RESEARCHERS, level=1),
}


def encoder(size: Size) -> list[Figure]:
    """From a new process to its first vector: time and memory."""
    python = running.model_python()
    sides = interleave(
        size,
        lambda: run_child(start, "onnx", time.time()),
        lambda: run_child(start, "sentence-transformers", time.time(), python=python),
    )
    note = "a process of its own, to its first vector; the same with sentence-transformers"
    seconds, memory = medians(sides, "seconds"), medians(sides, "peak_mib")
    return [
        figure("encoder start", "s", *seconds, "<= 0.2", note),
        figure("encoder peak memory", "MiB", *memory, "<= 0.4", note),
    ]


def embed(size: Size) -> list[Figure]:
    """Texts through the encoder's queue, beside sentence-transformers."""
    texts, python = catalogue_texts(), running.model_python()
    with tempfile.TemporaryDirectory() as folder:
        ours, theirs = f"{folder}/ours.npy", f"{folder}/theirs.npy"
        sides = interleave(
            size,
            lambda: run_child(embed_queued, texts, ours),
            lambda: run_child(embed_floor, texts, theirs, python=python),
        )
        one, other = np.load(ours), np.load(theirs)
    polled, whole = (medians(sides, "per_second", name) for name in ("polled", "sorted"))
    single, alone = medians(sides, "single_p50_ms"), max(result["alone"] for result in sides[0])
    cosine, same = float((one * other).sum(axis=1).min()), _same_first(one, other)
    note = f"{len(texts)} texts through the queue; sentence-transformers, one thread or every core"
    among = "the greatest difference of one number of a vector"
    return [
        figure("embedding, bulk", "texts/s", *polled, ">= 2.2", note),
        figure("embedding, bulk, sorted", "texts/s", *whole, ">= 1.1", note),
        figure("embedding, a short text, p50", "ms", *single, "<= 0.6", note),
        figure("embedding, least cosine", "", cosine, None, ">= 0.9999", "same run"),
        figure(f"embedding, same first {TOP}", "", same, None, ">= 0.999", "same run"),
        figure("embedding, alone or in a batch", "", alone, None, "<= 1e-6", among),
    ]


def _same_first(one: Matrix, other: Matrix) -> float:
    """The share, 0 to 1, of each text's nearest neighbours that both sides name."""
    first, second = (
        np.argsort(-(rows @ rows.T), axis=1, kind="stable")[:, : TOP + 1] for rows in (one, other)
    )
    shared = [len(np.intersect1d(*pair)) for pair in zip(first, second, strict=True)]
    return float(np.mean(shared)) / (TOP + 1)


async def embed_queued(texts: list[str], file: str) -> Result:
    """As ai runs the encoder: a queue on an event loop before one thread. The vectors go to `file`.

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
    alone = float(np.abs(single - vectors[:ALONE]).max())
    return {"per_second": per_second, "single_p50_ms": float(np.median(took)), "alone": alone}


def embed_floor(texts: list[str], file: str) -> Result:
    """sentence-transformers as its documentation calls it. The vectors go to `file`.

    Runs with as many threads as torch chooses and with one, which is faster on a busy machine: the
    better of the two counts.
    """
    import torch  # type: ignore[import-not-found]
    from sentence_transformers import SentenceTransformer  # type: ignore[import-not-found]

    folder = model_folder(read_manifest().package)
    model = SentenceTransformer(str(folder), device="cpu", local_files_only=True)

    def encode(texts: list[str]) -> Matrix:
        vectors: Matrix = model.encode(texts, show_progress_bar=False)
        return vectors

    np.save(file, encode(texts))
    usual = _time_floor(encode, texts)
    torch.set_num_threads(1)
    one = _time_floor(encode, texts)
    return {name: (min if "ms" in name else max)(usual[name], one[name]) for name in usual}


def _time_floor(encode: Callable[[list[str]], Matrix], texts: list[str]) -> Result:
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


def search(size: Size) -> list[Figure]:
    """Vector search of 10,000 and 100,000 items: time and recall."""
    figures = []
    with bench_stack("postgres-vector", "migrate-ai") as stack:
        for count in map(size.of, SEARCHED):
            index_seconds = run_child(fill_items, count, stack=stack)
            for name, found in run_child(search_all, TIMES, stack=stack).items():
                figures += _search_figures(f"search {count:,}, {name}", found, index_seconds)
    return figures


def _search_figures(name: str, found: Result, index_seconds: float) -> list[Figure]:
    note = (
        f"{found['found']} or more of 10 found; p99 {found['p99_ms']:.1f} ms, with the way there "
        f"{found['asked_p50_ms']:.1f} ms; index made in {index_seconds:.0f} s"
    )
    p50, recall, least = found["p50_ms"], found["recall"], 0.98 if "plain" in name else 0.97
    return [
        figure(f"{name}, p50 in the database", "ms", p50, None, "<= 4", note),
        figure(f"{name}, recall@10", "", recall, None, f">= {least}", note),
    ]


async def fill_items(count: int) -> float:
    """Writes items and vectors, and returns in how many seconds the index is made."""
    vectors = _blend(open_encoder().encode(catalogue_texts()), count, seed=7)
    async with await ai_pool() as pool:
        async with pool.acquire() as db:
            await db.execute(EMPTY)
            for first in range(0, count, COPIED):
                items = [_item(number) for number in range(first, min(first + COPIED, count))]
                await write_facts(db, items)
                rows = [(item.content_id, b"", vectors[first + n]) for n, item in enumerate(items)]
                await db.copy_records_to_table("content_vector", records=rows)
            for table in ("content", "content_vector"):  # as autovacuum does a little later
                await db.execute(f"VACUUM ANALYZE {table}", timeout=120)
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
    explained, found, within, asked = Explained(pool), [], [], []
    store, explaining = PgVectorStore(pool), PgVectorStore(cast(asyncpg.Pool, explained))
    await explaining.size()
    for query in (*queries[:WARM_UP], *queries):
        began = time.perf_counter()
        hits = await store.search(query, TOP, only)
        asked.append((time.perf_counter() - began) * 1000)
        found.append({hit.content_id for hit in hits})
        explained.milliseconds = 0.0
        await explaining.search(query, TOP, only)
        within.append(explained.milliseconds)
    exact = await _search_exactly(pool, queries, only)
    shared = [len(best & ids) for best, ids in zip(exact, found[WARM_UP:], strict=True)]
    p50, p99 = map(float, np.percentile(within[WARM_UP:], (50, 99)))
    return {
        **{"p50_ms": p50, "p99_ms": p99, "asked_p50_ms": float(np.median(asked[WARM_UP:]))},
        **{"recall": float(np.mean(shared)) / TOP, "found": min(map(len, found))},
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
