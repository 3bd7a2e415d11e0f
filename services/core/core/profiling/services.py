"""Everything that changes the record of profiling: ai asks and judges, core remembers."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from core.kit import clock
from core.kit.errors import Conflict
from core.kit.etags import IfMatch
from core.kit.versions import get_for_update
from core.notifications.services import notify
from core.outbox.publish import delete_published, publish, publish_with_parts
from core.profiling.models import ProfilingSession
from core.profiling.notifications import RESULT_READY
from core.users import guardians
from core.users.models import TrackChoice, User
from core.users.services import choose_track

MAX_ANSWERS = 100


class SessionCompleted(Conflict):
    code = "session_completed"
    detail = "The session is completed."


class TooManyAnswers(Conflict):
    code = "too_many_answers"
    detail = f"A session holds at most {MAX_ANSWERS} answers."


class ResultConflict(Conflict):
    code = "other_result"
    detail = "The session has another result already."


class AnswersChanged(Conflict):
    code = "answers_changed"
    detail = "An answer was changed meanwhile."


def start_session(*, user: User, questionnaire: str) -> tuple[ProfilingSession, bool]:
    """A new session, or the learner's open one (there is at most one); and whether it is new.

    After a result it is a retake, and remembers which session it can be compared with.
    """
    done = user.profilings.filter(status=ProfilingSession.Status.COMPLETED)
    previous = done.order_by("-completed_at", "-id").first()
    try:
        with transaction.atomic():
            session = ProfilingSession(user=user, questionnaire=questionnaire, previous=previous)
            publish(session)
            return session, True
    except IntegrityError:
        opened = user.profilings.filter(status=ProfilingSession.Status.OPEN).first()
        if opened is None:
            raise  # a concurrent request completed the open session
        return opened, False


@transaction.atomic
def record_answer(
    *,
    user: User,
    session_id: UUID,
    question_id: str,
    option_id: str,
    if_match: IfMatch | None = None,
) -> ProfilingSession:
    """Answer a question or change its answer. No-op if the answer is the same.

    Raises NotFound, PreconditionFailed, SessionCompleted and TooManyAnswers.
    """
    rows = ProfilingSession.objects.filter(pk=session_id, user=user)
    session = get_for_update(rows, if_match=if_match)
    if session.status == ProfilingSession.Status.COMPLETED:
        raise SessionCompleted
    answer = session.answers.filter(question_id=question_id).first()
    if answer is None and session.answers.count() >= MAX_ANSWERS:
        raise TooManyAnswers
    if answer is not None and answer.option_id == option_id:
        return session
    with publish_with_parts(session):
        session.answers.update_or_create(
            question_id=question_id,
            defaults={"option_id": option_id, "answered_at": clock.now()},
        )
    return session


@transaction.atomic
def record_result(
    *, session_id: UUID, result: dict[str, Any], judged_version: int, at: datetime | None = None
) -> ProfilingSession:
    """Complete a session with what ai found in its answers as they were at `judged_version`. No-op
    if the result is the same.

    A learner who has no track yet gets the primary one. Notifies the learner, unless the result is
    of an earlier time (`at`). Raises NotFound, ResultConflict, AnswersChanged and
    GuardianConsentRequired.
    """
    # The learner before what is theirs: else an erasure and we could wait in a circle.
    learner = get_for_update(User.objects.filter(profilings=session_id))
    session = get_for_update(ProfilingSession.objects.filter(pk=session_id))
    if session.status == ProfilingSession.Status.COMPLETED:
        if session.result != result:
            raise ResultConflict
        return session
    if session.version != judged_version:
        raise AnswersChanged
    guardians.require_consent(learner)
    session.status = ProfilingSession.Status.COMPLETED
    session.result, session.completed_at = result, at or clock.now()
    publish(session)
    if at is None:
        subject, version = str(session.id), session.version
        notify(user_id=learner.id, kind=RESULT_READY, subject=subject, version=version)
    if learner.track is None:
        track, source = result["primary"], TrackChoice.Source.PROFILING
        choose_track(user_id=learner.id, track=track, source=source, at=at)
    return session


@transaction.atomic
def import_session(
    *, user: User, questionnaire: str, result: dict[str, Any], completed_at: datetime
) -> ProfilingSession:
    """Bring in the result of a profiling that was held elsewhere; its answers are not known."""
    session = user.profilings.create(questionnaire=questionnaire, created_at=completed_at)
    return record_result(
        session_id=session.id, result=result, judged_version=session.version, at=completed_at
    )


@transaction.atomic
def delete_session(*, user: User, session_id: UUID, if_match: IfMatch | None = None) -> None:
    """Delete a session of the learner's own. Raises NotFound and PreconditionFailed."""
    rows = ProfilingSession.objects.filter(pk=session_id, user=user)
    delete_published(get_for_update(rows, if_match=if_match))
