"""The routes of missions."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from ai.kit.auth import CurrentCaller
from ai.kit.bodies import read_json
from ai.kit.dependencies import current_resources
from ai.kit.fairness import Budget, Concurrency, while_connected
from ai.kit.fallback import describe_source, source_headers
from ai.missions.service import MissionResources, read_readiness, recommended, similar_missions
from ai.suggestions.service import suggest
from ongoza_contracts.http.missions import (
    MissionKey,
    MissionReadiness,
    MissionsQuery,
    ReadinessQuery,
    RecommendedMissions,
    SimilarMissionsQuery,
)
from ongoza_contracts.http.search import SearchResponse
from ongoza_contracts.http.suggestions import MissionFeedback, MissionFeedbackRequest

CurrentResources = Annotated[MissionResources, Depends(current_resources)]
Key = Annotated[MissionKey, Path(description="The id of the mission, or of its catalogue item.")]

SUGGESTION_COST = 10_000
"""Characters that the model may read for a suggestion; they count as those of `embeddings`."""

router = APIRouter(
    prefix="/api/v1/ai/missions", tags=["missions"], dependencies=[Depends(Concurrency(8))]
)


@router.get(
    "/recommended",
    name="list_recommended",
    response_model_exclude_none=True,
    responses=describe_source(
        {
            "computed": "computed for this request",
            "fallback": "computed from core's data, for a learner whom ai does not know yet",
            "popular": "popular missions, because nothing is known about the learner",
        }
    ),
)
async def recommended_missions(
    request: Request,
    caller: CurrentCaller,
    resources: CurrentResources,
    query: Annotated[MissionsQuery, Query()],
    response: Response,
) -> RecommendedMissions:
    """The missions of the learner's recommendations, best first, with what each takes of their
    work."""
    user_id = query.user_id or caller.user_id
    asked = recommended(resources, caller, user_id, query.limit)
    found, source = await while_connected(request, asked)
    response.headers.update(source_headers(source))
    return found


@router.get(
    "/{mission_id}/readiness",
    name="read_readiness",
    response_model_exclude_none=True,
    responses=describe_source(
        {
            "projection": "the learner's published facts",
            "core": "core's record, for a learner of whom ai has no facts yet",
            "empty": "nothing of the learner, because neither can be read at the moment",
        }
    ),
)
async def mission_readiness(
    request: Request,
    caller: CurrentCaller,
    resources: CurrentResources,
    mission_id: Key,
    query: Annotated[ReadinessQuery, Query()],
    response: Response,
) -> MissionReadiness:
    """What the learner has for a mission, and what shows it: prerequisites, skills and level. It
    advises; nothing is locked by it.

    404 for a mission that is not on offer, and for a learner whom the caller may not read.
    """
    user_id = query.user_id or caller.user_id
    asked = read_readiness(resources, caller, user_id, mission_id)
    found, source = await while_connected(request, asked)
    response.headers.update(source_headers(source))
    return found


@router.get(
    "/{mission_id}/similar",
    name="list_similar",
    response_model_exclude_none=True,
    responses=describe_source(
        {
            "database": "the database",
            "pinecone": "Pinecone, if configured",
            "memory": "the catalogue in memory, while the database is unavailable",
        }
    ),
)
async def missions_like_this(
    request: Request,
    caller: CurrentCaller,
    resources: CurrentResources,
    mission_id: Key,
    query: Annotated[SimilarMissionsQuery, Query()],
    response: Response,
) -> SearchResponse:
    """The missions that are most similar in meaning to a mission; 404 if that is not on offer."""
    found = await while_connected(
        request, similar_missions(resources, caller, mission_id, query.limit)
    )
    response.headers.update(source_headers(found.source))
    return found.body


@router.post(
    "/{mission_id}/feedback",
    name="suggest",
    response_model_exclude_none=True,
)
async def mission_feedback(
    request: Request,
    caller: CurrentCaller,
    resources: CurrentResources,
    mission_id: Key,
    body: Annotated[MissionFeedbackRequest, Depends(read_json(MissionFeedbackRequest))],
) -> MissionFeedback:
    """Suggestions on a draft or an attempt of the caller's, or on an attempt that the caller may
    review: what rules found, each with the passages it rests on. It is no grade, and nothing is
    decided by it; the verdicts and numbers alone are stored beside the submission.

    `missing` names what core could not tell at the moment. 404 for a submission that the caller may
    not read, and for one of another mission.
    """
    budget: Budget = request.app.state.embedding_budget
    budget.spend(caller.user_id, SUGGESTION_COST)
    asked = suggest(resources, caller, mission_id, body.submission_id)
    return await while_connected(request, asked)
