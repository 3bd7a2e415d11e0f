"""The nearest items, from the nearest place that can say: the store, the database, or memory."""

import asyncio
import logging
from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Literal, TypeAlias, TypeVar

from ai.embeddings.queue import Row
from ai.kit.db import UNAVAILABLE
from ai.kit.errors import NotFound, TryAgain
from ai.kit.trace import request_id
from ai.recommendations.catalogue import Catalogue
from ai.resources import Resources
from ai.search.items import SearchItem, response
from ai.search.memory import item_of, search_catalogue
from ai.search.queries import load_item, load_items
from ai.vectorstore.base import Filter, Hit, StoreUnavailable
from ongoza_contracts.http.search import SearchResponse

DATABASE_SECONDS = 0.4
"""Each of the two questions to the database: below the second that a read may take."""

T = TypeVar("T")
Source: TypeAlias = Literal["database", "pinecone", "memory"]
Items: TypeAlias = list[tuple[SearchItem, Hit]]

log = logging.getLogger(__name__)


class SearchUnavailable(TryAgain):
    code = "search_unavailable"
    detail = "The catalogue cannot be reached at the moment; try again."


@dataclass(frozen=True, slots=True)
class Answer:
    body: SearchResponse
    source: Source


async def search(resources: Resources, text: str, k: int, only: Filter) -> Answer:
    """Raises EncoderBusy, and SearchUnavailable while there is neither database nor memory."""
    vector = (await resources.encoder.encode([text]))[0]
    return await _nearest(resources, vector, k, only)


async def similar(resources: Resources, content_id: str, k: int, only: Filter) -> Answer:
    """Items near to one item, which is not among them. Raises NotFound, also for a retired one,
    and what `search` raises."""
    item, vector = await _item(resources, content_id)
    if vector is None:  # published a moment ago
        vector = (await resources.encoder.encode([item.text]))[0]
    answer = await _nearest(resources, vector, k + 1, only)
    others = [one for one in answer.body.results if one.content_id != content_id][:k]
    return Answer(SearchResponse(results=tuple(others), total=len(others)), answer.source)


async def _nearest(resources: Resources, vector: Row, k: int, only: Filter) -> Answer:
    items = await _of_other_store(resources, vector, k, only)
    if items is not None:
        return Answer(response(items), "pinecone")
    items = await _in_time(_of_database(resources, vector, k, only))
    if items is not None:
        return Answer(response(items), "database")
    catalogue = _remembered(resources)
    items = await asyncio.to_thread(search_catalogue, catalogue, vector, k, only)
    return Answer(response(items), "memory")


async def _of_other_store(resources: Resources, vector: Row, k: int, only: Filter) -> Items | None:
    """None without one, while it does not answer, and when what it says is behind our database."""
    if resources.other_vectors is None:
        return None
    try:
        hits = await resources.other_vectors.search(vector, k, only)
    except StoreUnavailable as error:
        log.warning("search: %s request_id=%s", error, request_id())
        return None
    items = await _in_time(load_items(resources.pool, [hit.content_id for hit in hits]))
    if items is None or len(hits) < k:
        return None
    current = [(items[hit.content_id], hit) for hit in hits if hit.content_id in items]
    behind = len(current) < len(hits) or not all(only.fits(item.facets) for item, _ in current)
    return None if behind else current


async def _of_database(resources: Resources, vector: Row, k: int, only: Filter) -> Items:
    hits = await resources.vectors.search(vector, k, only)
    items = await load_items(resources.pool, [hit.content_id for hit in hits])
    # An item that was retired between the two reads is left out.
    return [(items[hit.content_id], hit) for hit in hits if hit.content_id in items]


async def _item(resources: Resources, content_id: str) -> tuple[SearchItem, Row | None]:
    try:
        async with asyncio.timeout(DATABASE_SECONDS):
            found = await load_item(resources.pool, content_id)
    except UNAVAILABLE as error:
        log.warning("database: %s request_id=%s", type(error).__name__, request_id())
        remembered = item_of(_remembered(resources), content_id)
        if remembered is None:
            raise NotFound from None
        return remembered
    if found is None:
        raise NotFound
    item, vector = found
    return item, None if vector is None else vector.to_numpy()


async def _in_time(question: Awaitable[T]) -> T | None:
    """None while the database does not answer."""
    try:
        async with asyncio.timeout(DATABASE_SECONDS):
            return await question
    except UNAVAILABLE as error:
        log.warning("database: %s request_id=%s", type(error).__name__, request_id())
        return None


def _remembered(resources: Resources) -> Catalogue:
    if not resources.catalogues.last.items:
        raise SearchUnavailable
    return resources.catalogues.last
