"""Vectors stored in the database: the same model never embeds the same text twice."""

from collections.abc import Iterable, Mapping

import asyncpg

from ai.embeddings.queue import EncoderQueue
from ai.kit.vectors import Row
from ai.projections.documents import text_sha256

# The cached vectors of these texts, made by one model.
KNOWN = """
SELECT text_sha256, embedding FROM embedding_cache
WHERE model = $1 AND revision = $2 AND precision = $3 AND text_sha256 = ANY($4)
"""
# Another process may have cached the same text.
REMEMBER = """
INSERT INTO embedding_cache (model, revision, precision, text_sha256, embedding)
VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING
"""


class CachedEncoder:
    """For texts of the catalogue only: the texts of callers are not stored."""

    def __init__(self, pool: asyncpg.Pool, encoder: EncoderQueue) -> None:
        self._pool = pool
        self._encoder = encoder

    async def encode(self, texts: Mapping[bytes, str]) -> dict[bytes, Row]:
        """The vector of each text, by the text's SHA-256."""
        known = await self._known(list(texts))
        missing = {key: text for key, text in texts.items() if key not in known}
        if missing:
            rows = await self._encoder.encode(list(missing.values()), background=True)
            new = dict(zip(missing, rows, strict=True))
            await self._remember(new)
            known |= new
        return known

    async def _known(self, keys: list[bytes]) -> dict[bytes, Row]:
        rows = await self._pool.fetch(KNOWN, *self._encoder.identity.key, keys)
        return {row["text_sha256"]: row["embedding"].to_numpy() for row in rows}

    async def _remember(self, vectors: Mapping[bytes, Row]) -> None:
        model = self._encoder.identity.key
        await self._pool.executemany(REMEMBER, [(*model, *item) for item in vectors.items()])


def by_sha256(texts: Iterable[str]) -> dict[bytes, str]:
    return {text_sha256(text): text for text in texts}
