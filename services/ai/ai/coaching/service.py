"""A learner's coaching overview from the nearest source."""

from datetime import UTC, datetime
from typing import Literal, TypeAlias

import asyncpg

from ai.coaching.core_calls import get_overview
from ai.coaching.overview import overview
from ai.kit.auth import Caller, Unauthenticated
from ai.kit.core_client import CoreClient
from ai.kit.fallback import before, deadline_in, first_available
from ai.learners.queries import is_erased
from ai.projections.entities import load
from ongoza_contracts.coaching import GoalUpdated, HabitEntryUpdated, HabitUpdated
from ongoza_contracts.http.coaching import CoachingOverview

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
