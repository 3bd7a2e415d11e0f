"""How well the panel's queries find their items: by meaning, by words, and by both."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ai.embeddings.encoder import Encoder
from ai.kit.vectors import Matrix, Row
from ai.search.fusion import fused
from ai.search.items import SearchItem
from ai.search.lexical import Document, LexicalIndex
from ai.search.words import document_terms, with_expansions
from ai.vectorstore.base import score
from scripts.search_panel.panel import Group, Query

TOP = 10


@dataclass(frozen=True, slots=True)
class Quality:
    ndcg: float
    """NDCG@10, with relevance 0 or 1."""
    first: float
    """The share of queries whose first result is right."""


@dataclass(frozen=True, slots=True)
class Measured:
    """One group of queries."""

    queries: int
    dense: Quality
    lexical: Quality
    both: Quality


class Corpus:
    """Items with their vectors by one model, and their words."""

    def __init__(
        self,
        items: Sequence[SearchItem],
        encoder: Encoder,
        queries: Encoder | None = None,
        score: Callable[[float], float] = score,
    ) -> None:
        """`queries` encodes queries, if not `encoder` itself."""
        self.queries = queries or encoder
        self._score = score
        self.ids = [one.content_id for one in items]
        self.vectors: Matrix = encoder.encode([one.text for one in items])
        self.index = index_of(items)

    def cosines(self, vector: Row) -> dict[str, float]:
        return dict(zip(self.ids, map(self._score, (self.vectors @ vector).tolist()), strict=True))

    def shares(self, text: str) -> dict[str, float]:
        shares = zip(self.ids, self.index.shares(text).tolist(), strict=True)
        return {content_id: share for content_id, share in shares if share}


def index_of(items: Sequence[SearchItem]) -> LexicalIndex:
    return LexicalIndex.of(
        [Document(one, 1, tuple(document_terms(one.title, one.text))) for one in items]
    )


def measure(corpus: Corpus, group: Group) -> Measured:
    """`both` is how the product searches: the model reads the long forms of acronyms as well."""
    plain = corpus.queries.encode([one.text for one in group])
    expanded = corpus.queries.encode([with_expansions(one.text) for one in group])
    orders: dict[str, list[list[str]]] = {"dense": [], "lexical": [], "both": []}
    for query, vector, wider in zip(group, plain, expanded, strict=True):
        shares = corpus.shares(query.text)
        orders["dense"].append(_order(corpus.cosines(vector), {}))
        orders["lexical"].append(_order({}, shares))
        orders["both"].append(_order(corpus.cosines(wider), shares))
    found = {name: quality(group, lists) for name, lists in orders.items()}
    return Measured(len(group), **found)


def quality(group: Sequence[Query], orders: Sequence[Sequence[str]]) -> Quality:
    pairs = list(zip(group, orders, strict=True))
    first = [bool(order) and order[0] in query.finds for query, order in pairs]
    return Quality(
        float(np.mean([ndcg(order, query.finds) for query, order in pairs])), float(np.mean(first))
    )


def ndcg(order: Sequence[str], finds: frozenset[str]) -> float:
    gains = 1 / np.log2(np.arange(TOP) + 2)
    gained = sum(gains[place] for place, one in enumerate(order[:TOP]) if one in finds)
    return float(gained / gains[: len(finds)].sum())


def unrelated(corpus: Corpus, texts: Sequence[str]) -> list[float]:
    """The best score that each text reaches."""
    vectors = corpus.queries.encode(texts)
    return [
        fused(corpus.cosines(vector), corpus.shares(text))[0].score
        for text, vector in zip(texts, vectors, strict=True)
    ]


def _order(cosines: Mapping[str, float], shares: Mapping[str, float]) -> list[str]:
    return [hit.content_id for hit in fused(cosines, shares)[:TOP]]
