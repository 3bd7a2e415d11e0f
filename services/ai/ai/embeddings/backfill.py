"""Embeds the items whose text has no vector yet, in the background of the consumer."""

import asyncpg

from ai.embeddings.cache import CachedEncoder, by_sha256
from ai.kit.locks import LEARNER_READ_LOCK
from ai.kit.vectors import Row
from ai.projections.documents import document, text_sha256
from ai.projections.marks import mark_catalogue
from ai.vectorstore.pgvector import TABLE, write_vectors

ITEMS_PER_ROUND = 64

# Items without a vector of their current text.
WAITING = """
SELECT content.content_id, content.title, content.description, content.skills
FROM content LEFT JOIN {table} AS vector USING (content_id)
WHERE vector.text_sha256 IS DISTINCT FROM content.document_sha256
ORDER BY content.content_id LIMIT $1
"""


class Backfill:
    def __init__(self, pool: asyncpg.Pool, encoder: CachedEncoder, table: str = TABLE) -> None:
        """`table` has the vectors of the encoder's model."""
        self._pool = pool
        self._table = table
        self._encoder = encoder

    async def embed_some(self) -> bool:
        """Embed a few of the waiting items; True when there may be more."""
        rows = await self._pool.fetch(WAITING.format(table=self._table), ITEMS_PER_ROUND)
        if not rows:
            return False
        texts = {
            row["content_id"]: document(row["title"], row["description"], row["skills"])
            for row in rows
        }
        vectors = await self._encoder.encode(by_sha256(texts.values()))
        return await self._store({item: text_sha256(text) for item, text in texts.items()}, vectors)

    async def _store(self, digests: dict[str, bytes], vectors: dict[bytes, Row]) -> bool:
        columns = [*digests], [*digests.values()], [vectors[one] for one in digests.values()]
        async with self._pool.acquire() as db, db.transaction():
            await db.execute(LEARNER_READ_LOCK)
            stored = await write_vectors(db, *columns, table=self._table)
            if stored and self._table == TABLE:  # no list depends on others
                await mark_catalogue(db)
        return bool(stored)
