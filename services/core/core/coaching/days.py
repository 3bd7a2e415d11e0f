"""The days of a user: in their time zone, each from their day-start hour on."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from core.users.models import Preferences

LATE_DAYS = 7
"""So many days before today may still be recorded: a phone may have been offline."""


def local_day(preferences: Preferences, moment: datetime) -> date:
    """The day it is for the user: before the hour at which their day starts, still yesterday."""
    local = moment.astimezone(ZoneInfo(preferences.time_zone))
    return (local.replace(tzinfo=None) - timedelta(hours=preferences.day_start_hour)).date()


def next_time(preferences: Preferences, clock_time: time, after: datetime) -> datetime:
    """When the user's clock shows this time next."""
    zone = ZoneInfo(preferences.time_zone)
    today = after.astimezone(zone).date()
    moments = (
        datetime.combine(today + timedelta(days=number), clock_time, zone) for number in range(3)
    )
    return next(moment for moment in moments if moment > after)
