"""Everything that changes sessions of mentors and learners."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet

from core.jobs.services import schedule
from core.kit import clock
from core.kit.errors import Conflict, DomainError, NotFound
from core.kit.etags import IfMatch
from core.kit.limits import require_below_limit
from core.kit.versions import get_for_update
from core.mentorship import notifications
from core.mentorship.blocks import Blocked, is_blocked
from core.mentorship.locks import locked_pair
from core.mentorship.models import (
    OPEN_SESSIONS,
    Match,
    MentorProfile,
    Session,
    SessionFeedback,
)
from core.mentorship.selectors import HORIZON, free_slots, taken_times
from core.mentorship.slots import Interval
from core.mentorship.states import SESSION_STATES
from core.notifications.services import notify
from core.outbox.publish import publish
from core.users.models import User
from core.users.preferences import preferences_of
from ongoza_contracts.mentorship import MatchState, SessionParty, SessionState

OPEN_MAX = 5
"""Open sessions of one match that have not begun."""
MAIL = "mentorship.calendar_mail"
REMIND_DAY_BEFORE, REMIND_HOUR_BEFORE = (
    "mentorship.remind_day_before",
    "mentorship.remind_hour_before",
)
REMINDERS = {REMIND_DAY_BEFORE: timedelta(days=1), REMIND_HOUR_BEFORE: timedelta(hours=1)}


class BadTime(DomainError):
    code = "bad_time"
    detail = f"A session starts in the future, within {HORIZON.days} days, at a full minute."


class NotASlot(Conflict):
    code = "not_a_slot"
    detail = "The mentor has no free slot that starts then: see mentors/{id}/slots/."


class TimeTaken(Conflict):
    """Says whose session takes the time, and when."""

    code = "time_taken"


class TooManySessions(Conflict):
    code = "too_many_sessions"
    detail = f"At most {OPEN_MAX} sessions to come of a match may be open."


class MatchEnded(Conflict):
    code = "match_ended"
    detail = "The match has ended."


class SessionBegun(Conflict):
    code = "session_begun"
    detail = "The session has begun: its mentor records whether it was held."


class SessionNotBegun(Conflict):
    code = "session_not_begun"
    detail = "The session has not begun."


class SessionOpen(Conflict):
    code = "session_open"
    detail = "Only a session that is over and was not cancelled has feedback."


def book(*, caller: User, match_id: UUID, starts_at: datetime) -> Session:
    """Propose a session of one's own match: the other one confirms it. A learner takes a slot of
    the mentor's, the mentor any free time.

    Raises NotFound, MatchEnded, TooManySessions, Blocked, BadTime, NotASlot, TimeTaken and Busy.
    """
    match = Match.objects.filter(pk=match_id).first()
    if match is None or caller.pk not in (match.learner_id, match.mentor_id):
        raise NotFound
    with locked_pair(match.mentor_id, match.learner_id) as profile:
        match = get_for_update(Match.objects.filter(pk=match_id))
        if match.state != MatchState.ACTIVE or match.mentor_id is None or profile is None:
            raise MatchEnded
        to_come = match.sessions.filter(state__in=OPEN_SESSIONS, starts_at__gt=clock.now())
        require_below_limit(to_come, OPEN_MAX, TooManySessions)
        session = Session(match=match, learner_id=match.learner_id, mentor_id=match.mentor_id)
        _set_time(session, caller, profile, starts_at)
        publish(session)
        _announce(session, caller, notifications.PROPOSED)
    return session


def move(
    *, caller: User, session_id: UUID, starts_at: datetime, if_match: IfMatch | None = None
) -> Session:
    """Propose another time for a session, which gives its old time free: all of it or nothing.

    Raises NotFound, PreconditionFailed, IllegalTransition, SessionBegun, Blocked, BadTime,
    NotASlot, TimeTaken and Busy.
    """
    with _locked(caller, session_id, if_match) as (session, profile):
        SESSION_STATES.move(session, "move")
        _require_not_begun(session)
        if profile is None:
            raise MatchEnded
        _set_time(session, caller, profile, starts_at)
        session.sequence += 1
        publish(session)
        _announce(session, caller, notifications.MOVED)
    return session


def confirm(*, caller: User, session_id: UUID, if_match: IfMatch | None = None) -> Session:
    """Agree to the time that the other one proposed.

    Raises NotFound, PreconditionFailed, IllegalTransition, SessionBegun, MatchEnded, Blocked,
    PermissionDenied for one's own proposal, and Busy.
    """
    with _locked(caller, session_id, if_match) as (session, profile):
        SESSION_STATES.move(session, "confirm")
        _require_not_begun(session)
        if profile is None:
            raise MatchEnded
        if is_blocked(session.learner_id, profile.pk):
            raise Blocked
        if session.proposed_by == _party(session, caller):
            raise PermissionDenied
        session.sequence += 1
        publish(session)
        _announce(session, caller, notifications.CONFIRMED)
        _schedule_reminders(session)
    return session


def cancel(*, caller: User, session_id: UUID, if_match: IfMatch | None = None) -> Session:
    """Call off a session that has not begun. Raises NotFound, PreconditionFailed,
    IllegalTransition, SessionBegun and Busy."""
    with _locked(caller, session_id, if_match) as (session, _):
        SESSION_STATES.move(session, "cancel")
        _require_not_begun(session)
        session.sequence += 1
        publish(session)
        _announce(session, caller, notifications.CANCELLED)
    return session


def record_attendance(
    *,
    caller: User,
    session_id: UUID,
    missed_by: SessionParty | None = None,
    if_match: IfMatch | None = None,
) -> Session:
    """Note, as its mentor, that a confirmed session was held, or who missed it.

    Raises NotFound, PreconditionFailed, IllegalTransition, SessionNotBegun, PermissionDenied for
    the learner, and Busy.
    """
    with _locked(caller, session_id, if_match) as (session, _):
        if _party(session, caller) != SessionParty.MENTOR:
            raise PermissionDenied
        SESSION_STATES.move(session, "miss" if missed_by else "hold")
        if session.starts_at > clock.now():
            raise SessionNotBegun
        session.missed_by = missed_by
        publish(session)
        notify(
            user_id=session.learner_id,
            kind=notifications.MISSED if missed_by else notifications.HELD,
            subject=str(session.pk),
            version=session.version,
        )
    return session


def give_feedback(
    *, caller: User, session_id: UUID, rating: int, text: str = ""
) -> SessionFeedback:
    """Rate a session as its learner, from 1 to 5, or change the rating. The mentor does not see it.

    Raises NotFound, PermissionDenied for the mentor, SessionOpen and Busy.
    """
    with _locked(caller, session_id) as (session, _):
        if _party(session, caller) != SessionParty.LEARNER:
            raise PermissionDenied
        is_recorded = session.state in (SessionState.HELD, SessionState.MISSED)
        is_over = session.state == SessionState.CONFIRMED and session.ends_at <= clock.now()
        if not is_recorded and not is_over:
            raise SessionOpen
        values = {"rating": rating, "text": text, "created_at": clock.now()}
        return SessionFeedback.objects.update_or_create(session=session, defaults=values)[0]


def lapse(*, session_id: UUID) -> None:
    """Cancel a session that nobody confirmed before it was to begin; no-op for any other. Raises
    NotFound for one that is deleted meanwhile, and Busy."""
    rows = Session.objects.filter(
        pk=session_id, state=SessionState.REQUESTED, starts_at__lte=clock.now()
    )
    found = rows.first()
    if found is None:
        return
    with locked_pair(found.mentor_id, found.learner_id):
        session = rows.select_for_update(no_key=True).first()
        if session is not None:
            SESSION_STATES.move(session, "lapse")
            session.sequence += 1
            publish(session)
            _announce(session, None, notifications.CANCELLED)


def cancel_all(rows: QuerySet[Session]) -> None:
    """Cancel open sessions of a match that ends. The caller holds the locks of its users."""
    for session in rows.select_for_update(no_key=True).order_by("pk"):
        SESSION_STATES.move(session, "cancel")
        session.sequence += 1
        publish(session)
        _announce(session, None, notifications.CANCELLED)


@contextmanager
def _locked(
    caller: User, session_id: UUID, if_match: IfMatch | None = None
) -> Iterator[tuple[Session, MentorProfile | None]]:
    """A session of the caller's own, as learner or mentor. Raises NotFound and Busy."""
    found = Session.objects.filter(pk=session_id).first()
    if found is None or caller.pk not in (found.learner_id, found.mentor_id):
        raise NotFound
    with locked_pair(found.mentor_id, found.learner_id) as profile:
        yield get_for_update(Session.objects.filter(pk=session_id), if_match=if_match), profile


