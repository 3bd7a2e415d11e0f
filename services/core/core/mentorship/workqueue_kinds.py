"""The kinds of work that mentorship has for mentors, and what is promised to learners."""

from datetime import timedelta
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from core.kit import clock
from core.mentorship.conversation_models import Message
from core.mentorship.models import MentorshipRequest, RequestState, Session
from core.mentorship.workqueue import WorkKind, declare
from ongoza_contracts.mentorship import MatchState, SessionParty, SessionState


def _requests() -> QuerySet[Any]:
    return MentorshipRequest.objects.filter(state=RequestState.ASKED, expires_at__isnull=False)


def _sessions_to_confirm() -> QuerySet[Any]:
    return Session.objects.filter(
        state=SessionState.REQUESTED, proposed_by=SessionParty.LEARNER, starts_at__gt=clock.now()
    )


def _sessions_to_record() -> QuerySet[Any]:
    return Session.objects.filter(state=SessionState.CONFIRMED, ends_at__lte=clock.now())


def _unread_messages() -> QuerySet[Any]:
    """The oldest unread one of each active match."""
    unread = Message.objects.filter(from_mentor=False, read_at=None, match__state=MatchState.ACTIVE)
    earlier = unread.filter(match=OuterRef("match"), number__lt=OuterRef("number"))
    return unread.filter(~Exists(earlier))


declare(WorkKind(name="request_to_answer", rows=_requests, due="expires_at"))
declare(
    WorkKind(
        name="session_to_confirm",
        rows=_sessions_to_confirm,
        since="updated_at",
        due="updated_at",
        promised=timedelta(days=2),
    )
)
declare(
    WorkKind(
        name="session_to_record",
        rows=_sessions_to_record,
        since="ends_at",
        due="ends_at",
        promised=timedelta(days=1),
    )
)
declare(
    WorkKind(
        name="messages_to_read",
        rows=_unread_messages,
        mentor="match__mentor_id",
        learner="match__learner_id",
        promised=timedelta(days=2),
    )
)
