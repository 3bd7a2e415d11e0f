"""The HNSW index of a generation's vectors: made when there are enough of them to need it."""

import logging

import asyncpg

from ai.kit.db import Db
from ai.kit.locks import RELEASE_INDEX, TRY_INDEX
from ai.vectorstore.pgvector import EXACT_MAX, SIZE

log = logging.getLogger(__name__)

NAME = "content_vector_hnsw"
# Of halves: the graph is half as large and walked in half the time (1.2 ms for 2.4 ms at 100,000
# vectors and the same recall), and made in half the time. The vectors stay what they are.
INDEX = f"""
CREATE INDEX {{how}} IF NOT EXISTS {NAME} ON content_vector
USING hnsw ((embedding::halfvec(384)) halfvec_cosine_ops) WITH (m = 24, ef_construction = 200)
"""
# Null when there is none; false when making it was cut off.
VALID = "SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass($1)"
DROP = f"DROP INDEX CONCURRENTLY IF EXISTS {NAME}"
# Of the connection, not of a transaction: an index that is made concurrently allows none.
PATIENT = "SET statement_timeout = 0; SET maintenance_work_mem = '512MB'"
USUAL = "RESET statement_timeout; RESET maintenance_work_mem"


class Indexer:
    """A rebuild makes the index after its load. This is for the generation that grows while it is
    live: nobody waits for it, neither readers nor writers."""

    def __init__(self, pool: asyncpg.Pool, *, above: int = EXACT_MAX) -> None:
        self._pool = pool
        self._above = above

    async def index_when_large(self) -> bool:
        if await self._pool.fetchval(SIZE) > self._above:
            async with self._pool.acquire() as db:
                if await db.fetchval(TRY_INDEX):
                    await _make(db)
        return False


async def _make(db: Db) -> None:
    try:
        valid = await db.fetchval(VALID, NAME)
        if valid:
            return
        await db.execute(PATIENT)
        if valid is False:
            await db.execute(DROP)
        await db.execute(INDEX.format(how="CONCURRENTLY"), timeout=None)
        log.info("the index of vectors is made")
    finally:
        await db.execute(USUAL)
        await db.execute(RELEASE_INDEX)
