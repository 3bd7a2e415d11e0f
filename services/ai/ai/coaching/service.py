"""A learner's coaching overview, advice and nudges, from the nearest source."""

import asyncio
import logging
from collections.abc import Mapping, Sequence, Set
from datetime import UTC, date, datetime
from typing import Literal, Protocol, TypeAlias
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg

from ai.access.service import require_reach
from ai.coaching.core_calls import get_extension, get_overview, get_preferences, quiet_until
from ai.coaching.overview import overview
from ai.coaching.queries import give_nudges, load_dismissed, load_situation
from ai.coaching.rules import Situation, advise
from ai.coaching.wordings import Wordings
from ai.dashboard.service import joined_at
from ai.kit.auth import Caller, Unauthenticated
from ai.kit.core_client import CoreCalls, CoreClient, CoreUnavailable
from ai.kit.db import UNAVAILABLE
from ai.kit.fallback import before, deadline_in, first_available
from ai.kit.settings import Settings
from ai.learners.queries import is_erased
from ai.projections.entities import load
from ongoza_contracts.access import Permission
from ongoza_contracts.coaching import GoalUpdated, HabitEntryUpdated, HabitUpdated
from ongoza_contracts.http.coaching import (
    Advice,
    CoachAdvice,
    CoachingOverview,
    CoachPart,
    Nudges,
)
from ongoza_contracts.list_views import DismissalKind

DATABASE_SECONDS = 0.4
CORE_SECONDS, PREFERENCES_SECONDS, GIVEN_SECONDS = 0.25, 0.2, 0.1
"""Together with DATABASE_SECONDS less than the second that a read may take."""

Source: TypeAlias = Literal["projection", "core", "empty"]

log = logging.getLogger(__name__)


class CoachResources(Protocol):
    """The resources that advice needs."""

    @property
    def settings(self) -> Settings: ...
    @property
    def pool(self) -> asyncpg.Pool: ...
    @property
    def core(self) -> CoreClient: ...
    @property
    def wordings(self) -> Wordings: ...


async def read_overview(
    core: CoreClient, pool: asyncpg.Pool, caller: Caller
) -> tuple[CoachingOverview, Source]:
    """Answers even while the database and core are unavailable: then nothing is known.

    Raises Unauthenticated for a caller who was erased, and CoreRefused.
    """

    async def projected() -> tuple[CoachingOverview, Source] | None:
        found = await _from_projections(pool, caller.user_id)
        return None if found is None else (found, "projection")

    async def of_core() -> tuple[CoachingOverview, Source]:
        return await get_overview(core.as_caller(caller, budget=CORE_SECONDS)), "core"

    async def empty() -> tuple[CoachingOverview, Source]:
        return overview(caller.user_id, (), (), (), datetime.now(UTC)), "empty"

    return await first_available(before(deadline_in(DATABASE_SECONDS), projected), of_core, empty)


async def _from_projections(pool: asyncpg.Pool, user_id: int) -> CoachingOverview | None:
    """None for a learner of whom no goal and no habit is projected."""
    goals = (await load(pool, GoalUpdated, [user_id])).get(user_id, [])
    habits = (await load(pool, HabitUpdated, [user_id])).get(user_id, [])
    if not goals and not habits:
        if await is_erased(pool, user_id):
            raise Unauthenticated
        return None
    entries = (await load(pool, HabitEntryUpdated, [user_id])).get(user_id, [])
    # On a thread, so that the event loop answers other requests.
    return await asyncio.to_thread(overview, user_id, goals, habits, entries, datetime.now(UTC))


