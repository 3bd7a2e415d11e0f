"""A learner's coaching overview, advice and nudges, from the nearest source."""

from datetime import UTC, datetime
from typing import Literal, TypeAlias

import asyncpg

from ai.access.service import require_reach
from ai.coaching.core_calls import get_overview, quiet_until
from ai.coaching.overview import overview
from ai.coaching.queries import load_situation
from ai.coaching.rules import advise
from ai.dashboard.service import joined_at
from ai.kit.auth import Caller, Unauthenticated
from ai.kit.core_client import CoreClient, CoreUnavailable
from ai.kit.fallback import before, deadline_in, first_available
from ai.learners.queries import is_erased
from ai.projections.entities import load
from ongoza_contracts.access import Permission
from ongoza_contracts.coaching import GoalUpdated, HabitEntryUpdated, HabitUpdated
from ongoza_contracts.http.coaching import (
    NUDGES_MAX,
    CoachAdvice,
    CoachingOverview,
    CoachPart,
    Nudges,
)

DATABASE_SECONDS = 0.4
CORE_SECONDS = 0.5
"""Together with DATABASE_SECONDS less than the second that a read may take."""

Source: TypeAlias = Literal["projection", "core", "empty"]


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
    return overview(user_id, goals, habits, entries, datetime.now(UTC))


async def read_advice(
    pool: asyncpg.Pool, caller: Caller, user_id: int
) -> tuple[CoachAdvice, Source]:
    """Answers even while the database is unavailable: then without advice.

    Raises NotFound for a learner who is unknown or whom the caller does not reach, and
    Unauthenticated for a caller who was erased.
    """
    await require_reach(pool, caller, Permission.LEARNER_READ, user_id)
    own, now = caller.user_id == user_id, datetime.now(UTC)

    async def projected() -> tuple[CoachAdvice, Source] | None:
        if await joined_at(pool, user_id, own=own) is None:
            return None
        situation = await load_situation(pool, user_id, now, own=own)
        return CoachAdvice(user_id=user_id, advice=advise(situation), as_of=now), "projection"

    async def empty() -> tuple[CoachAdvice, Source]:
        missing = (CoachPart.FACTS,)
        return CoachAdvice(user_id=user_id, advice=(), missing=missing, as_of=now), "empty"

    return await first_available(before(deadline_in(DATABASE_SECONDS), projected), empty)


async def read_nudges(
    core: CoreClient, pool: asyncpg.Pool, caller: Caller
) -> tuple[Nudges, Source]:
    """The caller's most important advice, outside of the quiet hours that core knows.

    Raises Unauthenticated for a caller who was erased, and CoreRefused.
    """
    found, source = await read_advice(pool, caller, caller.user_id)
    nudges = Nudges(
        user_id=caller.user_id,
        nudges=found.advice[:NUDGES_MAX],
        missing=found.missing,
        as_of=found.as_of,
    )
    if not nudges.nudges:
        return nudges, source
    try:
        until = await quiet_until(core.as_caller(caller, budget=CORE_SECONDS), found.as_of)
    except CoreUnavailable:
        missing = (*nudges.missing, CoachPart.PREFERENCES)
        return nudges.model_copy(update={"nudges": (), "missing": missing}), source
    if until is None:
        return nudges, source
    return nudges.model_copy(update={"nudges": (), "quiet_until": until}), source
