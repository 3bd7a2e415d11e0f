"""Slots that follow from wall-clock hours, also where clocks change. Pure."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.mentorship.slots import Availability, Hours, Interval, slots

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
ZONES = ("Africa/Nairobi", "Africa/Cairo", "Africa/Casablanca", "Europe/London")
EVERY_DAY = range(7)


def at_every_day(zone: str, *hours: tuple[int, int]) -> Availability:
    windows = [Hours(time(first), time(last)) for first, last in hours]
    weekly = [(weekday, window) for weekday in EVERY_DAY for window in windows]
    return Availability(ZoneInfo(zone), weekly, [])


def on_the_clock(
    availability: Availability, day: date, length: timedelta = HOUR
) -> tuple[list[str], list[str]]:
    """The starts of the slots of one day: as the clock shows them, and in UTC."""
    first = datetime.combine(day, time(), UTC) - DAY
    found = slots(availability, first, first + 3 * DAY, length)
    starts = [slot.starts_at.astimezone(availability.zone) for slot in found]
    of_day = [start for start in starts if start.date() == day]
    return (
        [f"{start:%H:%M}" for start in of_day],
        [f"{start.astimezone(UTC):%H:%M}" for start in of_day],
    )


# Of each zone a usual day, and the days on which its clocks go forward and back in 2026.
CHANGES = [
    ("Africa/Nairobi", date(2026, 3, 29), ["00:00", "01:00", "02:00", "03:00"], "21 22 23 00"),
    ("Europe/London", date(2026, 3, 28), ["00:00", "01:00", "02:00", "03:00"], "00 01 02 03"),
    ("Europe/London", date(2026, 3, 29), ["00:00", "02:00", "03:00"], "00 01 02"),
    (
        "Europe/London",
        date(2026, 10, 25),
        ["00:00", "01:00", "01:00", "02:00", "03:00"],
        "23 00 01 02 03",
    ),
    ("Africa/Cairo", date(2026, 4, 24), ["01:00", "02:00", "03:00"], "22 23 00"),
    ("Africa/Cairo", date(2026, 10, 29), ["00:00", "01:00", "02:00", "03:00"], "21 22 23 00"),
    (
        "Africa/Casablanca",
        date(2026, 2, 15),
        ["00:00", "01:00", "02:00", "02:00", "03:00"],
        "23 00 01 02 03",
    ),
    ("Africa/Casablanca", date(2026, 3, 22), ["00:00", "01:00", "03:00"], "00 01 02"),
]


@pytest.mark.parametrize(("zone", "day", "clock", "hours"), CHANGES, ids=str)
def test_the_hours_of_a_night_are_those_that_the_clock_shows(
    zone: str, day: date, clock: list[str], hours: str
) -> None:
    expected = [f"{hour}:00" for hour in hours.split()]
    assert on_the_clock(at_every_day(zone, (0, 4)), day) == (clock, expected)


def test_an_hour_that_is_repeated_at_midnight_belongs_to_the_day_of_its_clock() -> None:
    """Cairo's clocks go back from 24:00 to 23:00 on 29 October 2026."""
    clock, hours = on_the_clock(at_every_day("Africa/Cairo", (22, 0)), date(2026, 10, 29))
    assert (clock, hours) == (["22:00", "23:00", "23:00"], ["19:00", "20:00", "21:00"])


def test_hours_that_the_clock_skips_give_no_slot() -> None:
    assert on_the_clock(at_every_day("Europe/London", (1, 2)), date(2026, 3, 29)) == ([], [])


def test_a_slot_ends_within_the_hours() -> None:
    availability = at_every_day("Africa/Nairobi", (9, 11))
    clock, _ = on_the_clock(availability, date(2026, 5, 4), timedelta(minutes=45))
    assert clock == ["09:00", "09:45"]


def test_hours_that_touch_or_overlap_are_one_stretch() -> None:
    availability = at_every_day("Africa/Nairobi", (9, 10), (10, 11), (10, 12))
    clock, _ = on_the_clock(availability, date(2026, 5, 4), timedelta(minutes=90))
    assert clock == ["09:00", "10:30"]


