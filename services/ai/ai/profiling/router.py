"""AI career profiling: five tracks, sixteen questions, one result."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response

from ai.kit.auth import CurrentCaller
from ai.kit.bodies import read_json
from ai.profiling import service, views
from ai.profiling.bank import bank
from ai.profiling.schemas import (
    AnswerGiven,
    ProfilingResults,
    Questionnaire,
    SessionProgress,
    TrackList,
)
from ai.resources import CurrentResources

router = APIRouter(prefix="/api/v1/profiling", tags=["profiling"])


@router.post(
    "/session/start",
    status_code=201,
    responses={200: {"model": SessionProgress, "description": "The open session is resumed"}},
)
async def start_session(
    caller: CurrentCaller, resources: CurrentResources, response: Response
) -> SessionProgress:
    """Start a session, or resume the one that is open (200). Takes no body."""
    session, is_new = await service.start(resources.core, caller)
    response.status_code = 201 if is_new else 200
    return views.progress(session)


@router.get("/session/{session_id:uuid}/progress")
async def session_progress(
    session_id: UUID, caller: CurrentCaller, resources: CurrentResources
) -> SessionProgress:
    session = await service.read(resources.core, resources.pool, caller, session_id)
    return views.progress(session)


@router.get("/questions")
async def questions(caller: CurrentCaller) -> Questionnaire:
    """All questions of the current questionnaire, in the order they are asked."""
    return views.questionnaire(bank())


@router.post("/session/{session_id:uuid}/respond")
async def respond(
    session_id: UUID,
    caller: CurrentCaller,
    resources: CurrentResources,
    answer: Annotated[AnswerGiven, Depends(read_json(AnswerGiven))],
) -> SessionProgress:
    """Answer a question, or answer it anew. Refused with 409 once the session is completed."""
    session = await service.respond(
        resources.core, caller, session_id, answer.question_id, answer.option_id
    )
    return views.progress(session)


@router.post("/session/{session_id:uuid}/complete")
async def complete(
    session_id: UUID, caller: CurrentCaller, resources: CurrentResources
) -> ProfilingResults:
    """Judge the answers and record the result; again gives the same. 409 while answers miss."""
    return views.results(await service.complete(resources.core, caller, session_id))


@router.get("/session/{session_id:uuid}/results")
async def results(
    session_id: UUID, caller: CurrentCaller, resources: CurrentResources
) -> ProfilingResults:
    """The result of a completed session; 409 before."""
    session = await service.read(resources.core, resources.pool, caller, session_id)
    return views.results(session)


@router.get("/tracks")
async def tracks(caller: CurrentCaller) -> TrackList:
    """What the five tracks are about, and where they lead."""
    return views.tracks()


@router.delete("/session/{session_id:uuid}", status_code=204)
async def delete_session(
    session_id: UUID, caller: CurrentCaller, resources: CurrentResources
) -> None:
    await service.delete(resources.core, caller, session_id)
