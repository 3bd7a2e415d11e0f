"""Everything that changes calendar events and the tokens of feeds."""

import secrets
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from core.access.selectors import reach_organizations
from core.calendars.models import CalendarEvent, FeedToken
from core.calendars.selectors import managed_events
from core.kit import clock
from core.kit.errors import Conflict, DomainError, NotFound
from core.kit.etags import IfMatch
from core.kit.limits import lock_parent, require_below_limit
from core.kit.transitions import StateMachine, Transition
from core.kit.versions import get_for_update
from core.kit.years import FIRST_YEAR, LAST_YEAR
from core.organizations.models import Organization
from core.outbox.publish import publish
from core.users.models import User
from core.users.one_time_tokens import hash_token
from ongoza_contracts.access import Permission
from ongoza_contracts.calendars import CalendarEventState

MAX_UPCOMING = 2000
TOUCH_AFTER = timedelta(days=1)
SEQUENCED = {"starts_at", "ends_at", "time_zone", "location"}
"""The changes for which RFC 5545 raises SEQUENCE, so that calendars ask their users again."""
EVENT_STATES = StateMachine(
    "event",
    (Transition(CalendarEventState.SCHEDULED, "cancel", None, CalendarEventState.CANCELLED),),
)


class BadTimes(DomainError):
    code = "bad_times"
    detail = f"An event ends at or after its start, in a year from {FIRST_YEAR} to {LAST_YEAR}."


class EventCancelled(Conflict):
    code = "event_cancelled"
    detail = "A cancelled event does not change any more: enter a new one."


class TooManyEvents(Conflict):
    code = "too_many_events"
    detail = f"The organization has {MAX_UPCOMING} events to come."


class IssuedToken(NamedTuple):
    row: FeedToken
    token: str


def add_event(
    *,
    added_by: User,
    organization_id: int,
    title: str,
    starts_at: datetime,
    ends_at: datetime,
    time_zone: str,
    description: str = "",
    location: str = "",
) -> CalendarEvent:
    """A new event of an organization that `added_by` manages.

    Raises NotFound for any other organization, BadTimes, TooManyEvents and Busy.
    """
    managed = reach_organizations(added_by, Permission.COHORT_MANAGE)
    with lock_parent(Organization.objects.filter(managed, pk=organization_id)) as organization:
        _require_times(starts_at, ends_at)
        _require_room(organization, ends_at)
        event = CalendarEvent(
            organization=organization,
            title=title,
            description=description,
            location=location,
            starts_at=starts_at,
            ends_at=ends_at,
            time_zone=time_zone,
        )
        publish(event)
        return event


def update_event(
    *, changed_by: User, event_id: UUID, if_match: IfMatch | None = None, **changes: Any
) -> CalendarEvent:
    """Change texts, times or time zone of an event; a no-op if nothing changes.

    Raises NotFound, PreconditionFailed, EventCancelled, BadTimes, TooManyEvents and Busy.
    """
    rows = managed_events(changed_by).filter(pk=event_id)
    with lock_parent(
        Organization.objects.filter(pk__in=rows.values("organization"))
    ) as organization:
        event = get_for_update(rows, if_match=if_match)
        changed = {name: value for name, value in changes.items() if getattr(event, name) != value}
        if not changed:
            return event
        if event.state == CalendarEventState.CANCELLED:
            raise EventCancelled
        is_over = event.ends_at <= timezone.now()
        for name, value in changed.items():
            setattr(event, name, value)
        _require_times(event.starts_at, event.ends_at)
        if is_over:
            _require_room(organization, event.ends_at)
        event.sequence += bool(SEQUENCED & changed.keys())
        publish(event)
        return event


@transaction.atomic
def cancel_event(
    *, cancelled_by: User, event_id: UUID, if_match: IfMatch | None = None
) -> CalendarEvent:
    """Raises NotFound, PreconditionFailed and IllegalTransition."""
    event = get_for_update(managed_events(cancelled_by).filter(pk=event_id), if_match=if_match)
    EVENT_STATES.move(event, "cancel")
    event.sequence += 1
    publish(event)
    return event


def issue_token(*, user: User) -> IssuedToken:
    """A new token for the user's feed, in place of the former one; the only time it is known.

    Raises NotFound for a user who was erased meanwhile, and Busy.
    """
    with lock_parent(User.objects.filter(pk=user.pk)):
        token, now = secrets.token_urlsafe(32), timezone.now()
        row, _ = FeedToken.objects.update_or_create(
            user_id=user.pk,
            defaults={"hash": hash_token(token), "created_at": now, "used_at": now},
        )
        return IssuedToken(row, token)


def revoke_token(*, user_id: int) -> None:
    """Raises NotFound for a user without a token."""
    if not FeedToken.objects.filter(user_id=user_id).delete()[0]:
        raise NotFound


def record_use(token: FeedToken) -> None:
    """Record that the feed was read, at most once a day."""
    now = timezone.now()
    FeedToken.objects.filter(hash=token.hash, used_at__lt=now - TOUCH_AFTER).update(used_at=now)


def _require_times(starts_at: datetime, ends_at: datetime) -> None:
    """Raises BadTimes."""
    if ends_at < starts_at or starts_at.year < FIRST_YEAR or ends_at.year > LAST_YEAR:
        raise BadTimes


def _require_room(organization: Organization, ends_at: datetime) -> None:
    """Raises TooManyEvents if the event would be one too many to come."""
    now = clock.now()
    upcoming = organization.calendar_events.filter(
        ends_at__gt=now, state=CalendarEventState.SCHEDULED
    )
    if ends_at > now:
        require_below_limit(upcoming, MAX_UPCOMING, TooManyEvents)
