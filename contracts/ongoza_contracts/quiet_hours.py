"""When a user wants to be left in peace, for both services. Pure functions of the wall clock in the
user's zone."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

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
