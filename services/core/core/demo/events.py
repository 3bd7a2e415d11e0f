"""The academy's weekly live sessions of a year, and those to come."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from core.calendars.services import add_event, cancel_event
from core.demo.cohorts import TIME_ZONE, Academy
from core.kit import clock
from core.kit.past import happened_at

WEEKS_BEFORE, WEEKS_TO_COME = 52, 8
CANCELLED_EVERY = 10
ENTERED_BEFORE, CANCELLED_BEFORE = timedelta(days=70), timedelta(days=3)


def plant_events(academy: Academy) -> None:
    zone = ZoneInfo(TIME_ZONE)
    now = clock.now().astimezone(zone)
    today = now.date()
    monday = today - timedelta(days=today.weekday())
    for week in range(-WEEKS_BEFORE, WEEKS_TO_COME + 1):
        begins = datetime.combine(monday + timedelta(weeks=week), time(18), zone)
        with happened_at(begins - ENTERED_BEFORE):
            event = add_event(
                added_by=academy.director,
                organization_id=academy.organization.pk,
                title="Live session: questions and practice",
                description="Bring what you got stuck on this week.",
                starts_at=begins,
                ends_at=begins + timedelta(minutes=90),
                time_zone=TIME_ZONE,
            )
        if week % CANCELLED_EVERY == 2:
            with happened_at(min(begins, now) - CANCELLED_BEFORE):
                cancel_event(cancelled_by=academy.director, event_id=event.pk)
