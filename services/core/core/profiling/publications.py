"""Profiling sessions are published with their answers, and with the result once completed."""

from core.outbox.publications import Publication, register
from core.profiling.models import ProfilingAnswer, ProfilingSession
from ongoza_contracts.profiling import ProfilingAnswered, ProfilingCompleted, ProfilingDeleted


def session_fact(session: ProfilingSession) -> ProfilingAnswered | ProfilingCompleted:
    state = _state(session)
    if session.status == ProfilingSession.Status.OPEN:
        return ProfilingAnswered.model_validate(state)
    result = {"result": session.result, "completed_at": session.completed_at}
    return ProfilingCompleted.model_validate({**state, **result})


def _state(session: ProfilingSession) -> dict[str, object]:
    return {
        "version": session.version,
        "session_id": session.id,
        "user_id": session.user_id,
        "questionnaire": session.questionnaire,
        "answers": tuple(
            {
                "question_id": answer.question_id,
                "option_id": answer.option_id,
                "answered_at": answer.answered_at,
            }
            for answer in session.answers.all()
        ),
        "started_at": session.created_at,
    }


def assign_session(session: ProfilingSession, fact: ProfilingAnswered | ProfilingCompleted) -> None:
    session.id, session.user_id = fact.session_id, fact.user_id
    session.questionnaire, session.created_at = fact.questionnaire, fact.started_at
    session.status = ProfilingSession.Status.OPEN
    if isinstance(fact, ProfilingCompleted):
        session.status = ProfilingSession.Status.COMPLETED
        session.result = fact.result.model_dump(mode="json", exclude_unset=True)
        session.completed_at = fact.completed_at


def assign_answers(session: ProfilingSession, fact: ProfilingAnswered | ProfilingCompleted) -> None:
    session.answers.all().delete()
    session.answers.bulk_create(
        ProfilingAnswer(session=session, **answer.model_dump()) for answer in fact.answers
    )


PROFILING = register(
    Publication(
        model=ProfilingSession,
        fact=ProfilingAnswered,
        columns={"session_id": "id"},
        builder=session_fact,
        deletion=ProfilingDeleted,
        related=("answers",),
        assign_row=assign_session,
        assign_related=assign_answers,
        unpublished={"previous": None},
    )
)
