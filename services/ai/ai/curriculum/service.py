"""What is known of a learner and a role, from the nearest sources."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal, Protocol, TypeAlias, TypeVar

import asyncpg

from ai.access.service import require_reach
from ai.catalogue.cache import CatalogueCache
from ai.catalogue.catalogue import Catalogue
from ai.curriculum.answers import Question
from ai.curriculum.core_calls import get_competency
from ai.curriculum.queries import load_program
from ai.curriculum.steps import curriculum_of
from ai.curriculum.targets import Competency, Target, of_competency, of_program, of_track
from ai.kit.auth import Caller, Unauthenticated
from ai.kit.core_client import CoreCalls, CoreClient, CoreUnavailable
from ai.kit.errors import NotFound
from ai.kit.fallback import before, deadline_in, first_available
from ai.learners.core_calls import get_learner
from ai.learners.learner import Learner
from ai.learners.queries import is_erased, load_learners
from ongoza_contracts.access import Permission
from ongoza_contracts.http.curriculum import CurriculumRole, MissingPart, RoleKind
from ongoza_contracts.programs import ProgramVersionPublished
from ongoza_contracts.vocabulary import Track

DATABASE_SECONDS = 0.4
CATALOGUE_SECONDS = 0.1
CORE_SECONDS = 0.8
"""From the beginning of the request: it leaves the computation the rest of the second."""

Source: TypeAlias = Literal["projection", "core", "empty"]
T = TypeVar("T")


class CurriculumResources(Protocol):
    """The resources that the curriculum needs."""

    @property
    def pool(self) -> asyncpg.Pool: ...
    @property
    def core(self) -> CoreClient: ...
    @property
    def catalogues(self) -> CatalogueCache: ...


@dataclass(frozen=True, slots=True)
class Known:
    """A learner and the catalogue, which is empty where it could not be read."""

    learner: Learner
    catalogue: Catalogue
    source: Source
    program: ProgramVersionPublished | None = None

    @property
    def missing(self) -> tuple[MissingPart, ...]:
        parts = {
            MissingPart.CATALOGUE: not self.catalogue.items,
            MissingPart.LEARNER: self.source == "empty",
        }
        return tuple(part for part, is_missing in parts.items() if is_missing)


async def answer(
    resources: CurriculumResources,
    caller: Caller,
    user_id: int,
    role: str | None,
    compute: Callable[[Question], T],
) -> tuple[T, Source]:
    """Answers even while the database and core are unavailable, and says then what is missing.

    Raises NotFound for a learner whom the caller does not reach and for one who was erased,
    Unauthenticated for a caller who was, UnknownRole, CoreRefused, and ServiceUnavailable where
    reach has to be read from the database and cannot be.
    """
    core = resources.core.as_caller(caller, budget=CORE_SECONDS)
    await require_reach(resources.pool, caller, Permission.LEARNER_READ, user_id)
    known, competency = await asyncio.gather(
        load_known(resources, core, caller, user_id), _competency(core, role)
    )
    # On a thread, so that the event loop answers other requests.
    found = await asyncio.to_thread(lambda: compute(_question(known, role, competency)))
    return found, known.source


async def load_known(
    resources: CurriculumResources, core: CoreCalls, caller: Caller, user_id: int
) -> Known:
    """Raises NotFound, Unauthenticated for a caller who was erased, and CoreRefused."""
    own = caller.user_id == user_id

    async def of_database() -> Known | None:
        return await _from_database(resources, user_id, own=own)

    async def of_core() -> Known:
        learner = await get_learner(core, user_id, own=own)
        return Known(learner, await _catalogue(resources.catalogues), "core")

    async def empty() -> Known:
        return Known(Learner(user_id), await _catalogue(resources.catalogues), "empty")

    return await first_available(before(deadline_in(DATABASE_SECONDS), of_database), of_core, empty)


async def _from_database(
    resources: CurriculumResources, user_id: int, *, own: bool
) -> Known | None:
    """None when the learner is not projected yet."""
    for learner in await load_learners(resources.pool, [user_id]):
        catalogue = await resources.catalogues.current()
        program = await load_program(resources.pool, user_id)
        return Known(learner, catalogue, "projection", program)
    if await is_erased(resources.pool, user_id):
        raise Unauthenticated if own else NotFound
    return None


async def _catalogue(catalogues: CatalogueCache) -> Catalogue:
    """That of the database, else the one in memory, which may have no items."""

    async def in_memory() -> Catalogue:
        return catalogues.last

    return await first_available(
        before(deadline_in(CATALOGUE_SECONDS), catalogues.current), in_memory
    )


async def _competency(core: CoreCalls, role: str | None) -> Competency | None:
    """None for another kind of role, and while core is unavailable."""
    if role is None or role in list(Track):
        return None
    try:
        return await get_competency(core, role)
    except CoreUnavailable:
        return None


def _question(known: Known, role: str | None, competency: Competency | None) -> Question:
    curriculum = curriculum_of(known.catalogue, known.learner)
    missing = known.missing
    target: Target | None = None
    if competency:
        target = of_competency(curriculum, competency)
    elif role and role not in list(Track):
        missing = (*missing, MissingPart.ROLE)
        target = Target(CurriculumRole(kind=RoleKind.COMPETENCY, role=role))
    elif role:
        target = of_track(curriculum, Track(role))
    elif known.program:
        target = of_program(curriculum, known.program)
    elif known.learner.profile:
        target = of_track(curriculum, known.learner.profile.primary)
    return Question(known.learner, curriculum, target, missing, datetime.now(UTC))
