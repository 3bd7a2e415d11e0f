"""A learner's dashboard from the nearest source."""

import asyncio
from datetime import UTC, datetime
from typing import Literal, Protocol, TypeAlias

import asyncpg

from ai.access.service import require_reach
from ai.dashboard.core_calls import get_activity, get_requirements
from ai.dashboard.fitting import fit
from ai.dashboard.forecast import forecast, of_state, unavailable
from ai.dashboard.pace import DEFAULT_PRIOR
from ai.dashboard.queries import (
    load_active_enrolment,
    load_enrolments,
    load_joined_at,
    load_weeks,
)
from ai.dashboard.weeks import Activity
from ai.kit.auth import Caller, Unauthenticated
from ai.kit.core_client import CoreClient
from ai.kit.errors import NotFound
from ai.kit.fallback import before, deadline_in, first_available
from ai.learners.queries import is_erased
from ongoza_contracts.access import Permission
from ongoza_contracts.http.dashboard import DashboardPart, Forecast, ForecastState

DATABASE_SECONDS = 0.4
CORE_SECONDS = 0.5
"""Together with DATABASE_SECONDS less than the second that a read may take."""

Source: TypeAlias = Literal["projection", "core", "empty"]


class PriorCache:
    """Keeps the distribution of pace over all learners in memory."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool
        self.last = DEFAULT_PRIOR
        """That of the last fit."""

    async def refresh(self) -> bool:
        """Fits it again; True while there are no enrolments."""
        enrolments, now = await load_enrolments(self._pool), datetime.now(UTC)
        histories = [one.history(now) for one in enrolments if one.required]
        self.last = await asyncio.to_thread(fit, histories)
        return not histories


class DashboardResources(Protocol):
    """The resources that the dashboard needs."""

    @property
    def pool(self) -> asyncpg.Pool: ...
    @property
    def core(self) -> CoreClient: ...
    @property
    def priors(self) -> PriorCache: ...


async def read_forecast(
    resources: DashboardResources, caller: Caller, user_id: int
) -> tuple[Forecast, Source]:
    """Answers even while the database and core are unavailable: then nothing is known.

    Raises NotFound for a learner who is unknown or whom the caller does not reach, Unauthenticated
    for a caller who was erased, and CoreRefused.
    """
    await require_reach(resources.pool, caller, Permission.LEARNER_READ, user_id)
    prior, own = resources.priors.last, caller.user_id == user_id

    async def projected() -> tuple[Forecast, Source] | None:
        now = datetime.now(UTC)
        enrolment = await load_active_enrolment(resources.pool, user_id)
        if enrolment is not None:
            # On a thread, so that the event loop answers other requests.
            return await asyncio.to_thread(forecast, enrolment, prior, now), "projection"
        if await joined_at(resources.pool, user_id, own=own) is None:
            return None
        return of_state(ForecastState.NO_ENROLMENT, user_id, prior, now), "projection"

    async def of_core() -> tuple[Forecast, Source] | None:
        """Core lists the caller's own enrolments, so it is not asked about another's."""
        if not own:
            return None
        calls = resources.core.as_caller(caller, budget=CORE_SECONDS)
        return await get_requirements(calls, user_id, prior), "core"

    async def empty() -> tuple[Forecast, Source]:
        missing = [DashboardPart.ENROLMENT]
        return unavailable(user_id, prior, datetime.now(UTC), missing), "empty"

    return await first_available(before(deadline_in(DATABASE_SECONDS), projected), of_core, empty)


async def read_activity(
    resources: DashboardResources, caller: Caller, user_id: int
) -> tuple[Activity, Source]:
    """What the learner completed, for trends and insights. Raises like `read_forecast`."""
    await require_reach(resources.pool, caller, Permission.LEARNER_READ, user_id)
    own = caller.user_id == user_id

    async def projected() -> tuple[Activity, Source] | None:
        joined = await joined_at(resources.pool, user_id, own=own)
        if joined is None:
            return None
        rows = await load_weeks(resources.pool, user_id, datetime.now(UTC))
        return Activity(user_id, joined, rows), "projection"

    async def of_core() -> tuple[Activity, Source]:
        calls = resources.core.as_caller(caller, budget=CORE_SECONDS)
        return await get_activity(calls, user_id), "core"

    async def empty() -> tuple[Activity, Source]:
        missing = (DashboardPart.COMPLETIONS, DashboardPart.CONTENT)
        return Activity(user_id, None, (), missing), "empty"

    return await first_available(before(deadline_in(DATABASE_SECONDS), projected), of_core, empty)


async def joined_at(pool: asyncpg.Pool, user_id: int, *, own: bool) -> datetime | None:
    """None for a caller whose account is not projected yet.

    Raises NotFound for another learner who is not, and Unauthenticated for a caller who was erased.
    """
    joined = await load_joined_at(pool, user_id)
    if joined is None and not own:
        raise NotFound
    if joined is None and await is_erased(pool, user_id):
        raise Unauthenticated
    return joined
