"""A learner's list from the nearest source: stored, computed, from core, or popular items."""

import asyncio
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Literal, Protocol, TypeAlias, TypeVar, get_args

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
from ai.recommendations.explaining import explained
from ai.recommendations.lists import (
    ListItems,
    Note,
    Wanted,
    compute,
    list_items,
    respond,
    text_in,
    unpack,
)
from ai.recommendations.queries import load_texts, may_be_shown
from ai.recommendations.stored_lists import DATABASE_SECONDS, StoredLists
from ongoza_contracts.http.recommendations import ExplainedResponse

CATALOGUE_SECONDS = 0.1
CORE_SECONDS = 0.5 + CATALOGUE_SECONDS
"""Together with DATABASE_SECONDS at most the second that a read may take."""

COMPUTED_AT_ONCE = 1
"""While a process computes so many lists for requests, others are answered with earlier lists, so
that a burst of facts does not slow every read."""
COMPUTE_SECONDS = 0.2
"""After this time as well the earlier list is the answer."""

T = TypeVar("T")
Source: TypeAlias = Literal["precomputed", "computed", "fallback", "popular"]
SOURCES: tuple[Source, ...] = get_args(Source)


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
    @property
    def stored_lists(self) -> StoredLists: ...


@dataclass(frozen=True, slots=True)
class Answer:
    body: bytes
    source: Source


class Computations:
    """The lists that this process computes for requests at the moment."""

    def __init__(self) -> None:
        self.running = 0

    def start(self, computing: Coroutine[Any, Any, T]) -> "asyncio.Task[T]":
        """Counts from this call, so that requests of the same moment see each other."""
        self.running += 1
        task = asyncio.create_task(computing)
        task.add_done_callback(self._end)
        return task

    def _end(self, task: "asyncio.Task[Any]") -> None:
        self.running -= 1
        if not task.cancelled():
            task.exception()  # nobody may wait for it any more; asyncio would log it otherwise


_computations = Computations()


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
        lambda: _from_database(resources, wanted, own=own),
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
    """None when the learner is not projected yet. Gives up after DATABASE_SECONDS."""
    deadline, row = deadline_in(DATABASE_SECONDS), None
    if wanted.content_type is None and not wanted.exclude:  # diversity depends on all in the list
        row = await resources.stored_lists.read(wanted.user_id)
    if row is not None and (answer := _answer_from_memory(resources.catalogues.last, wanted, row)):
        return answer  # without a timer of its own, which takes a twentieth of such an answer
    async with asyncio.timeout_at(deadline):
        return await _nearest(resources, wanted, row, own=own)


def _answer_from_memory(catalogue: Catalogue, wanted: Wanted, row: asyncpg.Record) -> Answer | None:
    """The stored list, if it is up to date and the texts of all its items are in memory."""
    if row["is_marked"] or not row["is_current"]:
        return None
    items, note = unpack(row["lines"], wanted.limit)
    texts = [catalogue.texts.get(one, b"") for one in items.content_ids]
    if not texts or not all(texts):
        return None
    body = respond(wanted.user_id, items.ratings, texts, row["computed_at"], wanted.limit, note)
    return Answer(body, "precomputed")


async def _nearest(
    resources: ListResources, wanted: Wanted, row: asyncpg.Record | None, *, own: bool
) -> Answer | None:
    """A list that is behind is computed for the request, unless this process computes as many as
    it should, or takes long: then the earlier one is the answer, and its `as_of` says so."""
    if row is None:
        return await _computations.start(_computed(resources, wanted, own=own))
    if answer := await _up_to_date(resources, wanted, row):
        return answer
    if _computations.running < COMPUTED_AT_ONCE:
        computing = _computations.start(_computed(resources, wanted, own=own))
        # Not cancelled after the time, because its thread goes on: it counts until it ends.
        if (await asyncio.wait({computing}, timeout=COMPUTE_SECONDS))[0]:
            return computing.result()
    earlier = await _earlier(resources, wanted, row)
    return earlier or await _computations.start(_computed(resources, wanted, own=own))


async def _up_to_date(
    resources: ListResources, wanted: Wanted, row: asyncpg.Record
) -> Answer | None:
    """None for a marked learner. After a change of the catalogue every item must be allowed still,
    and an empty list is never up to date, because there may be items to offer."""
    if row["is_marked"]:
        return None
    items, note = unpack(row["lines"], wanted.limit)
    if not row["is_current"]:
        allowed = await may_be_shown(resources.pool, wanted.user_id, items.content_ids)
        if not allowed or len(allowed) < len(items.content_ids):
            return None
    return await _precomputed(resources, wanted, row["computed_at"], items, note)


async def _earlier(resources: ListResources, wanted: Wanted, row: asyncpg.Record) -> Answer | None:
    """The stored list without what facts since then forbid; None when nothing is left."""
    items, note = unpack(row["lines"], 2 * wanted.limit)
    allowed = await may_be_shown(resources.pool, wanted.user_id, items.content_ids)
    if not allowed:
        return None
    shown = [one for one in zip(*items, strict=True) if one[0] in allowed][: wanted.limit]
    left = ListItems(*zip(*shown, strict=True))
    earlier = note._replace(short=b"")
    return await _precomputed(resources, wanted, row["computed_at"], left, earlier)


async def _precomputed(
    resources: ListResources,
    wanted: Wanted,
    as_of: datetime,
    shown: ListItems,
    note: Note,
) -> Answer:
    texts = await load_texts(resources.pool, resources.catalogues.last, shown.content_ids)
    body = respond(wanted.user_id, shown.ratings, texts, as_of, wanted.limit, note)
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
    entries, note = await asyncio.to_thread(
        compute,
        catalogue,
        learner,
        limit=wanted.limit,
        content_type=wanted.content_type,
        exclude=wanted.exclude,
    )
    texts = [text_in(catalogue, one.item.content_id) for one in entries]
    body = respond(learner.user_id, list_items(entries).ratings, texts, as_of, wanted.limit, note)
    return Answer(body, source)
