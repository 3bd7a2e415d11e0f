"""Profiling sessions are published with their answers, and with the result once completed."""

from core.outbox.publications import Publication, register
from core.profiling.models import ProfilingSession
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


PROFILING = register(
    Publication(
        model=ProfilingSession,
        fact=ProfilingAnswered,
        columns={"session_id": "id"},
        builder=session_fact,
        deletion=ProfilingDeleted,
        related=("answers",),
    )
)