async def read_advice(
    resources: CoachResources, caller: Caller, user_id: int, *, as_nudges: bool = False
) -> tuple[CoachAdvice, Source]:
    """Answers even while the database is unavailable: then without advice. What the learner
    dismissed is left out, and of nudges what they dismissed as such.

    Raises NotFound for a learner who is unknown or whom the caller does not reach, Unauthenticated
    for a caller who was erased, and CoreRefused.
    """
    pool, core = resources.pool, resources.core
    await require_reach(pool, caller, Permission.LEARNER_READ, user_id)
    own, now = caller.user_id == user_id, datetime.now(UTC)
    kinds = (DismissalKind.ADVICE, *((DismissalKind.NUDGE,) if as_nudges else ()))

    async def projected() -> tuple[tuple[Situation, Set[str]], Source] | None:
        if await joined_at(pool, user_id, own=own) is None:
            return None
        situation = await load_situation(pool, user_id, now, own=own)
        return (situation, await load_dismissed(pool, user_id, *kinds)), "projection"

    async def empty() -> tuple[tuple[Situation, Set[str]], Source]:
        return (Situation(now), set()), "empty"

    query = before(deadline_in(DATABASE_SECONDS), projected)
    (situation, dismissed), source = await first_available(query, empty)
    missing: tuple[CoachPart, ...] = (CoachPart.FACTS,) if source == "empty" else ()
    try:
        calls = core.as_caller(caller, budget=CORE_SECONDS)
        situation = situation._replace(extensions=await _extensions(calls, user_id, situation))
    except CoreUnavailable:
        missing = (*missing, CoachPart.EXTENSIONS)
    # On a thread, so that the event loop answers other requests.
    advised = await asyncio.to_thread(advise, situation)
    advice = resources.wordings.reword([one for one in advised if one.id not in dismissed])
    return CoachAdvice(user_id=user_id, advice=advice, missing=missing, as_of=now), source


async def _extensions(
    core: CoreCalls, user_id: int, situation: Situation
) -> Mapping[UUID, datetime]:
    """Of the missions of the learner's drafts that have a due time."""
    dated = [one.mission_id for one in situation.missions.values() if one.due_at]
    found = await asyncio.gather(*(get_extension(core, one, user_id) for one in dated))
    return {key: until for key, until in zip(dated, found, strict=True) if until}


async def read_nudges(resources: CoachResources, caller: Caller) -> tuple[Nudges, Source]:
    """The caller's nudges of their day: none in the quiet hours that core knows, nor for a caller
    who has switched nudges off, nor while the given ones cannot be read.

    Raises Unauthenticated for a caller who was erased, and CoreRefused.
    """
    found, source = await read_advice(resources, caller, caller.user_id, as_nudges=True)
    none = Nudges(user_id=caller.user_id, nudges=(), missing=found.missing, as_of=found.as_of)
    if not found.advice:
        return none, source
    try:
        calls = resources.core.as_caller(caller, budget=PREFERENCES_SECONDS)
        chosen = await get_preferences(calls)
    except CoreUnavailable:
        return _without(none, CoachPart.PREFERENCES), source
    until = quiet_until(chosen, found.as_of)
    if not chosen.nudges or until is not None:
        silent = {"off": not chosen.nudges, "quiet_until": until}
        return none.model_copy(update=silent), source
    day = found.as_of.astimezone(ZoneInfo(chosen.time_zone)).date()
    try:
        given = await _given(resources, caller.user_id, day, found.advice)
    except UNAVAILABLE as error:
        log.warning("nudges: database: %s", type(error).__name__)
        return _without(none, CoachPart.GIVEN), source
    return none.model_copy(update={"nudges": given}), source


async def _given(
    resources: CoachResources, user_id: int, day: date, advice: Sequence[Advice]
) -> tuple[Advice, ...]:
    ids, limit = [one.id for one in advice], resources.settings.nudges_per_day
    async with asyncio.timeout(GIVEN_SECONDS):
        given = await give_nudges(resources.pool, user_id, day, ids, limit)
    return tuple(one for one in advice if one.id in given)


def _without(nudges: Nudges, part: CoachPart) -> Nudges:
    return nudges.model_copy(update={"missing": (*nudges.missing, part)})
