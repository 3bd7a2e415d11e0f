"""The routes of recommendations."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from ai.access.service import require_reach
from ai.kit.auth import Caller, CurrentCaller, current_caller
from ai.kit.bodies import read_json
from ai.kit.dependencies import current_resources
from ai.kit.encoded import EncodedResponse, encode_headers
from ai.kit.etags import matches, weak_etag
from ai.kit.fairness import while_connected
from ai.kit.fallback import describe_source, source_headers
from ai.recommendations.lists import Wanted
from ai.recommendations.service import SOURCES, ListResources, explain, recommend
from ongoza_contracts.access import Permission
from ongoza_contracts.http.recommendations import (
    ExplainedResponse,
    RecommendationQuery,
    RecommendationRequest,
    RecommendationResponse,
)
from ongoza_ops.metrics import LISTS

PATH = "/api/v1/recommendations"
OLD_SOURCE_HEADER = "X-Recommendations-Source"
DESCRIPTION = describe_source(
    {
        "precomputed": "the stored list",
        "computed": "computed for this request",
        "fallback": "computed from core's data, for a learner whom ai does not know yet",
        "popular": "popular items, because nothing is known about the learner",
    },
    alias=OLD_SOURCE_HEADER,
    description="Best first. The order balances relevance and diversity, so scores may rise again.",
)

COUNTED = {source: LISTS.labels(source) for source in SOURCES}
HEADERS = {
    source: encode_headers(source_headers(source, alias=OLD_SOURCE_HEADER)) for source in SOURCES
}

CurrentResources = Annotated[ListResources, Depends(current_resources)]

router = APIRouter(prefix="/api/v1", tags=["recommendations"])


class PlainList:
    """Answers the GET of the caller's own list without parameters, by far the most frequent
    request, ahead of FastAPI, whose routing and dependencies take longer than the rest of the
    answer.

    `own_recommendations` answers every other request, and this one in the same way.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_plain = (
            scope["type"] == "http"
            and scope["path"] == PATH
            and scope["method"] == "GET"
            and not scope["query_string"]
        )
        if not is_plain:
            await self.app(scope, receive, send)
            return
        scope["route"] = OWN_LIST
        request = Request(scope, receive)
        caller = await current_caller(request)
        wanted = Wanted(caller.user_id)
        if_none_match = dict(scope["headers"]).get(b"if-none-match", b"").decode("latin-1")
        response = await _response(request.app.state.resources, caller, wanted, if_none_match)
        await response(scope, receive, send)


def wanted(caller: CurrentCaller, query: Annotated[RecommendationQuery, Query()]) -> Wanted:
    excluded = frozenset(query.exclude_ids.split(",")) if query.exclude_ids else frozenset()
    user_id = query.user_id or caller.user_id
    return Wanted(user_id, query.content_type, query.limit, excluded)


@router.get(
    "/recommendations",
    name="list",
    response_model=RecommendationResponse,
    responses={**DESCRIPTION, 304: {"description": "The client has this list."}},
)
async def own_recommendations(
    request: Request,
    caller: CurrentCaller,
    resources: CurrentResources,
    wanted: Annotated[Wanted, Depends(wanted)],
) -> Response:
    """The caller's list, or that of a learner whom the caller may read.

    A stored list has an ETag: 304 for a client who sends it as `If-None-Match` and has this list.
    """
    if_none_match = request.headers.get("if-none-match", "")
    answer = _response(resources, caller, wanted, if_none_match)
    return await while_connected(request, answer)


(OWN_LIST,) = router.routes
"""The route whose requests `PlainList` answers, for logs, metrics and traces."""


@router.get("/recommendations/debug", name="explain")
async def explained_recommendations(
    request: Request,
    caller: CurrentCaller,
    resources: CurrentResources,
    wanted: Annotated[Wanted, Depends(wanted)],
) -> ExplainedResponse:
    """The same list, computed now, with score components, generators and diversification."""
    await require_reach(resources.pool, caller, Permission.LEARNER_READ, wanted.user_id)
    return await while_connected(request, explain(resources, wanted))


@router.post(
    "/recommendations",
    name="query",
    response_model=RecommendationResponse,
    responses=DESCRIPTION,
)
async def recommendations(
    request: Request,
    caller: CurrentCaller,
    resources: CurrentResources,
    body: Annotated[RecommendationRequest, Depends(read_json(RecommendationRequest))],
) -> Response:
    """The same list, with the parameters in a body."""
    wanted = Wanted(body.user_id, body.content_type, body.limit, frozenset(body.exclude_ids))
    return await while_connected(request, _response(resources, caller, wanted))


async def _response(
    resources: ListResources, caller: Caller, wanted: Wanted, if_none_match: str = ""
) -> Response:
    await require_reach(resources.pool, caller, Permission.LEARNER_READ, wanted.user_id)
    answer = await recommend(resources, caller, wanted)
    COUNTED[answer.source].inc()
    headers = HEADERS[answer.source]
    if answer.source == "precomputed":  # the others say when they were computed: never the same
        etag = weak_etag(answer.body)
        headers = [*headers, (b"etag", etag.encode())]
        if matches(if_none_match, etag):
            return EncodedResponse(b"", headers, status=304)
    return EncodedResponse(answer.body, headers)
