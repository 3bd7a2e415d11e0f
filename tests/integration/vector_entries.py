"""Vectors whose distances are known, as entries of a vector store."""

from typing import Any

import numpy as np

from ai.kit.vectors import Row
from ai.projections.documents import document, text_sha256
from ai.projections.tables import write_content
from ai.vectorstore.base import Entry, Facets, Hit
from ai.vectorstore.pgvector import PgVectorStore
from ongoza_contracts.vocabulary import ContentType, Track
from tests.facts import published

NORTH = np.eye(384, dtype=np.float32)[0]
EAST = np.eye(384, dtype=np.float32)[1]


def at(degrees: float) -> Row:
    """A unit vector in the plane of NORTH and EAST."""
    angle = np.radians(degrees)
    made: Row = (np.cos(angle) * NORTH + np.sin(angle) * EAST).astype(np.float32)
    return made


def entry(content_id: str, embedding: Row, **facets: Any) -> Entry:
    chosen: dict[str, Any] = {
        "content_type": content_id.split("-")[0],
        "track": "builders",
        "level": 1,
    } | facets
    skills = tuple(chosen.pop("skills", ()))
    text = document(f"Title of {content_id}", "What it is about.", skills)
    return Entry(
        content_id,
        text_sha256(text),
        embedding,
        Facets(
            ContentType(chosen["content_type"]), Track(chosen["track"]), chosen["level"], skills
        ),
    )


class ProjectedStore(PgVectorStore):
    """The facts with the filtered columns are applied before any vector, as in the worker."""

    async def upsert(self, entries: Any) -> None:
        async with self._pool.acquire() as db:
            for one in entries:
                facets = {name: getattr(one.facets, name) for name in ("track", "level", "skills")}
                fact = published(one.content_id, **facets)
                await write_content(db, [fact])
        await super().upsert(entries)


def ids(hits: list[Hit]) -> list[str]:
    return [hit.content_id for hit in hits]
