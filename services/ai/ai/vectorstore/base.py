"""The interface of vector stores: three methods, three implementations."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

from ai.kit.fallback import SourceUnavailable
from ai.kit.vectors import Row
from ongoza_contracts.vocabulary import ContentType, Track


class StoreUnavailable(SourceUnavailable):
    """A vector store that is a remote service does not answer, or refuses."""


@dataclass(frozen=True, slots=True)
class Facets:
    """What an item can be filtered by."""

    content_type: ContentType
    track: Track
    level: int
    """1 to 5."""
    skills: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Filter:
    """What is wanted; None and no skills want everything."""

    content_type: ContentType | None = None
    track: Track | None = None
    level: int | None = None
    skills: tuple[str, ...] = ()
    """At least one of them."""

    def fits(self, facets: Facets) -> bool:
        return (
            self.content_type in (None, facets.content_type)
            and self.track in (None, facets.track)
            and self.level in (None, facets.level)
            and (not self.skills or not set(self.skills).isdisjoint(facets.skills))
        )


EVERYTHING = Filter()


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    content_id: str
    text_sha256: bytes
    """The hash of the embedded text."""
    embedding: Row
    """A unit vector."""
    facets: Facets


@dataclass(frozen=True, slots=True)
class Hit:
    content_id: str
    score: float
    """As `score` says."""


class VectorStore(Protocol):
    """Holds vectors of one model. What is retired is deleted, or known to be retired.

    May raise StoreUnavailable, or what its database raises.
    """

    async def upsert(self, entries: Sequence[Entry]) -> None:
        """The last entry of an item wins; idempotent."""
        ...

    async def delete(self, content_ids: Collection[str]) -> None:
        """Unknown ids are ignored."""
        ...

    async def search(self, vector: Row, k: int, only: Filter = EVERYTHING) -> list[Hit]:
        """The `k` nearest of those that fit, best first, the same scores in the order of ids.

        `vector` is of length 1, as those that are stored. Fewer only when fewer fit.
        """
        ...


def score(cosine: float) -> float:
    """How near two texts are in meaning: 1 is the same, 0 is nothing in common.

    The cosine of unit vectors, -1 to 1; all that is below 0 is unrelated alike (in practice it
    hardly occurs with this model, whose unrelated texts are at 0.0 to 0.1). Comparable between
    queries, since nothing is relative to the list.
    """
    return min(max(cosine, 0.0), 1.0)


def best_first(hits: Collection[Hit]) -> list[Hit]:
    return sorted(hits, key=lambda hit: (-hit.score, hit.content_id))
