"""Search in the catalogue in memory, while the database is unavailable."""

import numpy as np

from ai.catalogue.catalogue import Catalogue
from ai.kit.vectors import Row
from ai.search.items import SearchItem, of_catalogue
from ai.vectorstore.base import Filter, Hit
from ai.vectorstore.memory import nearest


def search_catalogue(
    catalogue: Catalogue, vector: Row, k: int, only: Filter
) -> list[tuple[SearchItem, Hit]]:
    """The nearest items by exact search, among those that have a vector and are not retired."""
    embedded = np.any(catalogue.vectors, axis=1)
    items = {
        place: item
        for place, one in enumerate(catalogue.items)
        if not one.retired and embedded[place] and only.fits((item := of_catalogue(one)).facets)
    }
    by_id = {item.content_id: item for item in items.values()}
    hits = nearest([*by_id], catalogue.vectors[[*items]], vector, k) if items else []
    return [(by_id[hit.content_id], hit) for hit in hits]


def item_of(catalogue: Catalogue, content_id: str) -> tuple[SearchItem, Row | None] | None:
    """Like `ai.search.queries.load_item`, from the catalogue in memory."""
    place = catalogue.position.get(content_id)
    if place is None or catalogue.items[place].retired:
        return None
    vector = catalogue.vectors[place]
    return of_catalogue(catalogue.items[place]), vector if vector.any() else None
