"""The routes of a learner's coaching."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from ai.coaching.service import CoachResources, read_advice, read_nudges, read_overview
from ai.kit.auth import PrivateCaller
from ai.kit.dependencies import CurrentCore, CurrentPool, current_resources
from ai.kit.fairness import Concurrency
from ai.kit.fallback import describe_source, source_headers
from ongoza_contracts.http.coaching import CoachAdvice, CoachingOverview, Nudges
from ongoza_contracts.http.dashboard import DashboardQuery

CurrentResources = Annotated[CoachResources, Depends(current_resources)]

SOURCES = {
    "projection": "the learner's published facts",
    "empty": "nothing, because they cannot be read at the moment, or ai has none yet",
}

router = APIRouter(
    prefix="/api/v1/student/coaching", tags=["coaching"], dependencies=[Depends(Concurrency(8))]
)


@router.get(
    "/overview",
    name="read_overview",
    response_model_exclude_none=True,
    responses=describe_source(
        {
            "projection": "the learner's published facts",
            "core": "core's record, for a learner of whom ai has no facts yet",
            "empty": "nothing, because neither can be read at the moment",
        }
    ),
)
async def coaching_overview(
    caller: PrivateCaller, core: CurrentCore, pool: CurrentPool, response: Response
) -> CoachingOverview:
    """The caller's streaks, and goals by state. Advice may follow from it; nothing is locked by it.

    A day counts as missed once it is over in every time zone.
    """
    found, source = await read_overview(core, pool, caller)
    response.headers.update(source_headers(source))
    return found


@router.get(
    "/ai-coach",
    name="read_advice",
    response_model_exclude_none=True,
    responses=describe_source(SOURCES),
)
async def coach_advice(
    caller: PrivateCaller,
    resources: CurrentResources,
    query: Annotated[DashboardQuery, Query()],
    response: Response,
) -> CoachAdvice:
    """Advice by rules from the facts of the caller, or of a learner whom the caller may read: what
    to do, why now, and the facts it rests on. Nothing is locked by it."""
    found, source = await read_advice(resources, caller, query.user_id or caller.user_id)
    response.headers.update(source_headers(source))
    return found


@router.get(
    "/nudges",
    name="read_nudges",
    response_model_exclude_none=True,
    responses=describe_source(SOURCES),
)
async def coach_nudges(
    caller: PrivateCaller, resources: CurrentResources, response: Response
) -> Nudges:
    """The caller's most important advice, at most three a day unless configured otherwise, the same
    ones for the whole day in their time zone; none in the quiet hours of `users/me/preferences/`,
    nor where `nudges` is off there."""
    found, source = await read_nudges(resources, caller)
    response.headers.update(source_headers(source))
    return found
