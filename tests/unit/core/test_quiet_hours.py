"""Quiet hours in the user's zone, over midnight and over changes of the clock."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.notifications.quiet_hours import first_time_to_disturb
from core.users.models import Preferences
from ongoza_contracts.quiet_hours import QuietHours

CLOCK_TIMES = st.builds(time, st.integers(0, 23), st.integers(0, 59))
ZONES = ("UTC", "Africa/Nairobi", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe")


def end(zone: str, start: str, until: str, moment: str) -> str:
    """The end of the quiet hours at `moment`, both in UTC."""
    hours = QuietHours(ZoneInfo(zone), time.fromisoformat(start), time.fromisoformat(until))
    found = hours.end_after(datetime.fromisoformat(moment).replace(tzinfo=UTC))
    return f"{found.astimezone(UTC):%Y-%m-%dT%H:%M:%S}"


@pytest.mark.parametrize(
    ("zone", "hours", "moment", "expected"),
    [
        ("UTC", ("13:00", "14:00"), "2026-06-01T12:59:59", "2026-06-01T12:59:59"),
        ("UTC", ("13:00", "14:00"), "2026-06-01T13:00:00", "2026-06-01T14:00:00"),
        ("UTC", ("13:00", "14:00"), "2026-06-01T13:59:59", "2026-06-01T14:00:00"),
        ("UTC", ("13:00", "14:00"), "2026-06-01T14:00:00", "2026-06-01T14:00:00"),
        ("UTC", ("13:00", "13:00"), "2026-06-01T13:00:00", "2026-06-01T13:00:00"),
        ("UTC", ("22:00", "06:00"), "2026-06-01T21:59:00", "2026-06-01T21:59:00"),
        ("UTC", ("22:00", "06:00"), "2026-06-01T23:30:00", "2026-06-02T06:00:00"),
        ("UTC", ("22:00", "06:00"), "2026-06-02T00:30:00", "2026-06-02T06:00:00"),
        ("UTC", ("22:00", "00:00"), "2026-06-01T22:00:00", "2026-06-02T00:00:00"),
        # Three hours ahead of UTC, all year.
        ("Africa/Nairobi", ("22:00", "06:00"), "2026-06-01T19:00:00", "2026-06-02T03:00:00"),
        ("Africa/Nairobi", ("22:00", "06:00"), "2026-06-01T18:59:00", "2026-06-01T18:59:00"),
        # The clock goes forward on 29 March 2026, from 02:00 to 03:00: an hour less of night.
        ("Europe/Berlin", ("22:00", "06:00"), "2026-03-28T21:30:00", "2026-03-29T04:00:00"),
        ("Europe/Berlin", ("22:00", "06:00"), "2026-03-27T21:30:00", "2026-03-28T05:00:00"),
        # 02:30 does not exist that night: what ends then ends when the clock goes forward.
        ("Europe/Berlin", ("22:00", "02:30"), "2026-03-28T22:00:00", "2026-03-29T01:00:00"),
        # 02:30 to 02:45 does not exist at all.
        ("Europe/Berlin", ("02:30", "02:45"), "2026-03-29T01:00:00", "2026-03-29T01:00:00"),
        # The clock goes back on 25 October 2026, from 03:00 to 02:00: the night is an hour longer.
        ("Europe/Berlin", ("22:00", "06:00"), "2026-10-24T20:30:00", "2026-10-25T05:00:00"),
        # 02:30 comes twice that night: the first one ends the hours, the second one does again.
        ("Europe/Berlin", ("22:00", "02:30"), "2026-10-24T23:00:00", "2026-10-25T00:30:00"),
        ("Europe/Berlin", ("22:00", "02:30"), "2026-10-25T01:10:00", "2026-10-25T01:30:00"),
        # A zone whose clock changes by half an hour.
        ("Australia/Lord_Howe", ("22:00", "06:00"), "2026-10-03T13:00:00", "2026-10-03T19:00:00"),
    ],
)
def test_quiet_hours_end_by_the_clock_on_the_wall(
    zone: str, hours: tuple[str, str], moment: str, expected: str
) -> None:
    assert end(zone, *hours, moment) == expected


@given(
    zone=st.sampled_from(ZONES),
    start=CLOCK_TIMES,
    until=CLOCK_TIMES,
    moment=st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)),  # noqa: DTZ001
)
def test_the_end_is_the_first_minute_that_is_not_quiet(
    zone: str, start: time, until: time, moment: datetime
) -> None:
    hours, now = QuietHours(ZoneInfo(zone), start, until), moment.replace(tzinfo=UTC)
    found = hours.end_after(now)
    assert not hours.include(found)
    assert now <= found <= now + timedelta(hours=25)
    assert (
        found == now
        or hours.include(found - timedelta(minutes=1))
        or found - now < timedelta(minutes=1)
    )


def test_without_quiet_hours_everything_is_now() -> None:
    now = datetime(2026, 6, 1, 23, tzinfo=UTC)
    assert first_time_to_disturb(Preferences(), now) == now
    quiet = Preferences(quiet_from=time(1), quiet_until=time(3), time_zone="Africa/Nairobi")
    assert first_time_to_disturb(quiet, now) == datetime(2026, 6, 2, 0, tzinfo=UTC)
