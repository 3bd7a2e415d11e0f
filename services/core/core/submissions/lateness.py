"""How late an attempt was handed in, and what it costs. Nothing here reads or writes rows."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from ongoza_contracts.missions import LatePolicy

VERSION = 1
"""Of the rule below. Raise it with every change: attempts keep the version that judged them."""
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class LateRule:
    """What a mission says about attempts after its due time."""

    policy: LatePolicy
    grace_minutes: int = 0
    """After the due time; attempts in it cost nothing and are not refused."""
    deduction_per_day: float = 0
    """Of `deduct`, for each day begun after the grace: per cent of the score."""
    deduction_limit: float = 100
    """Of `deduct`: the most per cent in all."""


@dataclass(frozen=True)
class Lateness:
    minutes: int
    """Begun since the due time; 0 in time."""
    deduction: float
    """Per cent of the score."""
    is_refused: bool


IN_TIME = Lateness(0, 0, is_refused=False)


def lateness(
    rule: LateRule, due: datetime | None, extension: datetime | None, submitted_at: datetime
) -> Lateness:
    """Nothing is late without a due time. An extension that ends before it changes nothing."""
    if due is None:
        return IN_TIME
    late = submitted_at - max(due, extension or due)
    if late <= timedelta():
        return IN_TIME
    minutes = _count_begun(late, MINUTE)
    after_grace = late - rule.grace_minutes * MINUTE
    if after_grace <= timedelta() or rule.policy == LatePolicy.ACCEPT:
        return Lateness(minutes, 0, is_refused=False)
    if rule.policy == LatePolicy.REFUSE:
        return Lateness(minutes, 0, is_refused=True)
    deduction = min(_count_begun(after_grace, DAY) * rule.deduction_per_day, rule.deduction_limit)
    return Lateness(minutes, deduction, is_refused=False)


def _count_begun(time: timedelta, unit: timedelta) -> int:
    """How many units have begun: one more than have ended, unless the last has just ended."""
    return -(-time // unit)
