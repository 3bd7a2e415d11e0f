"""Calls of the services of mentorship that write published entities."""

from collections.abc import Callable, Mapping
from typing import Any

from core.access.services import revoke
from core.mentorship.models import Session
from ongoza_contracts.mentorship import MatchEndReason, SessionState
from tests.unit.core.mentor_rows import ahead, begin, match_of, session_in
from tests.unit.core.school import World


def session_of(world: World, state: str) -> Session:
    return session_in(state, match_of(world.learner, world.mentor))


def by(caller: str, state: str, **more: Any) -> Callable[[World], dict[str, Any]]:
    """The arguments of a service that changes a session in this state."""

    def arguments(world: World) -> dict[str, Any]:
        session = session_of(world, state)
        return {"caller": getattr(world, caller), "session_id": session.pk, **more}

    return arguments


def begun(world: World, state: str) -> dict[str, Any]:
    return {"session_id": begin(session_of(world, state)).pk}


def without_membership(world: World) -> dict[str, Any]:
    match = match_of(world.learner, world.mentor)
    session_in(SessionState.REQUESTED, match)
    held = world.mentor.memberships.get(learner=world.learner)
    revoke(membership_id=held.pk, revoked_by=world.admin)
    return {"match_id": match.pk}


def with_session(world: World) -> dict[str, Any]:
    return {
        "caller": world.learner,
        "match_id": session_of(world, SessionState.CONFIRMED).match_id,
        "reason": MatchEndReason.COMPLETED,
    }


OF_MENTORSHIP: Mapping[str, tuple[str, Callable[[World], dict[str, Any]]]] = {
    "access.services.follow_match": (
        "memberships",
        lambda w: {"mentor_id": w.mentor.pk, "learner_id": w.learner.pk, "is_active": True},
    ),
    "mentorship.matches.start_match": (
        "matches memberships",
        lambda w: {"mentor_id": w.mentor.pk, "learner_id": w.learner.pk},
    ),
    "mentorship.matches.end_match": ("matches memberships sessions", with_session),
    "mentorship.matches.end_match_without_membership": ("matches sessions", without_membership),
    "mentorship.sessions.book": (
        "sessions",
        lambda w: {
            "caller": w.learner,
            "match_id": match_of(w.learner, w.mentor).pk,
            "starts_at": ahead(),
        },
    ),
    "mentorship.sessions.move": (
        "sessions",
        by("learner", SessionState.CONFIRMED, starts_at=ahead(3)),
    ),
    "mentorship.sessions.confirm": ("sessions", by("mentor", SessionState.REQUESTED)),
    "mentorship.sessions.cancel": ("sessions", by("learner", SessionState.CONFIRMED)),
    "mentorship.sessions.record_attendance": (
        "sessions",
        lambda w: {"caller": w.mentor, **begun(w, SessionState.CONFIRMED)},
    ),
    "mentorship.sessions.lapse": ("sessions", lambda w: begun(w, SessionState.REQUESTED)),
    "mentorship.sessions.cancel_all": (
        "sessions",
        lambda w: {"rows": Session.objects.filter(pk=session_of(w, SessionState.CONFIRMED).pk)},
    ),
}