def test_hours_of_a_date_replace_those_of_its_weekday() -> None:
    monday, tuesday = date(2026, 5, 4), date(2026, 5, 5)
    weekly = at_every_day("Africa/Nairobi", (9, 10)).weekly
    overrides = [(monday, Hours(time(15), time(17))), (tuesday, None)]
    availability = Availability(ZoneInfo("Africa/Nairobi"), weekly, overrides)
    assert on_the_clock(availability, monday)[0] == ["15:00", "16:00"]
    assert on_the_clock(availability, tuesday)[0] == []
    assert on_the_clock(availability, date(2026, 5, 6))[0] == ["09:00"]


def test_a_taken_time_takes_each_slot_that_it_overlaps() -> None:
    availability = at_every_day("Africa/Nairobi", (9, 13))
    first = datetime(2026, 5, 4, tzinfo=UTC)
    taken = Interval(first + 6.5 * HOUR, first + 7.5 * HOUR)  # 9:30 to 10:30 in Nairobi
    found = slots(availability, first, first + DAY, HOUR, [taken])
    assert [slot.starts_at.hour + 3 for slot in found] == [11, 12]


# --- any hours -----------------------------------------------------------------------------------
MINUTES = st.integers(0, 24 * 4 - 1).map(lambda quarter: quarter * 15)


def hours_of(pair: tuple[int, int]) -> Hours:
    return Hours(*(time(minute // 60, minute % 60) for minute in sorted(pair)))


WINDOWS = st.tuples(MINUTES, MINUTES).filter(lambda pair: pair[0] != pair[1]).map(hours_of)
AVAILABILITIES = st.builds(
    Availability,
    st.sampled_from(ZONES).map(ZoneInfo),
    st.lists(st.tuples(st.integers(0, 6), WINDOWS), max_size=6),
    st.lists(
        st.tuples(
            st.sampled_from([day for _, day, _, _ in CHANGES]), st.one_of(st.none(), WINDOWS)
        ),
        max_size=3,
    ),
)
STARTS = st.builds(
    lambda day, minutes: datetime.combine(day, time(), UTC) - DAY + minutes * MINUTE,
    st.sampled_from([day for _, day, _, _ in CHANGES]),
    st.integers(0, 24 * 60),
)
LENGTHS = st.sampled_from([15, 30, 45, 60, 90]).map(lambda minutes: minutes * MINUTE)


def is_available(availability: Availability, at: datetime) -> bool:
    """As the definition says: by the clock on the wall at that moment."""
    clock = at.astimezone(availability.zone)
    return any(
        window.starts <= clock.time() and (clock.time() < window.ends or window.ends == time.min)
        for window in availability.hours_on(clock.date())
    )


@given(AVAILABILITIES, STARTS, LENGTHS)
def test_each_minute_of_a_slot_is_available_and_no_two_slots_overlap(
    availability: Availability, first: datetime, length: timedelta
) -> None:
    found = slots(availability, first, first + 3 * DAY, length)
    for slot in found:
        assert slot.ends_at - slot.starts_at == length
        minutes = range(int(length / MINUTE))
        assert all(is_available(availability, slot.starts_at + one * MINUTE) for one in minutes)
    ends = [slot.ends_at for slot in found]
    assert all(end <= later.starts_at for end, later in zip(ends, found[1:], strict=False))


@given(AVAILABILITIES, STARTS)
def test_slots_of_a_quarter_of_an_hour_cover_all_available_time(
    availability: Availability, first: datetime
) -> None:
    last = first + 2 * DAY
    starts = {slot.starts_at for slot in slots(availability, first, last, 15 * MINUTE)}
    quarter = first.replace(minute=first.minute // 15 * 15) + 15 * MINUTE
    while quarter < last:
        assert (quarter in starts) == is_available(availability, quarter)
        quarter += 15 * MINUTE


@given(AVAILABILITIES, STARTS, LENGTHS, st.integers(0, 48 * 60))
def test_a_slot_does_not_depend_on_the_range_that_is_asked_for(
    availability: Availability, first: datetime, length: timedelta, minutes: int
) -> None:
    later = first + minutes * MINUTE
    found = slots(availability, first, first + 3 * DAY, length)
    part = slots(availability, later, first + 3 * DAY, length)
    assert part == [slot for slot in found if slot.starts_at >= later]
