"""The vectors of a new generation: from the cache, then from the model, then the index."""

import asyncio
from collections.abc import Callable

import asyncpg

from ai.embeddings.backfill import Backfill
from ai.embeddings.cache import CachedEncoder
from ai.embeddings.queue import EncoderQueue
from ai.kit.db import Db
from ai.kit.vectors import ModelIdentity
from ai.vectorstore.index import INDEX
from ai.vectorstore.pgvector import TABLE

# Copies vectors within the database, so that they do not travel.
FROM_CACHE = """
INSERT INTO {table} (content_id, text_sha256, embedding)
SELECT content_id, document_sha256, cache.embedding
FROM content JOIN embedding_cache AS cache ON cache.text_sha256 = document_sha256
WHERE cache.model = $1 AND cache.revision = $2 AND cache.precision = $3
ON CONFLICT (content_id) DO UPDATE SET
    text_sha256 = excluded.text_sha256, embedding = excluded.embedding
WHERE {table}.text_sha256 <> excluded.text_sha256
"""
# How many items have no vector of their current text.
WITHOUT_VECTOR = """
SELECT count(*) FROM content LEFT JOIN {table} AS vector USING (content_id)
WHERE vector.text_sha256 IS DISTINCT FROM content.document_sha256
"""
# How far CREATE INDEX has come: it first reads blocks, then inserts tuples.
BUILT = (
    "SELECT blocks_done, blocks_total, tuples_done, tuples_total FROM pg_stat_progress_create_index"
)
MEMORY = "SET LOCAL maintenance_work_mem = '512MB'"
POLL_SECONDS = 0.2

Tell = Callable[[int, int], None]
"""Reports progress: called with how much is done, and the total."""


async def fill_from_cache(
    db: Db | asyncpg.Pool, identity: ModelIdentity, table: str = TABLE
) -> int:
    """Give items the vectors that the cache has; returns how many items got one."""
    done = await db.execute(FROM_CACHE.format(table=table), *identity.key, timeout=None)
    return int(done.split()[-1])


async def embed_rest(
    pool: asyncpg.Pool, encoder: EncoderQueue, tell: Tell, table: str = TABLE
) -> int:
    """Embed the items without a vector and cache the vectors; returns how many items there were."""
    backfill = Backfill(pool, CachedEncoder(pool, encoder), table)
    without = WITHOUT_VECTOR.format(table=table)
    total = left = await pool.fetchval(without)
    while left:
        await backfill.embed_some()
        left = await pool.fetchval(without)
        tell(total - left, total)
    return int(total)


async def build_index(pool: asyncpg.Pool, tell: Tell, table: str = TABLE) -> None:
    """Call it after the load: inserting into an index row by row takes several times as long."""
    building = asyncio.create_task(_build(pool, table))
    while not building.done():
        await asyncio.wait([building], timeout=POLL_SECONDS)
        for row in await pool.fetch(BUILT):
            done, total = row["tuples_done"], row["tuples_total"]
            tell(*((done, total) if total else (row["blocks_done"], row["blocks_total"])))
    await building


async def _build(pool: asyncpg.Pool, table: str) -> None:
    async with pool.acquire() as db, db.transaction():
        await db.execute("SET LOCAL statement_timeout = 0")
        await db.execute(MEMORY)
        await db.execute(INDEX.format(how="", table=table))
