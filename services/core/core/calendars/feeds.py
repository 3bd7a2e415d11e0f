"""Calendar events as iCalendar (RFC 5545)."""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import timedelta
from uuid import NAMESPACE_URL, uuid5
from zoneinfo import ZoneInfo

from django.conf import settings
from icalendar import Calendar, Component, Event

from core.calendars.models import CalendarEvent

NAME = "Ongoza CyberHub"
PRODUCT = "-//Ongoza//CyberHub//EN"
YEAR = timedelta(days=366)


def feed_etag(events: Iterable[CalendarEvent]) -> str:
    """Changes with every event that appears, changes or disappears."""
    states = "\n".join(f"{event.pk} {event.version}" for event in events)
    return f'"{hashlib.sha256(states.encode()).hexdigest()}"'


def feed(events: Sequence[CalendarEvent]) -> bytes:
    """The same bytes for the same states of the events."""
    uid = str(uuid5(NAMESPACE_URL, settings.WEB_URL))  # icalendar's own is random
    calendar = Calendar.new(uid=uid, prodid=PRODUCT, name=NAME)
    for event in events:
        calendar.add_component(_component(event))
    if events:
        first = min(event.starts_at for event in events).date() - YEAR
        last = max(event.ends_at for event in events).date() + YEAR
        calendar.add_missing_timezones(first, last)
        calendar.subcomponents.sort(key=_zones_by_name)
    return bytes(calendar.to_ical())


def _zones_by_name(component: Component) -> str:
    """icalendar adds the zones before the events, in no order. Sorting leaves the events alone."""
    return f"zone {component['tzid']}" if component.name == "VTIMEZONE" else "zones end"


def _component(event: CalendarEvent) -> Event:
    zone = ZoneInfo(event.time_zone)
    found = Event()
    found.add("uid", str(event.pk))
    found.add("sequence", event.sequence)
    found.add("status", "CANCELLED" if event.state == "cancelled" else "CONFIRMED")
    found.add("summary", event.title)
    for name in ("description", "location"):
        if text := getattr(event, name):
            found.add(name, text)
    found.add("dtstart", event.starts_at.astimezone(zone))
    found.add("dtend", event.ends_at.astimezone(zone))
    found.add("created", event.created_at)
    found.add("last-modified", event.updated_at)
    found.add("dtstamp", event.updated_at)
    return found
