"""Kinds of notification about requests, matches and sessions."""

from collections.abc import Collection, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from core.mentorship import conversation_notifications  # noqa: F401 (declares its own)
from core.mentorship.conversation_models import GroupSession
from core.mentorship.models import Match, Session
from core.notifications.models import Channel
from core.notifications.registry import declare

ASKED = "mentorship.request_received"
PASSED_ON = "mentorship.request_passed_on"
MATCH_ENDED = "mentorship.match_ended"
PROPOSED = "mentorship.session_proposed"
MOVED = "mentorship.session_moved"
CONFIRMED = "mentorship.session_confirmed"
CANCELLED = "mentorship.session_cancelled"
HELD = "mentorship.session_held"
MISSED = "mentorship.session_missed"
TOMORROW = "mentorship.session_tomorrow"
SOON = "mentorship.session_soon"


def _matches(subjects: Collection[str]) -> Mapping[str, Mapping[str, object]]:
    rows = Match.objects.filter(pk__in=subjects)
    return {str(row.pk): {"reason": row.end_reason} for row in rows}


def _sessions(subjects: Collection[str]) -> Mapping[str, Mapping[str, object]]:
    """The start by the clocks of the learner and of the mentor; once if they have one zone, as a
    group session has."""
    groups = GroupSession.objects.filter(pk__in=subjects)
    found = {str(row.pk): _clocks(row.starts_at, row.time_zone) for row in groups}
    for row in Session.objects.filter(pk__in=subjects):
        found[str(row.pk)] = _clocks(row.starts_at, row.learner_time_zone, row.mentor_time_zone)
    return found


def _clocks(at: datetime, *zones: str) -> Mapping[str, object]:
    clocks = [
        {"at": at.astimezone(ZoneInfo(zone)).replace(tzinfo=None), "zone": zone}
        for zone in dict.fromkeys(zones)
    ]
    return {"clocks": clocks}


declare(ASKED, Channel.MAIL, Channel.PUSH)
declare(PASSED_ON, Channel.PUSH)
declare(MATCH_ENDED, Channel.MAIL, Channel.PUSH, contexts=_matches)
for kind in (PROPOSED, MOVED, CONFIRMED, CANCELLED):  # a mail with the calendar part goes out too
    declare(kind, Channel.PUSH, contexts=_sessions)
for kind in (HELD, MISSED):
    declare(kind, contexts=_sessions)
for kind in (TOMORROW, SOON):
    declare(kind, Channel.MAIL, Channel.PUSH, contexts=_sessions)
