"""When a user wants to be left in peace. Pure functions of the wall clock in the user's zone."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from core.users.models import Preferences

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class QuietHours:
    """From `start` until before `end`, every day, over midnight if `end` is the earlier one.

    Hours that begin when they end are none.
    """

    zone: ZoneInfo
    start: time
    end: time

    def include(self, moment: datetime) -> bool:
        clock = moment.astimezone(self.zone).time()
        if self.start <= self.end:
            return self.start <= clock < self.end
        return clock >= self.start or clock < self.end

    def end_after(self, moment: datetime) -> datetime:
        """The first full minute from `moment` on that is not quiet; `moment` if it is not quiet.

        The wall clock is asked for every minute: it skips an hour, or shows one twice, when
        daylight saving time begins or ends.
        """
        if not self.include(moment):
            return moment
        later = moment.astimezone(UTC).replace(second=0, microsecond=0) + MINUTE
        while self.include(later):
            later += MINUTE
        return later


def first_time_to_disturb(preferences: Preferences, moment: datetime) -> datetime:
    """`moment`, or the end of the quiet hours in which it falls."""
    if preferences.quiet_from is None or preferences.quiet_until is None:
        return moment
    zone = ZoneInfo(preferences.time_zone)
    hours = QuietHours(zone, preferences.quiet_from, preferences.quiet_until)
    return hours.end_after(moment)
