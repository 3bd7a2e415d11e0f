"""Search in the catalogue in memory, while the database is unavailable."""

from collections.abc import Mapping

import numpy as np

from ai.catalogue.catalogue import Catalogue
from ai.kit.vectors import Row
from ai.search.fusion import fused
from ai.search.items import SearchItem, of_catalogue
from ai.vectorstore.base import Filter, Hit
from ai.vectorstore.memory import nearest


def search_catalogue(
    catalogue: Catalogue, vector: Row, shares: Mapping[str, float], k: int, only: Filter
) -> list[tuple[SearchItem, Hit]]:
    """The best items by meaning and by the `shares` of the query's words they have, among those
    that have a vector and are not retired."""
    embedded = np.any(catalogue.vectors, axis=1)
    items = {
        place: item
        for place, one in enumerate(catalogue.items)
        if not one.retired and embedded[place] and only.fits((item := of_catalogue(one)).facets)
    }
    by_id = {item.content_id: item for item in items.values()}
    if not items:
        return []
    hits = nearest([*by_id], catalogue.vectors[[*items]], vector, len(items))
    cosines = {hit.content_id: hit.score for hit in hits}
    best = fused(cosines, {one: share for one, share in shares.items() if one in by_id})
    return [(by_id[hit.content_id], hit) for hit in best[:k]]


def item_of(catalogue: Catalogue, content_id: str) -> tuple[SearchItem, Row | None] | None:
    """Like `ai.search.queries.load_item`, from the catalogue in memory."""
    place = catalogue.position.get(content_id)
    if place is None or catalogue.items[place].retired:
        return None
    vector = catalogue.vectors[place]
    return of_catalogue(catalogue.items[place]), vector if vector.any() else None
