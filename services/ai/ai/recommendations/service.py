"""A learner's list from the nearest source: stored, computed, from core, or popular items."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Literal, Protocol, TypeAlias

import asyncpg
import numpy as np

from ai.catalogue.cache import CatalogueCache
from ai.catalogue.catalogue import Catalogue, Item
from ai.catalogue.queries import DIMENSION
from ai.kit.auth import Caller, Unauthenticated
from ai.kit.core_client import CoreCalls, CoreClient, CoreUnavailable
from ai.kit.errors import NotFound, ServiceUnavailable
from ai.kit.fallback import before, deadline_in, first_available
from ai.learners.core_calls import get_learner
from ai.learners.learner import Learner
from ai.learners.queries import is_erased, load_learners
from ai.projections.seen import SeenLearners
from ai.recommendations.core_calls import get_content
from ai.recommendations.empty import why_empty
from ai.recommendations.explaining import explained
from ai.recommendations.lists import Wanted, compute, from_kept, respond
from ai.recommendations.queries import PRECOMPUTED_BODY, PRECOMPUTED_ITEMS
from ongoza_contracts.http.recommendations import LIMIT_DEFAULT, ExplainedResponse

DATABASE_SECONDS = 0.4
CATALOGUE_SECONDS = 0.1
CORE_SECONDS = 0.5 + CATALOGUE_SECONDS
"""Together with DATABASE_SECONDS at most the second that a read may take."""

Source: TypeAlias = Literal["precomputed", "computed", "fallback", "popular"]


class RecommendationsUnavailable(ServiceUnavailable):
    code = "recommendations_unavailable"
    detail = "The catalogue cannot be reached at the moment; try again."


class ListResources(Protocol):
    """The resources that lists need."""

    @property
    def pool(self) -> asyncpg.Pool: ...
    @property
    def core(self) -> CoreClient: ...
    @property
    def catalogues(self) -> CatalogueCache: ...
    @property
    def seen(self) -> SeenLearners: ...


@dataclass(frozen=True, slots=True)
class Answer:
    body: bytes
    source: Source


async def recommend(resources: ListResources, caller: Caller, wanted: Wanted) -> Answer:
    """Answers even while the database or core is unavailable.

    Raises Unauthenticated for a caller who was erased, NotFound for another learner who was,
    CoreRefused when core refuses, and RecommendationsUnavailable while this process has no
    catalogue from the database or from core.
    """
    own = caller.user_id == wanted.user_id
    if own:
        resources.seen.note(caller.user_id)
    return await first_available(
        before(deadline_in(DATABASE_SECONDS), lambda: _from_database(resources, wanted, own=own)),
        lambda: _from_core(resources, caller, wanted),
    )


async def explain(resources: ListResources, wanted: Wanted) -> ExplainedResponse:
    """Raises NotFound for a learner without facts, ServiceUnavailable without the database."""

    async def load() -> tuple[Catalogue, Learner]:
        for learner in await load_learners(resources.pool, [wanted.user_id]):
            return await resources.catalogues.current(), learner
        raise NotFound

    loaded = await first_available(before(deadline_in(DATABASE_SECONDS), load))
    return await asyncio.to_thread(explained, *loaded, wanted)


async def _from_database(resources: ListResources, wanted: Wanted, *, own: bool) -> Answer | None:
    """None when the learner is not projected yet."""
    answer = await _precomputed(resources, wanted)
    return answer or await _computed(resources, wanted, own=own)


async def _precomputed(resources: ListResources, wanted: Wanted) -> Answer | None:
    """None when there is no stored list for the request, or it is stale."""
    if wanted.content_type is not None or wanted.exclude:
        return None  # diversity depends on all items that may be in the list
    if wanted.limit == LIMIT_DEFAULT:
        body = await resources.pool.fetchval(PRECOMPUTED_BODY, wanted.user_id)
        return None if body is None else Answer(body, "precomputed")
    row = await resources.pool.fetchrow(PRECOMPUTED_ITEMS, wanted.user_id)
    if row is None or row["items"] == "[]":
        return None  # of an empty list nothing is stored that says why it is empty
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
    core = resources.core.as_caller(caller, budget=CORE_SECONDS)
    catalogue = await _catalogue(resources.catalogues, core)
    own = caller.user_id == wanted.user_id

    async def fallback() -> Answer:
        learner = await get_learner(core, wanted.user_id, own=own)
        return await _answer(catalogue, learner, wanted, "fallback")

    async def popular() -> Answer:
        return await _answer(catalogue, Learner(wanted.user_id), wanted, "popular")

    return await first_available(fallback, popular)


async def _catalogue(catalogues: CatalogueCache, core: CoreCalls) -> Catalogue:
    """The first catalogue with items: of the database, in memory, of core."""

    async def of_database() -> Catalogue | None:
        return _unless_empty(await catalogues.current())

    async def in_memory() -> Catalogue | None:
        return _unless_empty(catalogues.last)

    return await first_available(
        before(deadline_in(CATALOGUE_SECONDS), of_database),
        in_memory,
        lambda: _catalogue_of_core(catalogues, core),
    )


def _unless_empty(catalogue: Catalogue) -> Catalogue | None:
    return catalogue if catalogue.items else None


async def _catalogue_of_core(catalogues: CatalogueCache, core: CoreCalls) -> Catalogue:
    """The items that core returns in time, without vectors, for a process without catalogue.

    Raises RecommendationsUnavailable when core is unavailable before the first item.
    """
    items: list[Item] = []
    try:
        async for content in get_content(core):
            items.append(  # noqa: PERF401 - items before a failure are used
                Item(**dict(content), retired=False, learners=0)
            )
    except CoreUnavailable as error:
        if not items:
            raise RecommendationsUnavailable from error
        return _without_vectors(_without_courses(items))
    catalogues.remember(_without_vectors(_without_retired_needs(items)))
    return catalogues.last


def _without_retired_needs(items: Sequence[Item]) -> list[Item]:
    """Core lists every item on offer, so the prerequisites that are missing are retired."""
    offered = {item.content_id for item in items}
    return [
        replace(item, prerequisites=tuple(need for need in item.prerequisites if need in offered))
        for item in items
    ]


def _without_courses(items: Sequence[Item]) -> list[Item]:
    """Whether all modules of a course are completed is unknown while some modules are."""
    return [replace(item, course_id=None) for item in items]


def _without_vectors(items: Sequence[Item]) -> Catalogue:
    vectors = np.zeros((len(items), DIMENSION), np.float32)
    return Catalogue(items, vectors, as_of=datetime.now(UTC))


async def _answer(catalogue: Catalogue, learner: Learner, wanted: Wanted, source: Source) -> Answer:
    """Computes on a thread, so that the event loop answers other requests."""
    as_of = catalogue.as_of if source == "popular" else datetime.now(UTC)
    entries = await asyncio.to_thread(
        compute,
        catalogue,
        learner,
        limit=wanted.limit,
        content_type=wanted.content_type,
        exclude=wanted.exclude,
    )
    recommendations = [entry.recommendation for entry in entries]
    empty = None if entries else why_empty(catalogue, learner)
    body = respond(learner.user_id, recommendations, as_of, empty)
    return Answer(body, source)
