"""Sessions to come of a user who is erased: those who were to be there are notified."""

from datetime import UTC, datetime
from uuid import UUID

from core.jobs.services import schedule
from core.kit import clock
from core.mentorship import notifications
from core.mentorship.conversation_models import GroupSeat
from core.mentorship.conversation_notifications import GROUP_CANCELLED
from core.mentorship.models import OPEN_SESSIONS, Session
from core.notifications.services import notify
from core.users.models import User
from core.users.preferences import preferences_of
from ongoza_contracts.mentorship import SessionState

CANCEL_EVENT = "mentorship.cancel_event"


def notify_of_erasure(user_id: int) -> None:
    """Notify the mentors of a learner, and the learners with seats in the group sessions of a
    mentor, and have the event cancelled in the mentors' calendars. The match of an erased mentor
    ends by itself, with its sessions. The caller erases the user in this transaction."""
    to_come = Session.objects.filter(
        learner=user_id, state__in=OPEN_SESSIONS, starts_at__gt=clock.now()
    )
    for session in to_come.exclude(mentor=None).order_by("mentor"):
        if session.mentor_id is not None:
            schedule(CANCEL_EVENT, subject=_event_of(session), user_id=session.mentor_id)
            notify(
                user_id=session.mentor_id,
                kind=notifications.CANCELLED,
                subject=str(session.pk),
                version=session.version + 1,
            )
    seats = GroupSeat.objects.filter(
        session__mentor=user_id, session__cancelled_at=None, session__starts_at__gt=clock.now()
    )
    for seat in seats.order_by("learner"):
        subject = str(seat.session_id)
        notify(user_id=seat.learner_id, kind=GROUP_CANCELLED, subject=subject, version=1)


def _event_of(session: Session) -> str:
    """The subject of a job that runs when the session is deleted: the id, the next sequence and the
    times in seconds."""
    times = (int(at.timestamp()) for at in (session.starts_at, session.ends_at))
    return ":".join(map(str, (session.pk, session.sequence + 1, *times)))


def cancelled_session(subject: str, mentor: User) -> Session:
    """The session of such a subject, not stored and without its learner."""
    pk, *numbers = subject.split(":")
    sequence, starts_at, ends_at = map(int, numbers)
    return Session(
        pk=UUID(pk),
        mentor=mentor,
        state=SessionState.CANCELLED,
        sequence=sequence,
        starts_at=datetime.fromtimestamp(starts_at, UTC),
        ends_at=datetime.fromtimestamp(ends_at, UTC),
        mentor_time_zone=preferences_of(mentor).time_zone,
    )
