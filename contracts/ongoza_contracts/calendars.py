"""Facts about the calendars of organizations."""

from enum import StrEnum
from uuid import UUID

from pydantic import AwareDatetime, Field

from ongoza_contracts.event import Fact
from ongoza_contracts.vocabulary import OrganizationId, TimeZoneName


class CalendarEventState(StrEnum):
    SCHEDULED = "scheduled"
    CANCELLED = "cancelled"


class CalendarEventUpdated(
    Fact,
    type="ongoza.calendar_event.updated.v1",
    key=("calendar_event_id",),
    partition="calendar_event_id",
):
    """An event was entered in a calendar, changed or cancelled. Its texts are not published."""

    calendar_event_id: UUID
    """A UUID of version 7."""
    organization_id: OrganizationId
    """The organization whose members the event is for."""
    state: CalendarEventState
    """Whether the event takes place."""
    starts_at: AwareDatetime
    """When the event starts."""
    ends_at: AwareDatetime
    """When the event ends."""
    time_zone: TimeZoneName
    """Where the event takes place; both times are at that place's clock in calendars."""
    sequence: int = Field(ge=0, le=2**31 - 1)
    """Raised when time, place or state change: the SEQUENCE of RFC 5545."""
    created_at: AwareDatetime
    """When the event was entered."""
    updated_at: AwareDatetime
    """When the event changed last."""
