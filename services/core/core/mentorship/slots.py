"""Slots that follow from a mentor's hours. Pure: no queries, and the same answer at any time.

Hours are read by the clock on the wall: a moment is available if the clock of the mentor's zone
then shows a time within the hours of that day. So an hour that a change of clocks repeats is
available twice, and one that it skips is not there.
"""

from bisect import bisect_left
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)
STEP = timedelta(hours=6)
"""No zone changes its clocks twice within it."""
MINUTE = timedelta(minutes=1)


class Hours(NamedTuple):
    starts: time
    ends: time
    """Midnight is the end of the day."""


class Interval(NamedTuple):
    """Two times in UTC; the second one does not belong to it."""

    starts_at: datetime
    ends_at: datetime

    def overlaps(self, other: "Interval") -> bool:
        return self.starts_at < other.ends_at and other.starts_at < self.ends_at


@dataclass(frozen=True)
class Availability:
    zone: ZoneInfo
    weekly: Sequence[tuple[int, Hours]]
    """Each with its weekday; 0 is Monday."""
    overrides: Sequence[tuple[date, Hours | None]]
    """Hours of dates, in place of the weekly ones; None for no hours."""

    def hours_on(self, day: date) -> list[Hours]:
        given = [hours for date_, hours in self.overrides if date_ == day]
        if given:
            return sorted(hours for hours in given if hours is not None)
        return sorted(hours for weekday, hours in self.weekly if weekday == day.weekday())


def slots(
    availability: Availability,
    first: datetime,
    last: datetime,
    length: timedelta,
    taken: Collection[Interval] = (),
) -> list[Interval]:
    """The slots that start at `first` or later, before `last`, and overlap nothing `taken`.

    They follow each other from the beginning of each span of available time of a day.
    """
    found = []
    for span in _open_intervals(availability, first, last):
        starts_at = span.starts_at
        while starts_at + length <= span.ends_at:
            slot = Interval(starts_at, starts_at + length)
            if first <= starts_at < last and not any(map(slot.overlaps, taken)):
                found.append(slot)
            starts_at += length
    return sorted(found)


def _open_intervals(
    availability: Availability, first: datetime, last: datetime
) -> Iterator[Interval]:
    """The available time of the days that touch the range, without gaps within a span."""
    periods = [*_offset_periods(availability.zone, first - 2 * DAY, last + 2 * DAY)]
    day = first.astimezone(availability.zone).date() - DAY
    while day <= last.astimezone(availability.zone).date() + DAY:
        yield from _joined(_of_day(day, availability.hours_on(day), periods))
        day += DAY


def _of_day(
    day: date, hours: Sequence[Hours], periods: Sequence[tuple[Interval, timedelta]]
) -> Iterator[Interval]:
    """The moments at which the clock shows `hours` of the day, offset by offset."""
    for window in hours:
        opens = datetime.combine(day, window.starts, UTC)
        closes = datetime.combine(day, window.ends, UTC) + (
            DAY if window.ends == time.min else timedelta()
        )
        for period, offset in periods:
            starts_at = max(opens - offset, period.starts_at)
            ends_at = min(closes - offset, period.ends_at)
            if starts_at < ends_at:
                yield Interval(starts_at, ends_at)


def _joined(intervals: Iterator[Interval]) -> list[Interval]:
    joined: list[Interval] = []
    for one in sorted(intervals):
        if joined and one.starts_at <= joined[-1].ends_at:
            ends_at = max(one.ends_at, joined[-1].ends_at)
            joined[-1] = Interval(joined[-1].starts_at, ends_at)
        else:
            joined.append(one)
    return joined


def _offset_periods(
    zone: ZoneInfo, first: datetime, last: datetime
) -> Iterator[tuple[Interval, timedelta]]:
    """The periods of constant offset from UTC, which cover the range."""
    starts_at = at = first.astimezone(UTC).replace(second=0, microsecond=0)
    while at < last:
        following = at + STEP
        if _offset(zone, at) != _offset(zone, following):
            change = _change_between(zone, at, following)
            yield Interval(starts_at, change), _offset(zone, at)
            starts_at = change
        at = following
    yield Interval(starts_at, at), _offset(zone, at)


def _change_between(zone: ZoneInfo, before: datetime, after: datetime) -> datetime:
    """The first minute with the later offset."""
    old, minutes = _offset(zone, before), range((after - before) // MINUTE + 1)
    first = bisect_left(minutes, 1, key=lambda one: _offset(zone, before + one * MINUTE) != old)
    return before + first * MINUTE


def _offset(zone: ZoneInfo, at: datetime) -> timedelta:
    return at.astimezone(zone).utcoffset() or timedelta()
