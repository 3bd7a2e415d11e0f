"""The use cases of profiling: core stores sessions, ai selects questions and judges answers."""

from typing import Literal, TypeAlias
from uuid import UUID

import asyncpg

from ai.kit.auth import Caller
from ai.kit.core_client import CoreClient, CoreRefused, CoreUnavailable
from ai.kit.errors import ApiError
from ai.profiling.bank import CURRENT, Bank, bank
from ai.profiling.careless_responding import flags
from ai.profiling.core_calls import (
    delete_session,
    get_session,
    record_answer,
    record_result,
    start_session,
)
from ai.profiling.item_selection import SelectedItems, select_items
from ai.profiling.queries import projected_session
from ai.profiling.scoring import profile
from ongoza_contracts.http.profiling import ResultRequest, SessionRecord

Source: TypeAlias = Literal["core", "projection"]

WRITE_SECONDS = 5.0
ANSWERS_CHANGED = "answers_changed"
ATTEMPTS = 3


class UnknownQuestion(ApiError):
    code = "unknown_question"
    detail = "There is no such question."


class UnknownOption(ApiError):
    code = "unknown_option"
    detail = "The question has no such option."


class ProfilingIncomplete(ApiError):
    status = 409
    code = "profiling_incomplete"

    def __init__(self, answered: int, required: int) -> None:
        missing = required - answered
        super().__init__(
            f"{missing} more {'answer is' if missing == 1 else 'answers are'} needed:"
            f" {answered} of {required} are given."
        )


class ProfilingNotCompleted(ApiError):
    status = 409
    code = "profiling_not_completed"
    detail = "The session has no result yet: complete it first."


class NothingToCompare(ApiError):
    status = 409
    code = "nothing_to_compare"
    detail = "There is no earlier result: one more profiling is needed for a comparison."


class UnknownQuestionnaire(ApiError):
    status = 409
    code = "unknown_questionnaire"
    detail = "The session was held with questions that are no longer known here."


async def start(core: CoreClient, caller: Caller) -> tuple[SessionRecord, bool]:
    """The caller's open session, and whether it was started just now."""
    return await start_session(core.as_caller(caller, budget=WRITE_SECONDS), CURRENT)


async def respond(
    core: CoreClient, caller: Caller, session_id: UUID, question_id: str, option_id: str
) -> SessionRecord:
    """Records an answer; a later answer to the same question replaces it."""
    calls = core.as_caller(caller, budget=WRITE_SECONDS)
    question = bank_of(await get_session(calls, session_id)).question(question_id)
    if question is None:
        raise UnknownQuestion
    if question.option(option_id) is None:
        raise UnknownOption
    return await record_answer(calls, session_id, question_id, option_id)


async def read(
    core: CoreClient, pool: asyncpg.Pool, caller: Caller, session_id: UUID
) -> tuple[SessionRecord, Source]:
    """The caller's own session, from core, or from the projection while core is unavailable."""
    try:
        return await get_session(core.as_caller(caller), session_id), "core"
    except CoreUnavailable:
        session = await projected_session(pool, session_id, caller.user_id)
        if session is None:
            raise
        return session, "projection"


async def complete(core: CoreClient, caller: Caller, session_id: UUID) -> SessionRecord:
    """Judges the recorded answers and has core record the result. Completing again is harmless.

    Answers that arrive meanwhile are judged as well.
    """
    calls = core.as_caller(caller, budget=WRITE_SECONDS)
    service = core.as_service(budget=WRITE_SECONDS)
    for attempt in range(1, ATTEMPTS + 1):
        session = await get_session(calls, session_id)
        if session.result:
            break
        try:
            return await record_result(service, session_id, judge(session))
        except CoreRefused as error:
            if error.code != ANSWERS_CHANGED or attempt == ATTEMPTS:
                raise
    return session


async def compare(
    core: CoreClient, pool: asyncpg.Pool, caller: Caller, session_id: UUID
) -> tuple[SessionRecord, SessionRecord, Source]:
    """The result before the session was started, and the session's own. The source is core only
    when both are from core."""
    later, source = await read(core, pool, caller, session_id)
    if later.result is None:
        raise ProfilingNotCompleted
    if later.previous is None:
        raise NothingToCompare
    earlier, source_of_earlier = await read(core, pool, caller, later.previous)
    return earlier, later, source if source == source_of_earlier else "projection"


async def delete(core: CoreClient, caller: Caller, session_id: UUID) -> None:
    await delete_session(core.as_caller(caller, budget=WRITE_SECONDS), session_id)


def judge(session: SessionRecord) -> ResultRequest:
    """Raises ProfilingIncomplete while answers are missing."""
    questions = bank_of(session)
    given = asked_of(session).answers
    if len(given) < questions.required:
        raise ProfilingIncomplete(len(given), questions.required)
    found = profile(questions, given)
    return ResultRequest(
        judged_version=session.version,
        scores=found.scores,
        primary=found.primary,
        secondary=list(found.secondary),
        confidence=found.confidence,
        standard_errors=found.errors,
        sem=found.sem,
        z=found.z,
        tied=list(found.tied),
        flags=[one.flag for one in flags(questions, session.answers, session.created_at)],
    )


def asked_of(session: SessionRecord) -> SelectedItems:
    """Raises UnknownQuestionnaire."""
    given = {answer.question_id: answer.option_id for answer in session.answers}
    return select_items(bank_of(session), given)


def bank_of(session: SessionRecord) -> Bank:
    try:
        return bank(session.questionnaire)
    except KeyError:
        raise UnknownQuestionnaire from None
