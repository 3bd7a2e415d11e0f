"""Vectors in a Pinecone index (dense, 384 dimensions, metric cosine), through Pinecone's SDK."""

import asyncio
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any

from ai.kit.breaker import CircuitBreaker
from ai.kit.settings import Settings
from ai.kit.vectors import ModelIdentity, Row
from ai.vectorstore.base import (
    EVERYTHING,
    Entry,
    Facets,
    Filter,
    Hit,
    StoreUnavailable,
    best_first,
    score,
)

if TYPE_CHECKING:
    from pinecone import AsyncIndex

SEARCH_SECONDS = 0.3
"""Less than a read may take, so that there is time to search the database instead."""
WRITE_SECONDS = 10.0
ENTRIES_PER_REQUEST = 100


class PineconeStore:
    """Has one namespace per model, so that vectors of two models are never compared. New vectors
    may not be found at once."""

    def __init__(
        self, index: "AsyncIndex", namespace: str, breaker: CircuitBreaker | None = None
    ) -> None:
        self._index = index
        self._breaker = breaker or CircuitBreaker()
        self.namespace = namespace

    async def upsert(self, entries: Sequence[Entry]) -> None:
        newest = list({one.content_id: one for one in entries}.values())
        for first in range(0, len(newest), ENTRIES_PER_REQUEST):
            vectors = [_record(one) for one in newest[first : first + ENTRIES_PER_REQUEST]]
            async with self._within(WRITE_SECONDS):
                await self._index.upsert(vectors=vectors, namespace=self.namespace)

    async def delete(self, content_ids: Collection[str]) -> None:
        from pinecone import NotFoundError

        if content_ids:
            # There is no namespace before its first record.
            async with self._within(WRITE_SECONDS):
                with suppress(NotFoundError):
                    await self._index.delete(ids=[*content_ids], namespace=self.namespace)

    async def search(self, vector: Row, k: int, only: Filter = EVERYTHING) -> list[Hit]:
        async with self._within(SEARCH_SECONDS):
            answer = await self._index.query(
                vector=vector.tolist(), top_k=k, namespace=self.namespace, filter=conditions(only)
            )
        return best_first([Hit(match.id, score(match.score)) for match in answer.matches])

    @asynccontextmanager
    async def _within(self, seconds: float) -> AsyncIterator[None]:
        """Limits a call, with the SDK's own retries, to `seconds`.

        Raises StoreUnavailable, at once after several failures in a row.
        """
        from pinecone import PineconeError

        if not self._breaker.allows():
            raise StoreUnavailable("Pinecone: not asked, since it keeps failing")
        try:
            async with asyncio.timeout(seconds):
                yield
        except (PineconeError, TimeoutError) as error:
            self._breaker.failed()
            # Only the class of the error, because its message may repeat what was sent.
            raise StoreUnavailable(f"Pinecone: {type(error).__name__}") from error
        except BaseException:
            self._breaker.abandoned()
            raise
        self._breaker.succeeded()


@asynccontextmanager
async def open_pinecone(
    settings: Settings, identity: ModelIdentity
) -> AsyncIterator[PineconeStore]:
    """Nothing is sent until the store is used. Needs `ai[pinecone]`."""
    # Imported here, so that the package is needed only where it is used.
    from pinecone import AsyncIndex

    key = settings.pinecone_api_key.get_secret_value()
    async with AsyncIndex(host=settings.pinecone_host, api_key=key) as index:
        yield PineconeStore(index, namespace_of(identity))


def namespace_of(identity: ModelIdentity) -> str:
    return f"content-{identity.revision}-{identity.precision}"


def conditions(only: Filter) -> dict[str, Any] | None:
    """The filter in Pinecone's language."""
    terms = [
        {name: {"$eq": value}}
        for name in ("content_type", "track", "level")
        if (value := getattr(only, name)) is not None
    ]
    if only.skills:
        terms.append({"skills": {"$in": [*only.skills]}})
    return {"$and": terms} if terms else None


def _record(entry: Entry) -> dict[str, Any]:
    return {
        "id": entry.content_id,
        "values": entry.embedding.tolist(),
        "metadata": _metadata(entry.facets),
    }


def _metadata(facets: Facets) -> dict[str, Any]:
    metadata: dict[str, Any] = {
        "content_type": str(facets.content_type),
        "track": str(facets.track),
        "level": facets.level,
    }
    return {**metadata, "skills": [*facets.skills]} if facets.skills else metadata
