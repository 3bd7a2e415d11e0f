"""Vectors in this process, for tests and for answers while the database is unavailable."""

from collections.abc import Collection, Sequence

import numpy as np

from ai.kit.vectors import Matrix, Row
from ai.vectorstore.base import EVERYTHING, Entry, Facets, Filter, Hit, best_first, score


class MemoryStore:
    """Exact search; the vectors end with the process."""

    def __init__(self) -> None:
        self._facets: dict[str, Facets] = {}
        self._rows: dict[str, Row] = {}

    async def upsert(self, entries: Sequence[Entry]) -> None:
        for entry in entries:
            self._facets[entry.content_id] = entry.facets
            self._rows[entry.content_id] = entry.embedding

    async def delete(self, content_ids: Collection[str]) -> None:
        for content_id in content_ids:
            self._facets.pop(content_id, None)
            self._rows.pop(content_id, None)

    async def search(self, vector: Row, k: int, only: Filter = EVERYTHING) -> list[Hit]:
        fitting = [one for one, facets in self._facets.items() if only.fits(facets)]
        if not fitting:
            return []
        return nearest(fitting, np.stack([self._rows[one] for one in fitting]), vector, k)


def nearest(content_ids: Sequence[str], rows: Matrix, vector: Row, k: int) -> list[Hit]:
    """The `k` items whose unit vectors in `rows` have the greatest cosine to `vector`."""
    cosines = rows @ vector
    hits = [Hit(one, score(float(near))) for one, near in zip(content_ids, cosines, strict=True)]
    return best_first(hits)[:k]
