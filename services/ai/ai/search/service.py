"""The nearest items, from the first source that answers: Pinecone, the database, or memory."""

import asyncio
from dataclasses import dataclass
from typing import Literal, Protocol, TypeAlias

import asyncpg

from ai.catalogue.cache import CatalogueCache
from ai.catalogue.catalogue import Catalogue
from ai.embeddings.queue import EncoderQueue
from ai.kit.errors import NotFound, ServiceUnavailable
from ai.kit.fallback import before, deadline_in, first_available
from ai.kit.vectors import Row
from ai.learners.queries import load_attempts
from ai.search.items import SearchItem, response
from ai.search.memory import item_of, search_catalogue
from ai.search.offers import mission_offers
from ai.search.queries import load_item, load_items
from ai.vectorstore.base import Filter, VectorStore
from ongoza_contracts.http.search import SearchResponse
from ongoza_contracts.vocabulary import ContentType

NEIGHBOURS_SECONDS = 0.6
"""The time for the database and Pinecone together; a read may take a second."""

Source: TypeAlias = Literal["database", "pinecone", "memory"]


class SearchUnavailable(ServiceUnavailable):
    code = "search_unavailable"
    detail = "The catalogue cannot be reached at the moment; try again."


class SearchResources(Protocol):
    """The resources that search needs."""

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
        """Searched first if configured; its hits are checked against the database."""
        ...


@dataclass(frozen=True, slots=True)
class Answer:
    body: SearchResponse
    source: Source


async def search(
    resources: SearchResources, user_id: int, text: str, k: int, only: Filter
) -> Answer:
    """The items nearest to a text. Raises EncoderBusy, and SearchUnavailable without the database
    and a catalogue in memory."""
    vector = (await resources.encoder.encode([text]))[0]
    deadline = deadline_in(NEIGHBOURS_SECONDS)
    answer = await _nearest(resources, vector, k, only, deadline)
    return await _with_offers(resources, user_id, answer, deadline)


async def similar(
    resources: SearchResources, user_id: int, content_id: str, k: int, only: Filter
) -> Answer:
    """The items nearest to one item. Raises NotFound, also when that item is retired, and what
    `search` raises."""
    deadline = deadline_in(NEIGHBOURS_SECONDS)
    item, vector = await _item(resources, content_id, deadline)
    if vector is None:  # the item was published just now
        vector = (await resources.encoder.encode([item.text]))[0]
    answer = await _nearest(resources, vector, k + 1, only, deadline)
    others = [one for one in answer.body.results if one.content_id != content_id][:k]
    body = SearchResponse(results=tuple(others), total=len(others))
    return await _with_offers(resources, user_id, Answer(body, answer.source), deadline)


async def _with_offers(
    resources: SearchResources, user_id: int, answer: Answer, deadline: float
) -> Answer:
    """The answer with what its missions take of the user's work. Without the database, which has
    the user's attempts, it says nothing about that."""
    if not any(one.content_type is ContentType.MISSION for one in answer.body.results):
        return answer

    async def known() -> Answer:
        attempts = await load_attempts(resources.pool, user_id)
        catalogue = await resources.catalogues.current()
        offers = mission_offers(catalogue, attempts)
        results = tuple(
            one.model_copy(update={"mission": offers.get(one.content_id)})
            for one in answer.body.results
        )
        return Answer(SearchResponse(results=results, total=len(results)), answer.source)

    async def unknown() -> Answer:
        return answer

    return await first_available(before(deadline, known), unknown)


async def _nearest(
    resources: SearchResources, vector: Row, k: int, only: Filter, deadline: float
) -> Answer:
    return await first_available(
        before(deadline, lambda: _in_other_store(resources, vector, k, only)),
        before(deadline, lambda: _in_database(resources, vector, k, only)),
        lambda: _in_memory(resources, vector, k, only),
    )


async def _in_other_store(
    resources: SearchResources, vector: Row, k: int, only: Filter
) -> Answer | None:
    """None without such a store, and when its hits differ from the database: an item was retired or
    changed since, or there are fewer than `k` hits, so that vectors may not have arrived yet."""
    if resources.other_vectors is None:
        return None
    hits = await resources.other_vectors.search(vector, k, only)
    items = await load_items(resources.pool, [hit.content_id for hit in hits])
    current = [(items[hit.content_id], hit) for hit in hits if hit.content_id in items]
    behind = len(current) < k or not all(only.fits(item.facets) for item, _ in current)
    return None if behind else Answer(response(current), "pinecone")


async def _in_database(resources: SearchResources, vector: Row, k: int, only: Filter) -> Answer:
    hits = await resources.vectors.search(vector, k, only)
    items = await load_items(resources.pool, [hit.content_id for hit in hits])
    # An item that was retired between the two reads is left out.
    found = [(items[hit.content_id], hit) for hit in hits if hit.content_id in items]
    return Answer(response(found), "database")


async def _in_memory(resources: SearchResources, vector: Row, k: int, only: Filter) -> Answer:
    items = await asyncio.to_thread(search_catalogue, _remembered(resources), vector, k, only)
    return Answer(response(items), "memory")


async def _item(
    resources: SearchResources, content_id: str, deadline: float
) -> tuple[SearchItem, Row | None]:
    """Raises NotFound."""

    async def of_database() -> tuple[SearchItem, Row | None]:
        found = await load_item(resources.pool, content_id)
        if found is None:
            raise NotFound
        item, vector = found
        return item, None if vector is None else vector.to_numpy()

    async def of_memory() -> tuple[SearchItem, Row | None]:
        found = item_of(_remembered(resources), content_id)
        if found is None:
            raise NotFound
        return found

    return await first_available(before(deadline, of_database), of_memory)


def _remembered(resources: SearchResources) -> Catalogue:
    """Raises SearchUnavailable while no item in memory has a vector."""
    catalogue = resources.catalogues.last
    if not catalogue.vectors.any():
        raise SearchUnavailable
    return catalogue
