"""BM25 over items in memory."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import bm25s
import numpy as np

from ai.kit.vectors import Row
from ai.search.items import SearchItem
from ai.search.words import document_terms, query_terms
from ai.vectorstore.base import Filter

SATURATION, LENGTH = 1.2, 0.5
"""BM25's k1 and b: of those tried on the panel the best."""


@dataclass(frozen=True, slots=True)
class Document:
    item: SearchItem
    version: int
    terms: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class LexicalIndex:
    """Immutable: a changed catalogue gets another one, which tokenises only changed items."""

    documents: Sequence[Document] = ()
    _scorer: bm25s.BM25 | None = field(default=None, repr=False)
    _weights: Mapping[str, float] = field(default_factory=dict, repr=False)
    """The inverse document frequency of each term."""

    @classmethod
    def of(cls, documents: Sequence[Document]) -> "LexicalIndex":
        counts = Counter(term for one in documents for term in set(one.terms))
        if not counts:
            return cls(documents)
        scorer = bm25s.BM25(k1=SATURATION, b=LENGTH)
        scorer.index([list(one.terms) for one in documents], show_progress=False)
        return cls(documents, scorer, {one: _weight(counts[one], len(documents)) for one in counts})

    def shares(self, text: str) -> Row:
        """For each document, 0 to 1: its BM25 score, divided by the most that any document could
        have for these terms. Terms that no document has count in the divisor."""
        terms = query_terms(text)
        known = [term for term in terms if term in self._weights]
        if self._scorer is None or not known:
            return np.zeros(len(self.documents), np.float32)
        unknown = _weight(0, len(self.documents))
        most = sum(self._weights.get(term, unknown) for term in terms)
        shares: Row = self._scorer.get_scores(known) / np.float32(most)
        return shares

    def search(self, text: str, k: int, only: Filter) -> "Matches":
        shares = self.shares(text)
        found: dict[str, SearchItem] = {}
        for place in np.argsort(-shares, kind="stable"):
            if len(found) == k or not shares[place]:
                break
            item = self.documents[int(place)].item
            if only.fits(item.facets):
                found[item.content_id] = item
        by_id = {
            self.documents[int(place)].item.content_id: float(shares[place])
            for place in np.flatnonzero(shares)
        }
        return Matches(found, by_id)


@dataclass(frozen=True, slots=True)
class Matches:
    best: Mapping[str, SearchItem]
    """The items that fit the filter and share most of the query's words, best first."""
    shares: Mapping[str, float]
    """Of every item with a word of the query, by id."""


NO_MATCHES = Matches({}, {})


def updated(
    known: Mapping[str, Document], current: Mapping[str, int], items: Mapping[str, SearchItem]
) -> LexicalIndex:
    """The items of `current`: those of `items` are new, the others are known. One that was retired
    meanwhile is left out."""
    documents = []
    for content_id, version in sorted(current.items()):
        if item := items.get(content_id):
            terms = tuple(document_terms(item.title, item.text))
            documents.append(Document(item, version, terms))
        elif (old := known.get(content_id)) and old.version == version:
            documents.append(old)
    return LexicalIndex.of(documents)


def _weight(count: int, total: int) -> float:
    return float(np.log1p((total - count + 0.5) / (count + 0.5)))
