"""The routes of a learner's way to a role."""

from collections.abc import Callable
from typing import Annotated, TypeVar

from fastapi import APIRouter, Depends, Query, Request, Response

from ai.curriculum.answers import Question, gaps_answer, next_answer, path_answer
from ai.curriculum.service import CurriculumResources, answer
from ai.kit.auth import Caller, CurrentCaller
from ai.kit.dependencies import current_resources
from ai.kit.fairness import Concurrency, while_connected
from ai.kit.fallback import describe_source, source_headers
from ongoza_contracts.http.curriculum import (
    CurriculumGaps,
    CurriculumNext,
    CurriculumPath,
    CurriculumQuery,
)

T = TypeVar("T")
DESCRIPTION = describe_source(
    {
        "projection": "the learner's published facts",
        "core": "core's record, for a learner of whom ai has no facts yet",
        "empty": "nothing of the learner, because neither can be read at the moment",
    }
)

CurrentResources = Annotated[CurriculumResources, Depends(current_resources)]

router = APIRouter(
    prefix="/api/v1/curriculum", tags=["curriculum"], dependencies=[Depends(Concurrency(8))]
)


@router.get("/path", name="read_path", response_model_exclude_none=True, responses=DESCRIPTION)
async def curriculum_path(
    request: Request,
    caller: CurrentCaller,
    resources: CurrentResources,
    query: Annotated[CurriculumQuery, Query()],
    response: Response,
) -> CurriculumPath:
    """The items that lead to a role in the least time, in an order that respects prerequisites.

    404 for a role that no framework has, and for a learner whom the caller may not read. `missing`
    says what could not be read at the moment.
    """
    return await _answer(request, caller, resources, query, response, path_answer)


@router.get("/gaps", name="read_gaps", response_model_exclude_none=True, responses=DESCRIPTION)
async def curriculum_gaps(
    request: Request,
    caller: CurrentCaller,
    resources: CurrentResources,
    query: Annotated[CurriculumQuery, Query()],
    response: Response,
) -> CurriculumGaps:
    """The skills that a role needs, what shows that each is held, and what closes the gap."""
    return await _answer(request, caller, resources, query, response, gaps_answer)


@router.get("/next", name="read_next", response_model_exclude_none=True, responses=DESCRIPTION)
async def curriculum_next(
    request: Request,
    caller: CurrentCaller,
    resources: CurrentResources,
    query: Annotated[CurriculumQuery, Query()],
    response: Response,
) -> CurriculumNext:
    """The steps of the path that can be begun now."""
    return await _answer(request, caller, resources, query, response, next_answer)


async def _answer(
    request: Request,
    caller: Caller,
    resources: CurriculumResources,
    query: CurriculumQuery,
    response: Response,
    compute: Callable[[Question], T],
) -> T:
    user_id = query.user_id or caller.user_id
    asked = answer(resources, caller, user_id, query.role, compute)
    found, source = await while_connected(request, asked)
    response.headers.update(source_headers(source))
    return found
