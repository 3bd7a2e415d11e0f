"""What a learner could do next."""

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.routing import APIRoute

from ai.kit.auth import Caller, CurrentCaller, current_caller, may_see
from ai.kit.bodies import read_json
from ai.kit.errors import NotFound
from ai.recommendations.service import Wanted, recommend
from ai.resources import CurrentResources, Resources
from ongoza_contracts.http.recommendations import (
    LIMIT_DEFAULT,
    LIMIT_MAX,
    RecommendationRequest,
    RecommendationResponse,
)
from ongoza_contracts.vocabulary import ID_MAX, ContentType

SOURCE_HEADER = "X-Recommendations-Source"
DESCRIPTION = {
    "description": "Best first. The order balances fit with variety, so scores need not fall.",
    "headers": {
        SOURCE_HEADER: {
            "description": "Where the list comes from: `precomputed`, `computed` just now, "
            "`fallback` (the learner is new here: from what core says), or `popular` (nothing "
            "could be asked about the learner).",
            "schema": {"enum": ["precomputed", "computed", "fallback", "popular"]},
        }
    },
}


class OwnListRoute(APIRoute):
    """The plain request for one's own list, by far the most frequent one, needs none of FastAPI's
    solving of dependencies, which takes longer than everything else in it."""

    def get_route_handler(self) -> Callable[[Request], Awaitable[Response]]:
        usual = super().get_route_handler()

        async def handle(request: Request) -> Response:
            if request.method != "GET" or request.scope["query_string"]:
                return await usual(request)
            caller = await current_caller(request)
            return await _response(request.app.state.resources, caller, Wanted(caller.user_id))

        return handle


router = APIRouter(prefix="/api/v1", tags=["recommendations"], route_class=OwnListRoute)


@router.get("/recommendations", response_model=RecommendationResponse, responses={200: DESCRIPTION})
async def own_recommendations(
    caller: CurrentCaller,
    resources: CurrentResources,
    content_type: ContentType | None = None,
    limit: Annotated[int, Query(ge=1, le=LIMIT_MAX)] = LIMIT_DEFAULT,
    user_id: Annotated[int | None, Query(ge=1, le=ID_MAX)] = None,
) -> Response:
    """The caller's list; that of another learner for roles that may see learners."""
    wanted = Wanted(user_id or caller.user_id, content_type, limit)
    return await _response(resources, caller, wanted)


@router.post(
    "/recommendations", response_model=RecommendationResponse, responses={200: DESCRIPTION}
)
async def recommendations(
    caller: CurrentCaller,
    resources: CurrentResources,
    body: Annotated[RecommendationRequest, Depends(read_json(RecommendationRequest))],
) -> Response:
    """The same, asked for with a body."""
    wanted = Wanted(body.user_id, body.content_type, body.limit)
    return await _response(resources, caller, wanted)


async def _response(resources: Resources, caller: Caller, wanted: Wanted) -> Response:
    if not may_see(caller, wanted.user_id):
        raise NotFound
    answer = await recommend(resources, caller, wanted)
    return Response(
        answer.body, media_type="application/json", headers={SOURCE_HEADER: answer.source}
    )
