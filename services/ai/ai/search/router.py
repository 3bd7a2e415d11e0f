"""The routes of search."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from ai.kit.auth import CurrentCaller
from ai.kit.dependencies import current_resources
from ai.kit.fairness import Concurrency, while_connected
from ai.kit.fallback import describe_source, source_headers
from ai.search.service import Answer, SearchResources, search, similar
from ai.vectorstore.base import Filter
from ongoza_contracts.http.search import SearchFilters, SearchQuery, SearchResponse
from ongoza_contracts.vocabulary import ContentId

OLD_SOURCE_HEADER = "X-Search-Source"
DESCRIPTION = describe_source(
    {
        "database": "the database",
        "pinecone": "Pinecone, if configured",
        "memory": "the catalogue in memory, while the database is unavailable",
    },
    alias=OLD_SOURCE_HEADER,
    description="Best first.",
)

CurrentResources = Annotated[SearchResources, Depends(current_resources)]

router = APIRouter(prefix="/api/v1", tags=["search"], dependencies=[Depends(Concurrency(8))])


@router.get("/search", name="content", response_model=SearchResponse, responses=DESCRIPTION)
async def search_content(
    request: Request,
    caller: CurrentCaller,
    resources: CurrentResources,
    query: Annotated[SearchQuery, Query()],
) -> Response:
    """The items that match the filters, by the meaning of `q` and by its words."""
    found = search(resources, caller.user_id, query.q, query.limit, _filter(query), query.language)
    return _response(await while_connected(request, found))


@router.get(
    "/search/similar/{content_id}",
    name="similar_content",
    response_model=SearchResponse,
    responses=DESCRIPTION,
)
async def similar_content(
    request: Request,
    caller: CurrentCaller,
    resources: CurrentResources,
    content_id: Annotated[ContentId, Path()],
    query: Annotated[SearchFilters, Query()],
) -> Response:
    """The items that are most similar in meaning to an item; 404 if that is retired."""
    found = similar(resources, caller.user_id, content_id, query.limit, _filter(query))
    return _response(await while_connected(request, found))


def _filter(query: SearchFilters) -> Filter:
    skills = tuple(query.skills.split(",")) if query.skills else ()
    return Filter(query.type, query.track, query.level, skills)


def _response(answer: Answer) -> Response:
    return Response(
        answer.body.model_dump_json(exclude_none=True),
        media_type="application/json",
        headers=source_headers(answer.source, alias=OLD_SOURCE_HEADER),
    )
