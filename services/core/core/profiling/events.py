"""What is published of profiling sessions."""

from core.profiling.models import ProfilingSession
from ongoza_contracts.profiling import ProfilingAnswered, ProfilingCompleted, ProfilingDeleted


def profiling_answered(session: ProfilingSession) -> ProfilingAnswered:
    return ProfilingAnswered.model_validate(_state(session))


def profiling_completed(session: ProfilingSession) -> ProfilingCompleted:
    completed = {"result": session.result, "completed_at": session.completed_at}
    return ProfilingCompleted.model_validate({**_state(session), **completed})


def profiling_deleted(session: ProfilingSession) -> ProfilingDeleted:
    """`session.version` is the version of the deletion."""
    return ProfilingDeleted(session_id=session.id, user_id=session.user_id, version=session.version)


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
