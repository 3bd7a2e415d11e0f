"""A result beside the one before it. Pure."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from ongoza_contracts.vocabulary import Track

Z_CHANGED = 2.576
"""By chance one score's change exceeds this many standard errors one time in a hundred, and any of
the five at most one time in twenty (Bonferroni's correction)."""


@dataclass(frozen=True, slots=True)
class Shift:
    """How one track's score moved from the earlier result to the later."""

    before: float
    after: float
    change: float
    """In points; negative when the later score is lower."""
    error: float | None
    """The standard error of the change; None when either score has none."""
    beyond_chance: bool | None


def shift(
    before: float, after: float, error_before: float | None, error_after: float | None
) -> Shift:
    """Scores and their standard errors in points, 0 to 100. The two results are taken to be
    independent, so the error of the change is sqrt(before^2 + after^2)."""
    change = round(after - before, 2)
    if error_before is None or error_after is None:
        return Shift(before, after, change, None, None)
    error = round(math.hypot(error_before, error_after), 2)
    return Shift(before, after, change, error, abs(change) > Z_CHANGED * error)


def shifts(
    before: Mapping[Track, float],
    after: Mapping[Track, float],
    errors_before: Mapping[Track, float],
    errors_after: Mapping[Track, float],
) -> dict[Track, Shift]:
    return {
        track: shift(before[track], after[track], errors_before.get(track), errors_after.get(track))
        for track in Track
    }
