"""The nearest items, from the nearest place that can say: the store, the database, or memory."""

import asyncio
import logging
from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Literal, Protocol, TypeAlias, TypeVar

import asyncpg

from ai.catalogue.cache import CatalogueCache
from ai.catalogue.catalogue import Catalogue
from ai.embeddings.queue import EncoderQueue
from ai.kit.db import UNAVAILABLE
from ai.kit.errors import NotFound, ServiceUnavailable
from ai.kit.trace import request_id
from ai.kit.vectors import Row
from ai.search.items import SearchItem, response
from ai.search.memory import item_of, search_catalogue
from ai.search.queries import load_item, load_items
from ai.vectorstore.base import Filter, Hit, StoreUnavailable, VectorStore
from ongoza_contracts.http.search import SearchResponse

NEIGHBOURS_SECONDS = 0.6
"""For every question to a database or another store together; a read may take a second."""

T = TypeVar("T")
Source: TypeAlias = Literal["database", "pinecone", "memory"]
Items: TypeAlias = list[tuple[SearchItem, Hit]]

log = logging.getLogger(__name__)


class SearchUnavailable(ServiceUnavailable):
    code = "search_unavailable"
    detail = "The catalogue cannot be reached at the moment; try again."


class SearchResources(Protocol):
    """What search needs of the process."""

    @property
    def pool(self) -> asyncpg.Pool: ...
    @property
    def encoder(self) -> EncoderQueue: ...
    @property
    def catalogues(self) -> CatalogueCache: ...
    @property
    def vectors(self) -> VectorStore: ...
    @property
    def other_vectors(self) -> VectorStore | None:
        """Asked first where there is one; its hits are checked against the database."""
        ...


@dataclass(frozen=True, slots=True)
class Answer:
    body: SearchResponse
    source: Source


async def search(resources: SearchResources, text: str, k: int, only: Filter) -> Answer:
    """Raises EncoderBusy, and SearchUnavailable while there is neither database nor memory."""
    vector = (await resources.encoder.encode([text]))[0]
    return await _nearest(resources, vector, k, only, _deadline())


async def similar(resources: SearchResources, content_id: str, k: int, only: Filter) -> Answer:
    """Items near to one item, which is not among them. Raises NotFound, also for a retired one,
    and what `search` raises."""
    deadline = _deadline()
    item, vector = await _item(resources, content_id, deadline)
    if vector is None:  # published a moment ago
        vector = (await resources.encoder.encode([item.text]))[0]
    answer = await _nearest(resources, vector, k + 1, only, deadline)
    others = [one for one in answer.body.results if one.content_id != content_id][:k]
    return Answer(SearchResponse(results=tuple(others), total=len(others)), answer.source)


async def _nearest(
    resources: SearchResources, vector: Row, k: int, only: Filter, deadline: float
) -> Answer:
    items = await _in_time(_of_other_store(resources, vector, k, only), deadline)
    if items is not None:
        return Answer(response(items), "pinecone")
    items = await _in_time(_of_database(resources, vector, k, only), deadline)
    if items is not None:
        return Answer(response(items), "database")
    catalogue = _remembered(resources)
    items = await asyncio.to_thread(search_catalogue, catalogue, vector, k, only)
    return Answer(response(items), "memory")


async def _of_other_store(
    resources: SearchResources, vector: Row, k: int, only: Filter
) -> Items | None:
    """None without one, while it does not answer, and when what it says is not what our database
    knows: an item retired or changed since, or fewer than `k`, which may be all or not yet."""
    if resources.other_vectors is None:
        return None
    try:
        hits = await resources.other_vectors.search(vector, k, only)
    except StoreUnavailable as error:
        log.warning("search: %s request_id=%s", error, request_id())
        return None
    items = await load_items(resources.pool, [hit.content_id for hit in hits])
    current = [(items[hit.content_id], hit) for hit in hits if hit.content_id in items]
    behind = len(current) < k or not all(only.fits(item.facets) for item, _ in current)
    return None if behind else current


async def _of_database(resources: SearchResources, vector: Row, k: int, only: Filter) -> Items:
    hits = await resources.vectors.search(vector, k, only)
    items = await load_items(resources.pool, [hit.content_id for hit in hits])
    # An item that was retired between the two reads is left out.
    return [(items[hit.content_id], hit) for hit in hits if hit.content_id in items]


async def _item(
    resources: SearchResources, content_id: str, deadline: float
) -> tuple[SearchItem, Row | None]:
    try:
        async with asyncio.timeout_at(deadline):
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


def _deadline() -> float:
    return asyncio.get_running_loop().time() + NEIGHBOURS_SECONDS


async def _in_time(question: Awaitable[T], deadline: float) -> T | None:
    """None while the database does not answer."""
    try:
        async with asyncio.timeout_at(deadline):
            return await question
    except UNAVAILABLE as error:
        log.warning("database: %s request_id=%s", type(error).__name__, request_id())
        return None


def _remembered(resources: SearchResources) -> Catalogue:
    """Raises SearchUnavailable while no item in memory has a vector to be found by."""
    catalogue = resources.catalogues.last
    if not catalogue.vectors.any():
        raise SearchUnavailable
    return catalogue
