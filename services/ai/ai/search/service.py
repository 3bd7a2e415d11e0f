"""The nearest items, from the first source that answers: Pinecone, the database, or memory."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, TypeAlias

import asyncpg

from ai.catalogue.cache import CatalogueCache
from ai.catalogue.catalogue import Catalogue
from ai.embeddings.encoder import InvalidText
from ai.embeddings.multilingual import Multilingual
from ai.embeddings.queue import EncoderQueue
from ai.kit.db import UNAVAILABLE
from ai.kit.errors import NotFound, ServiceUnavailable
from ai.kit.fallback import before, deadline_in, first_available
from ai.kit.vectors import Row
from ai.learners.queries import load_attempts
from ai.search.cache import LexicalCache
from ai.search.fusion import fused
from ai.search.items import SearchItem, response
from ai.search.languages import language_of
from ai.search.lexical import NO_MATCHES, Matches
from ai.search.memory import item_of, search_catalogue
from ai.search.offers import mission_offers
from ai.search.queries import load_item, load_items
from ai.search.words import with_expansions
from ai.vectorstore.base import Filter, Hit, VectorStore
from ai.vectorstore.pgvector import PgVectorStore
from ongoza_contracts.http.search import Language, Meaning, SearchResponse
from ongoza_contracts.vocabulary import ContentType

NEIGHBOURS_SECONDS = 0.6
"""The time for the database and Pinecone together; a read may take a second."""

COUNT_SECONDS = 0.1
FILLED_SHARE = 0.9
"""Of the items must have a vector of the second model, before it answers."""

CANDIDATES = 100
"""How many items are taken by meaning and how many by words, before both are put in one order."""
SPARE = 5
"""How many more than wanted are read, because some may just have been retired."""

log = logging.getLogger(__name__)

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
    def lexical(self) -> LexicalCache: ...
    @property
    def vectors(self) -> PgVectorStore: ...
    @property
    def multilingual(self) -> Multilingual | None:
        """The second model and its vectors; None where it is off or not installed."""
        ...

    @property
    def other_vectors(self) -> VectorStore | None:
        """Searched first if configured; its hits are checked against the database."""
        ...


@dataclass(frozen=True, slots=True)
class Answer:
    body: SearchResponse
    source: Source


@dataclass(frozen=True, slots=True)
class Query:
    """What a search compares with items."""

    vector: Row | None
    """None while the model is busy or unavailable: words alone decide."""
    matches: Matches = NO_MATCHES
    meaning: Meaning | None = None


async def search(
    resources: SearchResources,
    user_id: int,
    text: str,
    k: int,
    only: Filter,
    language: Language | None = None,
) -> Answer:
    """The items nearest to a text, by meaning and by words. Raises SearchUnavailable without the
    database and a catalogue in memory."""
    language = language or language_of(text)
    matches = await resources.lexical.search(text, CANDIDATES, only)
    query = await _query(resources, text, language, matches)
    deadline = deadline_in(NEIGHBOURS_SECONDS)
    answer = await _nearest(resources, query, k, only, deadline)
    body = answer.body.model_copy(update={"language": language})
    return await _with_offers(resources, user_id, Answer(body, answer.source), deadline)


async def _query(
    resources: SearchResources, text: str, language: Language, matches: Matches
) -> Query:
    """English is compared by the English model; other languages by the multilingual one, if there
    is one. The English model reads what the text's acronyms and foreign terms mean as well."""
    multilingual = None if language is Language.EN else await _filled(resources)
    try:
        if multilingual:
            vector = (await multilingual.encoder.encode([text]))[0]
            return Query(vector, matches, Meaning.MULTILINGUAL)
        vector = (await resources.encoder.encode([with_expansions(text)]))[0]
        return Query(vector, matches, Meaning.ENGLISH)
    except InvalidText:
        raise
    except Exception as error:  # whatever a model fails with, words still find
        log.warning("search by words alone: %s", type(error).__name__)
        return Query(None, matches, Meaning.NONE)


