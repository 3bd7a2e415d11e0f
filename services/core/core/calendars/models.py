from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from core.kit.choices import enum_choices
from core.kit.versions import Versioned
from core.organizations.models import Organization
from ongoza_contracts.calendars import CalendarEventState
from ongoza_contracts.event import uuid7


class CalendarEvent(Versioned):
    """Something that takes place at a time, for the members of an organization."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="calendar_events")
    title = models.CharField(max_length=200)
    description = models.TextField(max_length=4000, blank=True)
    location = models.CharField(max_length=200, blank=True)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    time_zone = models.CharField(max_length=64)
    state = models.CharField(
        max_length=16,
        choices=enum_choices(CalendarEventState),
        default=CalendarEventState.SCHEDULED.value,
        editable=False,
    )
    """A cancelled event never changes again: `updated_at` is when it was cancelled."""
    sequence = models.PositiveIntegerField(default=0, editable=False)

    class Meta:
        ordering = ("starts_at", "id")
        constraints = (
            models.CheckConstraint(
                condition=Q(ends_at__gte=F("starts_at")), name="calendar_event_times"
            ),
        )
        indexes = (models.Index("organization", "starts_at", name="calendar_events_by_start"),)

    def __str__(self) -> str:
        return f"{self.title} ({self.organization})"


class FeedToken(models.Model):
    """The secret in the address of a user's calendar feed, of which only the hash is stored."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="feed_token"
    )
    hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    used_at = models.DateTimeField(default=timezone.now, editable=False)
    """When a calendar read the feed, to within a day; at first, when the token was created."""

    class Meta:
        indexes = (models.Index("used_at", name="feed_tokens_by_used_at"),)

    def __str__(self) -> str:
        return f"Feed of {self.user}"
