"""Calendar events are published without their texts, which people write for the members alone."""

from core.calendars.models import CalendarEvent
from core.outbox.publications import Publication, register
from ongoza_contracts.calendars import CalendarEventUpdated

CALENDAR_EVENTS = register(
    Publication(
        model=CalendarEvent,
        fact=CalendarEventUpdated,
        columns={"calendar_event_id": "id"},
        unpublished={"title": "(the title was lost)", "description": "", "location": ""},
    )
)
