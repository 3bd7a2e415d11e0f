"""The route of behaviour analysis."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from ai.kit.auth import CurrentCaller
from ai.kit.bodies import read_json
from ai.kit.dependencies import CurrentPool
from ai.kit.fairness import BodyBudget, Concurrency, while_connected
from ai.kit.fallback import describe_source, source_headers
from ai.personality.rows import AnalysisRequest, read_rows
from ai.personality.service import analyze
from ongoza_contracts.http.personality import PersonalityRequest, PersonalityResponse

ROWS_BYTES = 1_500_000
"""About eight requests with 1,000 rows each."""

router = APIRouter(prefix="/api/v1/personality", tags=["personality"])


@router.post(
    "/analyze",
    name="analyze",
    dependencies=[Depends(Concurrency(2)), Depends(BodyBudget(ROWS_BYTES))],
    responses=describe_source(
        {"projection": "the learner's published facts", "request": "the rows of the request"}
    ),
)
async def analyze_behaviour(
    request: Request,
    caller: CurrentCaller,
    response: Response,
    pool: CurrentPool,
    asked: Annotated[AnalysisRequest, Depends(read_json(PersonalityRequest, read_rows))],
) -> PersonalityResponse:
    """Five measures of learning behaviour, each with its interval or with the data it still needs.

    Computed from the learner's published facts, or from `progress_data` as given; `contradicts`
    names the items where it differs from the facts. 429 for a caller who has two requests running
    or who sent 1.5 MB within a minute; `Retry-After` says when to try again.
    """
    answer = await while_connected(request, analyze(pool, caller, asked))
    response.headers.update(source_headers(answer.source))
    return answer
