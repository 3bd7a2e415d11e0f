"""An item as search returns it, from the database or from the catalogue in memory."""

from collections.abc import Sequence
from dataclasses import dataclass

from ai.catalogue.catalogue import Item
from ai.projections.documents import document
from ai.vectorstore.base import Facets, Hit
from ongoza_contracts.http.search import Found, Meaning, SearchResponse


@dataclass(frozen=True, slots=True)
class SearchItem:
    content_id: str
    title: str
    description: str
    facets: Facets

    @property
    def text(self) -> str:
        """The text that is embedded."""
        return document(self.title, self.description, self.facets.skills)

    def found(self, score: float) -> Found:
        return Found(
            content_id=self.content_id,
            content_type=self.facets.content_type,
            title=self.title,
            description=self.description,
            track=self.facets.track,
            level=self.facets.level,
            skills=self.facets.skills,
            score=round(min(score, 1.0), 4),
        )


def of_catalogue(item: Item) -> SearchItem:
    facets = Facets(item.content_type, item.track, item.level, item.skills)
    return SearchItem(item.content_id, item.title, item.description, facets)


def response(
    items: Sequence[tuple[SearchItem, Hit]], meaning: Meaning | None = None
) -> SearchResponse:
    results = tuple(item.found(hit.score) for item, hit in items)
    return SearchResponse(results=results, total=len(results), meaning=meaning)
