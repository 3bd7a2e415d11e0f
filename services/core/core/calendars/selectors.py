"""Reads of calendar events: members of an organization and of its cohorts read them, managers what
they manage."""

from datetime import timedelta
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone

from core.access.selectors import active_memberships, extent
from core.calendars.models import CalendarEvent, FeedToken
from core.cohorts.models import Cohort
from core.kit.errors import NotFound
from core.users.models import User
from core.users.one_time_tokens import hash_token
from ongoza_contracts.access import Permission
from ongoza_contracts.calendars import CalendarEventState

FEED_PAST = timedelta(days=90)
"""How long events stay in a feed after their end."""
CANCELLED_FOR = timedelta(days=30)
"""How long a feed names a cancelled event, so that the calendars that read it remove it."""
FEED_MAX = 500


def managed_events(caller: User) -> QuerySet[CalendarEvent]:
    """The events that the caller may change."""
    found = extent(caller, Permission.COHORT_MANAGE)
    everyone = CalendarEvent.objects.all()
    return everyone if found.everyone else everyone.filter(organization__in=found.organizations)


def visible_events(caller: User) -> QuerySet[CalendarEvent]:
    """The events of the caller's organizations and cohorts, and those they may change."""
    managed = managed_events(caller).values("pk")
    return CalendarEvent.objects.filter(_for_member(caller) | Q(pk__in=managed))


def visible_event(caller: User, event_id: UUID) -> CalendarEvent:
    """Raises NotFound both for an event that does not exist and for one out of reach."""
    event = visible_events(caller).filter(pk=event_id).first()
    if event is None:
        raise NotFound
    return event


def feed_events(user: User) -> list[CalendarEvent]:
    """The events of the user's organizations and cohorts that are to come or ended lately, and
    those cancelled lately, by their start; of more than FEED_MAX the next ones to come."""
    now = timezone.now()
    scheduled = Q(state=CalendarEventState.SCHEDULED, ends_at__gt=now - FEED_PAST)
    cancelled = Q(state=CalendarEventState.CANCELLED, updated_at__gt=now - CANCELLED_FOR)
    found = CalendarEvent.objects.filter(_for_member(user), scheduled | cancelled)
    next_first = found.alias(ended=Q(ends_at__lt=now)).order_by("ended", "starts_at", "id")
    return sorted(next_first[:FEED_MAX], key=lambda event: (event.starts_at, event.pk))


def feed_token(token: str) -> FeedToken:
    """Raises NotFound for a token that is unknown or was revoked, and for a deactivated user."""
    rows = FeedToken.objects.filter(hash=hash_token(token), user__is_active=True)
    found = rows.select_related("user").first()
    if found is None:
        raise NotFound
    return found


def own_feed_token(user: User) -> FeedToken:
    """Raises NotFound."""
    found = FeedToken.objects.filter(user=user).first()
    if found is None:
        raise NotFound
    return found


def _for_member(user: User) -> Q:
    held = active_memberships().filter(user_id=user.id)
    cohorts = Cohort.objects.filter(pk__in=held.exclude(cohort_id=None).values("cohort_id"))
    return Q(organization__in=held.exclude(organization=None).values("organization_id")) | Q(
        organization__in=cohorts.values("organization_id")
    )
