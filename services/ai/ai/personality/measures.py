"""Learning behaviour in five figures. Pure.

Each is a share, 0 to 1, over observations that can be counted. A share k/n has Wilson's interval
(Wilson 1927) at 95 %; below the least n there is none, and the answer is how many are missing. What
a row does not tell is not an observation: it counts neither for nor against the learner.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from math import log, sqrt

import numpy as np

from ongoza_contracts.http.personality import TraitKey
from ongoza_contracts.progress import ACTIVE_WEEKS_MAX, WEEK, week_of
from ongoza_contracts.vocabulary import ProgressStatus, Track

Z = 1.96
TAIL = 2.5
"""Percent on each side of an interval of 95 %."""
DRAWS = 4_000
ITEMS_MIN, WEEKS_MIN, FAILURES_MIN = 5, 4, 3
WEEKS_MAX = 12
COMES_BACK_WITHIN = timedelta(days=14)
LEVEL_AT_FIRST, LEVEL_MAX = 1, 5


@dataclass(frozen=True, slots=True)
class Row:
    """A learner's progress on one item."""

    content_id: str
    status: ProgressStatus
    begun_at: datetime | None
    changed_at: datetime | None
    """A row without times counts only in measures that need none."""
    track: Track | None
    level: int | None
    """From the catalogue; None for an item that is not in it."""
    retried: int | None = None
    """The failures after which the item was tried again; None where they were not counted."""
    active_weeks: tuple[date, ...] | None = None
    """The Mondays of the newest weeks in which the learner changed the row; None where they were
    not recorded."""


@dataclass(frozen=True, slots=True)
class Measure:
    key: TraitKey
    n: int
    least: int
    score: float | None = None
    """None while n is below `least`."""
    low: float = 0.0
    high: float = 1.0
    count: int = 0
    """The score's numerator, where the score is a share of n."""
    begins: datetime | None = None
    ends: datetime | None = None
    in_progress: int = 0
    """Of completion: items that are neither completed nor failed."""
    tracks: int = 0
    """Of breadth: the tracks of the items begun."""
    next_level: int | None = None
    """Of challenge: the level above the one reached, for a learner who completed an item and has
    none that failed last."""

    @property
    def needed(self) -> int:
        return max(self.least - self.n, 0)


def measure(rows: Iterable[Row], now: datetime) -> list[Measure]:
    """All five, in the order of TraitKey."""
    touched = [row for row in rows if _is_begun(row) or row.active_weeks]
    ordered = sorted(touched, key=lambda row: (_time(row.begun_at), row.content_id))
    return [one(ordered, now) for one in MEASURES.values()]


def completion(rows: Sequence[Row], _: datetime) -> Measure:
    """Items completed / items begun."""
    begun = [row for row in rows if _is_begun(row)]
    done = [row.status is ProgressStatus.COMPLETED for row in begun]
    running = sum(row.status is ProgressStatus.IN_PROGRESS for row in begun)
    found = _share(TraitKey.COMPLETION, done, ITEMS_MIN, _moments(begun))
    return replace(found, in_progress=running)


def regularity(rows: Sequence[Row], now: datetime) -> Measure:
    """Weeks (Monday to Sunday, UTC) in which the learner changed something / weeks since the first
    of them, the last twelve at most. The running week is not over and does not count, nor do those
    up to the last week of which it is not known whether something changed."""
    active, unknown = _active_weeks(rows), _unknown_weeks(rows, week_of(now))
    over = week_of(now) - WEEK
    weeks: list[date] = []
    if active and unknown is not None:
        week = over
        while len(weeks) < WEEKS_MAX and week >= min(active) and week not in unknown:
            weeks.append(week)
            week -= WEEK
    if not weeks:
        return Measure(TraitKey.REGULARITY, 0, WEEKS_MIN)
    bounds = [_midnight(weeks[-1]), _midnight(over + WEEK)]
    return _share(TraitKey.REGULARITY, [one in active for one in weeks], WEEKS_MIN, bounds)


def persistence(rows: Sequence[Row], now: datetime) -> Measure:
    """Failures after which the learner tried the item again, or changed something else within two
    weeks / failures of which that can be told, of items whose failures are counted."""
    went_on: list[bool] = []
    when: list[datetime] = []
    for row in rows:
        if row.retried:
            went_on += [True] * row.retried
            when += _moments([row])
        if row.status is ProgressStatus.FAILED and row.retried is not None and row.changed_at:
            back = _came_back(rows, row, row.changed_at, now)
            if back is not None:
                went_on.append(back)
                when.append(row.changed_at)
    return _share(TraitKey.PERSISTENCE, went_on, FAILURES_MIN, when)


def breadth(rows: Sequence[Row], _: datetime) -> Measure:
    """Shannon's entropy of the tracks of the items begun, over that of all five taken equally: 0 is
    one track alone, 1 is all of them alike. Score and interval are the mean and the middle 95 % of
    its posterior distribution, with Jeffreys' prior of half an item for each track (Wolpert and
    Wolf 1995): of few items it is not certain that the next ones are of the same tracks."""
    known = [row for row in rows if row.track is not None and _is_begun(row)]
    n, (begins, ends) = len(known), _bounds(_moments(known))
    counts = Counter(row.track for row in known)
    found = Measure(TraitKey.BREADTH, n, ITEMS_MIN, begins=begins, ends=ends, tracks=len(counts))
    if n < ITEMS_MIN:
        return found
    score, low, high = _evenness(tuple(sorted(counts.values(), reverse=True)))
    return replace(found, score=score, low=low, high=high)


