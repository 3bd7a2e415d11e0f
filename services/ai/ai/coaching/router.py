"""The route of a learner's coaching overview."""

from fastapi import APIRouter, Response

from ai.coaching.service import read_overview
from ai.kit.auth import PrivateCaller
from ai.kit.dependencies import CurrentCore, CurrentPool
from ai.kit.fallback import describe_source, source_headers
from ongoza_contracts.http.coaching import CoachingOverview

router = APIRouter(prefix="/api/v1/student/coaching", tags=["coaching"])


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
