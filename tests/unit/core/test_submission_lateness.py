"""Lateness: what it is in examples, and what holds for every rule and every time."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.submissions.lateness import DAY, IN_TIME, Lateness, LateRule, lateness
from ongoza_contracts.missions import LatePolicy

DUE = datetime(2026, 11, 2, 21, tzinfo=UTC)
ACCEPT = LateRule(policy=LatePolicy.ACCEPT)
DEDUCT = LateRule(
    policy=LatePolicy.DEDUCT, grace_minutes=10, deduction_per_day=20, deduction_limit=50
)
REFUSE = LateRule(policy=LatePolicy.REFUSE, grace_minutes=10)
TIMES = st.integers(-(10**8), 10**8).map(lambda seconds: DUE + timedelta(seconds=seconds))
RULES = st.builds(
    LateRule,
    policy=st.sampled_from(LatePolicy),
    grace_minutes=st.integers(0, 20_000),
    deduction_per_day=st.integers(0, 100),
    deduction_limit=st.integers(0, 100),
)
SHIFTS = st.integers(0, 10**8).map(lambda seconds: timedelta(seconds=seconds))


def order(found: Lateness) -> tuple[int, float, bool]:
    return found.minutes, found.deduction, found.is_refused


def is_later(one: Lateness, than: Lateness) -> bool:
    return any(a > b for a, b in zip(order(one), order(than), strict=True))


@pytest.mark.parametrize(
    ("rule", "late", "expected"),
    [
        pytest.param(ACCEPT, timedelta(0), IN_TIME, id="in-time"),
        pytest.param(ACCEPT, timedelta(seconds=1), Lateness(1, 0, False), id="a-minute-begun"),
        pytest.param(ACCEPT, 9 * DAY, Lateness(12_960, 0, False), id="accepted"),
        pytest.param(DEDUCT, timedelta(minutes=10), Lateness(10, 0, False), id="in-the-grace"),
        pytest.param(DEDUCT, timedelta(minutes=11), Lateness(11, 20, False), id="a-day-begun"),
        pytest.param(
            DEDUCT, DAY + timedelta(minutes=10), Lateness(1450, 20, False), id="a-whole-day"
        ),
        pytest.param(
            DEDUCT, DAY + timedelta(minutes=11), Lateness(1451, 40, False), id="two-days-begun"
        ),
        pytest.param(DEDUCT, 30 * DAY, Lateness(43_200, 50, False), id="the-limit"),
        pytest.param(REFUSE, timedelta(minutes=10), Lateness(10, 0, False), id="still-taken"),
        pytest.param(REFUSE, timedelta(minutes=11), Lateness(11, 0, True), id="refused"),
    ],
)
def test_lateness_of_each_policy(rule: LateRule, late: timedelta, expected: Lateness) -> None:
    assert lateness(rule, DUE, None, DUE + late) == expected


def test_an_extension_takes_the_place_of_the_due_time() -> None:
    extension = DUE + 2 * DAY
    assert lateness(REFUSE, DUE, extension, extension) == IN_TIME
    assert lateness(REFUSE, DUE, extension, extension + timedelta(minutes=11)).is_refused


@given(rule=RULES, extension=TIMES | st.none(), at=TIMES)
def test_nothing_is_late_without_a_due_time(
    rule: LateRule, extension: datetime | None, at: datetime
) -> None:
    assert lateness(rule, None, extension, at) == IN_TIME


@given(rule=RULES, due=TIMES, extension=TIMES | st.none(), at=TIMES)
def test_lateness_is_never_negative_and_keeps_its_limits(
    rule: LateRule, due: datetime, extension: datetime | None, at: datetime
) -> None:
    found = lateness(rule, due, extension, at)
    assert found.minutes >= 0
    assert 0 <= found.deduction <= rule.deduction_limit
    assert (found.minutes == 0) == (at <= max(due, extension or due))


@given(rule=RULES, due=TIMES, extension=TIMES | st.none(), at=TIMES, more=SHIFTS)
def test_who_hands_in_later_is_no_less_late(
    rule: LateRule, due: datetime, extension: datetime | None, at: datetime, more: timedelta
) -> None:
    earlier = lateness(rule, due, extension, at)
    assert not is_later(earlier, than=lateness(rule, due, extension, at + more))


@given(rule=RULES, due=TIMES, extension=TIMES, at=TIMES, more=SHIFTS)
def test_an_extension_makes_nobody_later(
    rule: LateRule, due: datetime, extension: datetime, at: datetime, more: timedelta
) -> None:
    without, extended = (lateness(rule, due, one, at) for one in (None, extension))
    assert not is_later(extended, than=without)
    assert not is_later(lateness(rule, due, extension + more, at), than=extended)
