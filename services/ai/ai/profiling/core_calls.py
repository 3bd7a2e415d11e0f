"""Calls to core, which stores the sessions."""

from uuid import UUID

from ai.kit.core_client import CoreCalls
from ongoza_contracts.http.profiling import (
    AnswerRequest,
    ResultRequest,
    SessionRecord,
    SessionRequest,
)

SESSIONS = "/api/v1/profiling/sessions/"


async def start_session(core: CoreCalls, questionnaire: str) -> tuple[SessionRecord, bool]:
    """The learner's open session, and whether it was started just now."""
    response = await core.send("POST", SESSIONS, SessionRequest(questionnaire=questionnaire))
    return core.decode(SessionRecord, response), response.status_code == 201


async def get_session(core: CoreCalls, session_id: UUID) -> SessionRecord:
    return await core.get(SessionRecord, f"{SESSIONS}{session_id}/")


async def record_answer(
    core: CoreCalls, session_id: UUID, question_id: str, option_id: str
) -> SessionRecord:
    path = f"{SESSIONS}{session_id}/answers/{question_id}/"
    return await core.put(SessionRecord, path, AnswerRequest(option_id=option_id))


async def record_result(core: CoreCalls, session_id: UUID, result: ResultRequest) -> SessionRecord:
    """Needs a service token. No-op if an equal result is recorded."""
    return await core.post(SessionRecord, f"{SESSIONS}{session_id}/result/", result)


async def delete_session(core: CoreCalls, session_id: UUID) -> None:
    await core.delete(f"{SESSIONS}{session_id}/")
