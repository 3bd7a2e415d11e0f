"""A learner's list, from the nearest place that has it: kept, computed, from core, or popular."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal, Protocol, TypeAlias

import asyncpg
import numpy as np

from ai.catalogue.cache import CatalogueCache
from ai.catalogue.catalogue import Catalogue, Item
from ai.catalogue.queries import DIMENSION
from ai.kit.auth import Caller, Unauthenticated
from ai.kit.core_client import CoreCalls, CoreClient, CoreUnavailable
from ai.kit.db import UNAVAILABLE
from ai.kit.errors import NotFound, ServiceUnavailable
from ai.kit.trace import request_id
from ai.learners.learner import Learner
from ai.learners.queries import is_erased, load_learners
from ai.recommendations.core_calls import get_content, get_learner
from ai.recommendations.lists import compute, from_kept, respond
from ai.recommendations.queries import PRECOMPUTED_BODY, PRECOMPUTED_ITEMS
from ongoza_contracts.http.recommendations import LIMIT_DEFAULT
from ongoza_contracts.vocabulary import ContentType

DATABASE_SECONDS = 0.4
CORE_SECONDS = 0.5
"""Together below the second that a read may take."""

Source: TypeAlias = Literal["precomputed", "computed", "fallback", "popular"]

log = logging.getLogger(__name__)


class RecommendationsUnavailable(ServiceUnavailable):
    code = "recommendations_unavailable"
    detail = "The catalogue cannot be reached at the moment; try again."


class ListResources(Protocol):
    """What lists are computed from."""

    @property
    def pool(self) -> asyncpg.Pool: ...
    @property
    def core(self) -> CoreClient: ...
    @property
    def catalogues(self) -> CatalogueCache: ...


@dataclass(frozen=True, slots=True)
class Wanted:
    user_id: int
    content_type: ContentType | None = None
    limit: int = LIMIT_DEFAULT
    exclude: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Answer:
    body: bytes
    source: Source


async def recommend(resources: ListResources, caller: Caller, wanted: Wanted) -> Answer:
    """An answer whatever is down.

    Raises Unauthenticated for a caller who was erased, NotFound for another learner who was,
    CoreRefused when core says no, and RecommendationsUnavailable when neither the database nor
    core has told this process the catalogue yet.
    """
    own = caller.user_id == wanted.user_id
    answer = await _from_database(resources, wanted, own=own)
    return answer or await _from_core(resources, caller, wanted)


async def _from_database(resources: ListResources, wanted: Wanted, *, own: bool) -> Answer | None:
    """None when the learner is not known here, or the database does not answer."""
    try:
        async with asyncio.timeout(DATABASE_SECONDS):
            kept = await _precomputed(resources, wanted)
            return kept or await _computed(resources, wanted, own=own)
    except UNAVAILABLE as error:
        log.warning("database: %s request_id=%s", type(error).__name__, request_id())
        return None


async def _precomputed(resources: ListResources, wanted: Wanted) -> Answer | None:
    """None also when something changed since that the list does not show."""
    if wanted.content_type is not None or wanted.exclude:
        return None  # diversity is among the items that may be in a list, so it is another list
    if wanted.limit == LIMIT_DEFAULT:
        body = await resources.pool.fetchval(PRECOMPUTED_BODY, wanted.user_id)
        return None if body is None else Answer(body, "precomputed")
    row = await resources.pool.fetchrow(PRECOMPUTED_ITEMS, wanted.user_id)
    if row is None:
        return None
    body = from_kept(wanted.user_id, row["items"], wanted.limit, row["computed_at"])
    return Answer(body, "precomputed")


async def _computed(resources: ListResources, wanted: Wanted, *, own: bool) -> Answer | None:
    learners = await load_learners(resources.pool, [wanted.user_id])
    if learners:
        catalogue = await resources.catalogues.current()
        return await _answer(catalogue, learners[0], wanted, "computed")
    if await is_erased(resources.pool, wanted.user_id):
        raise Unauthenticated if own else NotFound
    return None


async def _from_core(resources: ListResources, caller: Caller, wanted: Wanted) -> Answer:
    own = caller.user_id == wanted.user_id
    known = await _known_catalogue(resources.catalogues)
    core = resources.core.as_caller(caller, budget=CORE_SECONDS)
    catalogue = known if known.items else await _catalogue_of_core(resources.catalogues, core)
    try:
        learner = await get_learner(core, wanted.user_id, own=own)
    except CoreUnavailable:
        return await _answer(catalogue, Learner(wanted.user_id), wanted, "popular")
    return await _answer(catalogue, learner, wanted, "fallback")


async def _known_catalogue(catalogues: CatalogueCache) -> Catalogue:
    """As it is now, or as it was when the database last answered."""
    try:
        async with asyncio.timeout(DATABASE_SECONDS / 4):
            return await catalogues.current()
    except UNAVAILABLE:
        return catalogues.last


async def _catalogue_of_core(catalogues: CatalogueCache, core: CoreCalls) -> Catalogue:
    """What core offers, without vectors, for a process whose memory is still empty; as much of it
    as core returns in time. Raises RecommendationsUnavailable when that is nothing.
    """
    items: list[Item] = []
    try:
        async for content in get_content(core):
            items.append(  # noqa: PERF401 - what came before a failure is used
                Item(**dict(content), retired=False, learners=0)
            )
    except CoreUnavailable as error:
        if not items:
            raise RecommendationsUnavailable from error
        return _without_vectors(items)
    catalogues.remember(_without_vectors(items))
    return catalogues.last


def _without_vectors(items: Sequence[Item]) -> Catalogue:
    vectors = np.zeros((len(items), DIMENSION), np.float32)
    return Catalogue(items, vectors, as_of=datetime.now(UTC))


async def _answer(catalogue: Catalogue, learner: Learner, wanted: Wanted, source: Source) -> Answer:
    """Computed on a thread: the loop goes on answering others."""
    as_of = catalogue.as_of if source == "popular" else datetime.now(UTC)
    entries = await asyncio.to_thread(
        compute,
        catalogue,
        learner,
        limit=wanted.limit,
        content_type=wanted.content_type,
        exclude=wanted.exclude,
    )
    body = respond(learner.user_id, [entry.recommendation for entry in entries], as_of)
    return Answer(body, source)
