"""The routes of a learner's dashboard."""

import asyncio
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from ai.dashboard.service import DashboardResources, read_activity, read_forecast
from ai.dashboard.weeks import insights, trends
from ai.kit.auth import CurrentCaller
from ai.kit.dependencies import current_resources
from ai.kit.fairness import Concurrency
from ai.kit.fallback import describe_source, source_headers
from ongoza_contracts.http.dashboard import DashboardQuery, Forecast, Insights, Trends

SOURCES = {
    "projection": "the learner's published facts",
    "core": "core's record, for a caller of whom ai has no facts yet or cannot read them",
    "empty": "nothing, because neither can be read at the moment",
}

CurrentResources = Annotated[DashboardResources, Depends(current_resources)]

router = APIRouter(
    prefix="/api/v1/student/dashboard", tags=["dashboard"], dependencies=[Depends(Concurrency(8))]
)


def wanted_user(caller: CurrentCaller, query: Annotated[DashboardQuery, Query()]) -> int:
    return query.user_id or caller.user_id


WantedUser = Annotated[int, Depends(wanted_user)]


@router.get(
    "/forecast",
    name="read_forecast",
    response_model_exclude_none=True,
    responses=describe_source(SOURCES),
)
async def completion_forecast(
    caller: CurrentCaller, resources: CurrentResources, user_id: WantedUser, response: Response
) -> Forecast:
    """When the caller, or a learner whom the caller may read, will have completed what the program
    requires: an 80 % interval of days, from the learner's pace.

    `state` says why there is none. `missing` names what could not be read at the moment; core's
    record has the requirements, but not the times for a forecast.
    """
    found, source = await read_forecast(resources, caller, user_id)
    response.headers.update(source_headers(source))
    return found


@router.get(
    "/trends",
    name="read_trends",
    response_model_exclude_none=True,
    responses=describe_source(SOURCES),
)
async def weekly_trends(
    caller: CurrentCaller, resources: CurrentResources, user_id: WantedUser, response: Response
) -> Trends:
    """Completions and minutes by week and by track, of the caller or of a learner whom the caller
    may read, compared with the same learner's earlier weeks."""
    activity, source = await read_activity(resources, caller, user_id)
    response.headers.update(source_headers(source))
    return await asyncio.to_thread(trends, activity, datetime.now(UTC))


@router.get(
    "/insights",
    name="read_insights",
    response_model_exclude_none=True,
    responses=describe_source(SOURCES),
)
async def weekly_insights(
    caller: CurrentCaller, resources: CurrentResources, user_id: WantedUser, response: Response
) -> Insights:
    """What the weeks of the caller, or of a learner whom the caller may read, come to: means,
    changes and streaks of weeks. Nobody is compared with others."""
    activity, source = await read_activity(resources, caller, user_id)
    response.headers.update(source_headers(source))
    return await asyncio.to_thread(insights, activity, datetime.now(UTC))