def challenge(rows: Sequence[Row], _: datetime) -> Measure:
    """Items begun above the level reached before / items begun. The level reached is the highest of
    an item begun earlier and completed by now, or 1."""
    reached, above, seen = LEVEL_AT_FIRST, [], []
    for row in rows:
        if row.level is None or row.begun_at is None or not _is_begun(row):
            continue
        above.append(row.level > reached)
        seen.append(row)
        if row.status is ProgressStatus.COMPLETED:
            reached = max(reached, row.level)
    found = _share(TraitKey.CHALLENGE, above, ITEMS_MIN, _moments(seen))
    statuses = {row.status for row in rows}
    is_ready = ProgressStatus.COMPLETED in {row.status for row in seen}
    if reached == LEVEL_MAX or not is_ready or ProgressStatus.FAILED in statuses:
        return found
    return replace(found, next_level=reached + 1)


MEASURES: Mapping[TraitKey, Callable[[Sequence[Row], datetime], Measure]] = {
    TraitKey.COMPLETION: completion,
    TraitKey.REGULARITY: regularity,
    TraitKey.PERSISTENCE: persistence,
    TraitKey.BREADTH: breadth,
    TraitKey.CHALLENGE: challenge,
}


def wilson(count: int, n: int) -> tuple[float, float]:
    """The interval of the share count / n, for n above 0."""
    share = count / n
    scale = 1 + Z * Z / n
    middle = (share + Z * Z / (2 * n)) / scale
    half = Z * sqrt(share * (1 - share) / n + Z * Z / (4 * n * n)) / scale
    # Exactly 0 and 1 at the ends, without floating-point errors.
    return (0.0 if count == 0 else middle - half), (1.0 if count == n else middle + half)


def _share(
    key: TraitKey, observed: Sequence[bool], least: int, moments: Sequence[datetime]
) -> Measure:
    n, count = len(observed), sum(observed)
    begins, ends = _bounds(moments)
    if n < least:
        return Measure(key, n, least, count=count, begins=begins, ends=ends)
    low, high = wilson(count, n)
    return Measure(key, n, least, count / n, low, high, count, begins, ends)


def _active_weeks(rows: Iterable[Row]) -> set[date]:
    """The weeks in which the learner is known to have changed something."""
    return {week for row in rows for week in _weeks_of(row)}


def _weeks_of(row: Row) -> Iterable[date]:
    if row.active_weeks is not None:
        return row.active_weeks
    return [week_of(moment) for moment in _moments([row])]


def _own_moments(row: Row) -> list[datetime]:
    """The times at which the learner changed the row: not those of staff or a review."""
    return [moment for moment in _moments([row]) if week_of(moment) in _weeks_of(row)]


def _unknown_weeks(rows: Iterable[Row], this_week: date) -> set[date] | None:
    """The weeks of which it is not known whether a row was changed: without `active_weeks` those
    between its begin and its last change. None where a row has no times: then no week is known."""
    unknown: set[date] = set()
    for row in rows:
        if row.active_weeks is not None:
            continue
        if row.begun_at is None or row.changed_at is None:
            return None
        first, last = sorted((week_of(row.begun_at), week_of(row.changed_at)))
        first = max(first, this_week - (WEEKS_MAX + 1) * WEEK)
        unknown.update(first + WEEK * n for n in range(1, (last - first) // WEEK))
    return unknown - _active_weeks(rows)


def _came_back(rows: Sequence[Row], failed: Row, failed_at: datetime, now: datetime) -> bool | None:
    """Whether something was begun or changed within two weeks after a failure, or in one of the two
    calendar weeks after it; None while that cannot be told."""
    until = failed_at + COMES_BACK_WITHIN
    weeks = {week_of(failed_at) + WEEK, week_of(failed_at) + 2 * WEEK}
    if weeks & {week for week in _active_weeks(rows) if week <= week_of(now)}:
        return True
    if any(failed_at < moment <= until for row in rows for moment in _own_moments(row)):
        return True
    hidden = any(_may_have_changed(row, failed_at, until) for row in rows if row is not failed)
    return None if hidden or until > now else False


def _may_have_changed(row: Row, after: datetime, until: datetime) -> bool:
    """Whether a row may have been changed in that time without telling."""
    if row.active_weeks is not None:
        is_cut = len(row.active_weeks) >= ACTIVE_WEEKS_MAX
        return is_cut and week_of(after) < min(row.active_weeks)
    begun, changed = row.begun_at, row.changed_at
    return begun is None or changed is None or (begun <= until and changed > after)


@lru_cache(maxsize=1024)
def _evenness(counts: tuple[int, ...]) -> tuple[float, float, float]:
    """The mean and the bounds of the posterior of the entropy, as a share of the greatest."""
    tracks = len(Track)
    seen = np.array([*counts, *[0] * (tracks - len(counts))], float)
    shares = np.random.default_rng(0).dirichlet(seen + 0.5, DRAWS)
    surprise = -np.log(shares, out=np.zeros_like(shares), where=shares > 0)
    evenness = (shares * surprise).sum(axis=1) / log(tracks)
    low, high = np.percentile(evenness, (TAIL, 100 - TAIL))
    return float(evenness.mean()), float(low), min(float(high), 1.0)


def _is_begun(row: Row) -> bool:
    return row.status is not ProgressStatus.NOT_STARTED


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _moments(rows: Iterable[Row]) -> list[datetime]:
    both = ((row.begun_at, row.changed_at) for row in rows)
    return [moment for pair in both for moment in pair if moment is not None]


def _bounds(moments: Sequence[datetime]) -> tuple[datetime | None, datetime | None]:
    return (min(moments), max(moments)) if moments else (None, None)


def _time(moment: datetime | None) -> float:
    return moment.timestamp() if moment else 0.0