async def _filled(resources: SearchResources) -> Multilingual | None:
    """The second model, once nearly all items have its vector. Without the database None, because
    the catalogue in memory has the English vectors alone."""
    second = resources.multilingual
    if second is None:
        return None
    try:
        async with asyncio.timeout(COUNT_SECONDS):
            vectors, of_english = await second.vectors.size(), await resources.vectors.size()
    except UNAVAILABLE:
        return None
    return second if vectors >= FILLED_SHARE * of_english else None


async def similar(
    resources: SearchResources, user_id: int, content_id: str, k: int, only: Filter
) -> Answer:
    """The items nearest to one item. Raises NotFound, also when that item is retired, and what
    `search` raises."""
    deadline = deadline_in(NEIGHBOURS_SECONDS)
    item, vector = await _item(resources, content_id, deadline)
    if vector is None:  # the item was published just now
        vector = (await resources.encoder.encode([item.text]))[0]
    answer = await _nearest(resources, Query(vector), k + 1, only, deadline)
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
        return Answer(answer.body.model_copy(update={"results": results}), answer.source)

    async def unknown() -> Answer:
        return answer

    return await first_available(before(deadline, known), unknown)


async def _nearest(
    resources: SearchResources, query: Query, k: int, only: Filter, deadline: float
) -> Answer:
    return await first_available(
        before(deadline, lambda: _in_other_store(resources, query, k, only)),
        before(deadline, lambda: _in_database(resources, query, k, only)),
        lambda: _in_memory(resources, query, k, only),
    )


async def _in_other_store(
    resources: SearchResources, query: Query, k: int, only: Filter
) -> Answer | None:
    """None without such a store, for a query that its model did not encode, and when its hits
    differ from the database: an item was retired or changed since, or there are fewer than `k`
    hits, so that vectors may not have arrived yet."""
    other, vector = resources.other_vectors, query.vector
    if other is None or vector is None or query.meaning is Meaning.MULTILINGUAL:
        return None
    hits = await other.search(vector, _candidates(query, k), only)
    items = await load_items(resources.pool, [hit.content_id for hit in hits])
    fitting = [one for one in items.values() if only.fits(one.facets)]
    if len(hits) < k or len(fitting) < len(hits):
        return None
    return await _in_one_order(resources, query, hits, k, "pinecone")


async def _in_database(resources: SearchResources, query: Query, k: int, only: Filter) -> Answer:
    hits: list[Hit] = []
    if query.vector is not None:
        hits = await _store(resources, query).search(query.vector, _candidates(query, k), only)
    return await _in_one_order(resources, query, hits, k, "database")


async def _in_one_order(
    resources: SearchResources, query: Query, hits: Sequence[Hit], k: int, source: Source
) -> Answer:
    cosines = {hit.content_id: hit.score for hit in hits}
    others = [one for one in query.matches.best if one not in cosines]
    if query.vector is not None and others:
        cosines |= await _store(resources, query).scores(query.vector, others)
    candidates = {*cosines, *others}
    shares = {one: share for one, share in query.matches.shares.items() if one in candidates}
    best = fused(cosines, shares)
    items = await load_items(resources.pool, [hit.content_id for hit in best[: k + SPARE]])
    # An item that was retired between the two reads is left out.
    found = [(items[hit.content_id], hit) for hit in best if hit.content_id in items]
    return Answer(response(found[:k], query.meaning), source)


async def _in_memory(resources: SearchResources, query: Query, k: int, only: Filter) -> Answer:
    """By words alone, if the English model did not encode the query."""
    if query.vector is None or query.meaning is Meaning.MULTILINGUAL:
        if not resources.lexical.last.documents:
            raise SearchUnavailable
        best = fused({}, {one: query.matches.shares[one] for one in query.matches.best})
        found = [(query.matches.best[hit.content_id], hit) for hit in best[:k]]
        return Answer(response(found, Meaning.NONE), "memory")
    items = await asyncio.to_thread(
        search_catalogue, _remembered(resources), query.vector, query.matches.shares, k, only
    )
    return Answer(response(items, query.meaning), "memory")


def _store(resources: SearchResources, query: Query) -> PgVectorStore:
    if query.meaning is Meaning.MULTILINGUAL and resources.multilingual:
        return resources.multilingual.vectors
    return resources.vectors


def _candidates(query: Query, k: int) -> int:
    """Only a query of words needs more items than it returns."""
    return max(k, CANDIDATES) if query.matches.shares else k


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