def _set_time(session: Session, caller: User, profile: MentorProfile, starts_at: datetime) -> None:
    """The caller holds the locks of the pair. Raises Blocked, BadTime, NotASlot and TimeTaken."""
    if is_blocked(session.learner_id, profile.pk):
        raise Blocked
    now = clock.now()
    if not now < starts_at < now + HORIZON or starts_at.second or starts_at.microsecond:
        raise BadTime
    time = Interval(starts_at, starts_at + timedelta(minutes=profile.session_minutes))
    session.proposed_by = _party(session, caller)
    _require_free(session, time)
    if session.proposed_by == SessionParty.LEARNER:
        following = starts_at + timedelta(minutes=1)
        if time not in free_slots(profile, starts_at, following, besides=session):
            raise NotASlot
    session.starts_at, session.ends_at = time
    session.mentor_time_zone = profile.time_zone
    session.learner_time_zone = preferences_of(session.learner).time_zone


def _require_free(session: Session, time: Interval) -> None:
    for user_id, whose in ((session.mentor_id, "mentor"), (session.learner_id, "learner")):
        for pk, taken in taken_times([user_id], time) if user_id else ():
            if pk != session.pk:
                start, end = (at.isoformat().replace("+00:00", "Z") for at in taken)
                raise TimeTaken(f"The {whose} has a session from {start} to {end}.")


def _require_not_begun(session: Session) -> None:
    if session.starts_at <= clock.now():
        raise SessionBegun


def _party(session: Session, user: User) -> SessionParty:
    return SessionParty.LEARNER if user.pk == session.learner_id else SessionParty.MENTOR


def _announce(session: Session, by: User | None, kind: str) -> None:
    """Have both calendars mailed the session's state, and notify who did not change it."""
    for user_id in (session.learner_id, session.mentor_id):
        if user_id is None:
            continue
        schedule(MAIL, subject=_state_of(session), user_id=user_id)
        if by is None or user_id != by.pk:
            version = session.version
            notify(user_id=user_id, kind=kind, subject=str(session.pk), version=version)


def _schedule_reminders(session: Session) -> None:
    """Not those whose time is over already."""
    for kind, before in REMINDERS.items():
        due_at = session.starts_at - before
        for user_id in (session.learner_id, session.mentor_id):
            if user_id is not None and due_at > clock.now():
                schedule(kind, subject=_state_of(session), user_id=user_id, due_at=due_at)


def _state_of(session: Session) -> str:
    """The subject of jobs that are void once the session has changed."""
    return f"{session.pk}:{session.sequence}"
