"""AI career profiling: five tracks, twelve to twenty questions, one result."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response

from ai.kit.auth import CurrentCaller, PrivateCaller
from ai.kit.bodies import read_json
from ai.kit.dependencies import CurrentCore, CurrentPool
from ai.kit.errors import CONFLICT
from ai.kit.fallback import describe_source, source_headers
from ai.profiling import queries, result_views, service, views
from ai.profiling.bank import bank
from ai.profiling.schemas import (
    AnswerGiven,
    Comparison,
    ProfilingResults,
    Questionnaire,
    ResultList,
    SessionProgress,
    TrackList,
)

Version = Annotated[Literal["v1", "v2"], Query(description="The session's questionnaire.")]

FROM_CORE = CONFLICT | describe_source(
    {
        "core": "core's record",
        "projection": "ai's copy of the published facts, while core is unavailable",
    }
)

router = APIRouter(prefix="/api/v1/profiling", tags=["profiling"])


@router.post(
    "/session/start",
    status_code=201,
    responses={
        200: {"model": SessionProgress, "description": "The open session is resumed"},
        **CONFLICT,
    },
)
async def start_session(
    caller: PrivateCaller, core: CurrentCore, response: Response
) -> SessionProgress:
    """Start a session, or resume the open one (200). A session after a result is a retake.

    Takes no body.
    """
    session, is_new = await service.start(core, caller)
    response.status_code = 201 if is_new else 200
    return views.progress(session)


@router.get("/session/{session_id:uuid}/progress", name="read_progress", responses=FROM_CORE)
async def session_progress(
    session_id: UUID,
    caller: PrivateCaller,
    core: CurrentCore,
    pool: CurrentPool,
    response: Response,
) -> SessionProgress:
    """How far a session is, and its next question."""
    session, source = await service.read(core, pool, caller, session_id)
    response.headers.update(source_headers(source))
    return views.progress(session)


@router.get("/questions", name="list_questions")
async def questions(caller: CurrentCaller, questionnaire: Version = "v2") -> Questionnaire:
    """All questions of a questionnaire; first those that every learner is asked, in order.

    A session asks few or none of the others; its progress names them.
    """
    return views.questionnaire(bank(questionnaire))


@router.post("/session/{session_id:uuid}/respond", responses=CONFLICT)
async def respond(
    session_id: UUID,
    caller: PrivateCaller,
    core: CurrentCore,
    answer: Annotated[AnswerGiven, Depends(read_json(AnswerGiven))],
) -> SessionProgress:
    """Answer a question, or replace its answer; the response has the next question.

    An answer to a question that is not asked is stored, and counts if the question is asked later.
    409 once the session is completed.
    """
    session = await service.respond(core, caller, session_id, answer.question_id, answer.option_id)
    return views.progress(session)


@router.post("/session/{session_id:uuid}/complete", name="complete_session", responses=CONFLICT)
async def complete(session_id: UUID, caller: PrivateCaller, core: CurrentCore) -> ProfilingResults:
    """Score the answers and store the result; idempotent. 409 while answers are missing."""
    return result_views.results(await service.complete(core, caller, session_id))


@router.get("/session/{session_id:uuid}/results", name="read_results", responses=FROM_CORE)
async def results(
    session_id: UUID,
    caller: PrivateCaller,
    core: CurrentCore,
    pool: CurrentPool,
    response: Response,
) -> ProfilingResults:
    """The result of a completed session; 409 for an open one."""
    session, source = await service.read(core, pool, caller, session_id)
    response.headers.update(source_headers(source))
    return result_views.results(session)


@router.get("/session/{session_id:uuid}/comparison", name="read_comparison", responses=FROM_CORE)
async def comparison(
    session_id: UUID,
    caller: PrivateCaller,
    core: CurrentCore,
    pool: CurrentPool,
    response: Response,
) -> Comparison:
    """The result of a retake beside the previous result; 409 if there is none."""
    earlier, later, source = await service.compare(core, pool, caller, session_id)
    response.headers.update(source_headers(source))
    return result_views.comparison(earlier, later)


@router.get("/results", name="list_results")
async def result_list(caller: PrivateCaller, pool: CurrentPool) -> ResultList:
    """The caller's results, as the published facts have them: a new one is here after seconds."""
    return ResultList(results=await queries.projected_results(pool, caller.user_id))


@router.get("/tracks", name="list_tracks")
async def tracks(caller: CurrentCaller) -> TrackList:
    """The five tracks: what they are about, and which work they lead to."""
    return views.tracks()


@router.delete("/session/{session_id:uuid}", status_code=204, responses=CONFLICT)
async def delete_session(session_id: UUID, caller: PrivateCaller, core: CurrentCore) -> None:
    """Delete a session of the caller's, answers and result included."""
    await service.delete(core, caller, session_id)
