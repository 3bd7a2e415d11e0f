"""Mentors, matches and sessions for tests, made through the services."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from core.mentorship import matches, profiles, requests, sessions
from core.mentorship.models import Match, MentorProfile, MentorshipRequest, Session
from core.mentorship.profiles import RuleSpec
from core.outbox.publish import publish
from core.users.models import User
from ongoza_contracts.mentorship import SessionParty, SessionState

ALL_DAY = [RuleSpec(weekday, time.min, time.min) for weekday in range(7)]
PROFILE: dict[str, Any] = {
    "capacity": 3,
    "time_zone": "Africa/Nairobi",
    "session_minutes": 60,
    "rules": ALL_DAY,
    "overrides": [],
}


def profile(mentor: User, **changes: Any) -> MentorProfile:
    """Of a mentor with hours at any time, unless `changes` say otherwise."""
    return profiles.set_profile(user=mentor, mentor_id=mentor.pk, **{**PROFILE, **changes})


def ahead(days: int = 2, hour: int = 9) -> datetime:
    """A full hour in some days."""
    day = timezone.now().date() + timedelta(days=days)
    return datetime.combine(day, time(hour), UTC)


def asked(learner: User, mentor: User) -> MentorshipRequest:
    if not MentorProfile.objects.filter(pk=mentor.pk).exists():
        profile(mentor)
    return requests.request_mentor(user=learner, mentor_id=mentor.pk)


def match_of(learner: User, mentor: User) -> Match:
    return requests.accept(user=mentor, request_id=asked(learner, mentor).pk)


def session_in(
    state: str, match: Match, starts_at: datetime | None = None, **columns: Any
) -> Session:
    """A session that was brought into a state by the services; `columns` are set afterwards."""
    assert match.mentor is not None
    learner, mentor = match.learner, match.mentor
    starts_at = starts_at or ahead()
    session = sessions.book(caller=learner, match_id=match.pk, starts_at=starts_at)
    if state == SessionState.CANCELLED:
        session = sessions.cancel(caller=learner, session_id=session.pk)
    elif state != SessionState.REQUESTED:
        session = sessions.confirm(caller=mentor, session_id=session.pk)
    if state in (SessionState.HELD, SessionState.MISSED):
        begin(session)
        missed_by = SessionParty.LEARNER if state == SessionState.MISSED else None
        session = sessions.record_attendance(
            caller=mentor, session_id=session.pk, missed_by=missed_by
        )
    set_columns(session, **columns)
    return session


def begin(session: Session) -> Session:
    """As if the session had begun a quarter of an hour ago."""
    starts_at = timezone.now() - timedelta(minutes=15)
    length = session.ends_at - session.starts_at
    return set_columns(session, starts_at=starts_at, ends_at=starts_at + length)


def end(match: Match, **more: Any) -> Match:
    return matches.end_match(caller=match.learner, match_id=match.pk, **more)


def set_columns(session: Session, **columns: Any) -> Session:
    """Without publishing it."""
    if columns:
        QuerySet(Session).filter(pk=session.pk).update(**columns)
        session.refresh_from_db()
    return session


def published_match(learner: User, mentor: User) -> Match:
    """Without its membership, for tests of published rows."""
    match = Match(learner=learner, mentor=mentor)
    with transaction.atomic():
        publish(match)
    return match


def published_session(match: Match, starts_at: datetime | None = None) -> Session:
    starts_at = starts_at or ahead()
    session = Session(
        match=match,
        learner=match.learner,
        mentor=match.mentor,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=1),
        learner_time_zone="Africa/Nairobi",
        mentor_time_zone="Europe/London",
        proposed_by=SessionParty.LEARNER,
    )
    with transaction.atomic():
        publish(session)
    return session
