"""When a user wants to be left in peace, by the user's preferences."""

from datetime import datetime
from zoneinfo import ZoneInfo

from core.users.models import Preferences
from ongoza_contracts.quiet_hours import QuietHours


def first_time_to_disturb(preferences: Preferences, moment: datetime) -> datetime:
    """`moment`, or the end of the quiet hours in which it falls."""
    if preferences.quiet_from is None or preferences.quiet_until is None:
        return moment
    zone = ZoneInfo(preferences.time_zone)
    hours = QuietHours(zone, preferences.quiet_from, preferences.quiet_until)
    return hours.end_after(moment)
