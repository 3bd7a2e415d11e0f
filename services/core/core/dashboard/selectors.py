"""What a learner's overview shows of core's rows, in a number of queries that does not grow."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Count, Q

from core.calendars.selectors import visible_events
from core.coaching.models import Habit
from core.coaching.selectors import active_habits, goals_by_state
from core.dashboard.actions import Action, actions_of
from core.dashboard.programs import ProgramProgress, programs_of
from core.kit import clock
from core.mentorship.models import OPEN_SESSIONS, Session
from core.progress.models import Progress
from core.reviews.models import QueueEntry
from core.reviews.selectors import WAITS
from core.users.models import User
from ongoza_contracts.calendars import CalendarEventState

EVENTS_MAX = 5
REVIEWS_MAX = 10


@dataclass(frozen=True)
class Event:
    """Of the calendar, or a mentoring session."""

    kind: str
    id: UUID
    title: str
    """Empty for a session."""
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class Overview:
    user: User
    as_of: datetime
    programs: list[ProgramProgress]
    actions: list[Action]
    habits: Sequence[Habit]
    goals: dict[str, int]
    events: list[Event]
    reviews: list[QueueEntry]
    completed_7_days: int
    completed_28_days: int


def overview_of(user: User) -> Overview:
    now = clock.now()
    programs = programs_of(user)
    return Overview(
        user=user,
        as_of=now,
        programs=programs,
        actions=actions_of(user, programs),
        habits=active_habits(user),
        goals=goals_by_state(user),
        events=_events(user, now),
        reviews=_open_reviews(user),
        **_completions(user, now),
    )


def _completions(user: User, now: datetime) -> dict[str, int]:
    return Progress.objects.filter(user=user).aggregate(
        **{
            f"completed_{days}_days": Count(
                "pk", filter=Q(first_completed_at__gt=now - timedelta(days=days))
            )
            for days in (7, 28)
        }
    )


def _events(user: User, now: datetime) -> list[Event]:
    """The next ones of the user's organizations and cohorts, and the user's own sessions."""
    scheduled = visible_events(user).filter(state=CalendarEventState.SCHEDULED, ends_at__gt=now)
    sessions = Session.objects.filter(learner=user, state__in=OPEN_SESSIONS, ends_at__gt=now)
    found = [
        *(
            Event("event", one.pk, one.title, one.starts_at, one.ends_at)
            for one in scheduled.order_by("starts_at", "pk")[:EVENTS_MAX]
        ),
        *(
            Event("session", one.pk, "", one.starts_at, one.ends_at)
            for one in sessions[:EVENTS_MAX]
        ),
    ]
    return sorted(found, key=lambda one: one.starts_at)[:EVENTS_MAX]


def _open_reviews(user: User) -> list[QueueEntry]:
    """The user's submissions that wait for a review, the longest waiting first."""
    rows = QueueEntry.objects.filter(WAITS, submission__user=user)
    return [*rows.select_related("submission__mission")[:REVIEWS_MAX]]
