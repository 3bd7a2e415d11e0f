"""The interface of vector stores: three methods, three implementations."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from ai.kit.fallback import SourceUnavailable
from ai.kit.vectors import Row
from ongoza_contracts.vocabulary import ContentType, Track


class StoreUnavailable(SourceUnavailable):
    """A vector store on another server does not answer, or refuses the request."""


@dataclass(frozen=True, slots=True)
class Facets:
    """The attributes by which items are filtered."""

    content_type: ContentType
    track: Track
    level: int
    """1 to 5."""
    skills: tuple[str, ...]

    @classmethod
    def of_row(cls, row: Any) -> "Facets":
        """The facets of a database row with the columns of `content`."""
        return cls(
            ContentType(row["content_type"]),
            Track(row["track"]),
            row["level"],
            tuple(row["skills"]),
        )


@dataclass(frozen=True, slots=True)
class Filter:
    """Which items a search may find; None and no skills allow all."""

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
    """0 to 1, see `score`."""


class VectorStore(Protocol):
    """Holds vectors of one model. A search never finds a retired item: its vector is deleted, or
    the store itself knows that the item is retired.

    May raise StoreUnavailable, or what its database raises.
    """

    async def upsert(self, entries: Sequence[Entry]) -> None:
        """The last entry of an item wins; idempotent."""
        ...

    async def delete(self, content_ids: Collection[str]) -> None:
        """Unknown ids are ignored."""
        ...

    async def search(self, vector: Row, k: int, only: Filter = EVERYTHING) -> list[Hit]:
        """The `k` nearest items that fit, best first, and by id where scores are equal.

        `vector` is a unit vector. There are fewer than `k` only when fewer items fit.
        """
        ...


def score(cosine: float) -> float:
    """How near two texts are in meaning: 1 is the same, 0 is nothing in common.

    A negative cosine counts as 0; with this model it hardly occurs, because unrelated texts have
    cosines of 0.0 to 0.1. Scores of different queries can be compared.
    """
    return min(max(cosine, 0.0), 1.0)


def best_first(hits: Collection[Hit]) -> list[Hit]:
    return sorted(hits, key=lambda hit: (-hit.score, hit.content_id))
