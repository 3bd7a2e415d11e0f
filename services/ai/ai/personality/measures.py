"""Learning behaviour in five figures. Pure.

Each is a share, 0 to 1, over observations that can be counted. A share k/n has Wilson's interval
(Wilson 1927) at 95 %; below the least n there is none, and the answer is how many are missing.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import log, sqrt

from ongoza_contracts.http.personality import TraitKey
from ongoza_contracts.vocabulary import ProgressStatus, Track

Z = 1.96
ITEMS_MIN, WEEKS_MIN, FAILURES_MIN = 5, 4, 3
WEEKS_MAX = 12
WEEK = timedelta(days=7)
COMES_BACK_WITHIN = timedelta(days=14)
LEVEL_AT_FIRST = 1


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

    @property
    def needed(self) -> int:
        return max(self.least - self.n, 0)


def measure(rows: Iterable[Row], now: datetime) -> list[Measure]:
    """All five, in the order of TraitKey."""
    begun = [row for row in rows if row.status is not ProgressStatus.NOT_STARTED]
    ordered = sorted(begun, key=lambda row: (_time(row.begun_at), row.content_id))
    return [one(ordered, now) for one in MEASURES.values()]


def completion(rows: Sequence[Row], _: datetime) -> Measure:
    """Items completed / items begun."""
    done = [row.status is ProgressStatus.COMPLETED for row in rows]
    return _share(TraitKey.COMPLETION, done, ITEMS_MIN, _moments(rows))


def regularity(rows: Sequence[Row], now: datetime) -> Measure:
    """Weeks in which something was begun or changed / weeks since the first of it, the last twelve
    at most. Weeks end now."""
    moments = [moment for moment in _moments(rows) if moment <= now]
    if not moments:
        return Measure(TraitKey.REGULARITY, 0, WEEKS_MIN)
    weeks = min((now - min(moments)) // WEEK + 1, WEEKS_MAX)
    active = {(now - moment) // WEEK for moment in moments}
    kept = [week in active for week in range(weeks)]
    return _share(
        TraitKey.REGULARITY, kept, WEEKS_MIN, [max(min(moments), now - weeks * WEEK), now]
    )


def persistence(rows: Sequence[Row], now: datetime) -> Measure:
    """Failed items after which something was begun or changed within two weeks / failed items of
    which that can be told: those after which it was, or which are older than two weeks."""
    moments = sorted(_moments(rows))
    came_back, when = [], []
    for row in rows:
        if row.status is ProgressStatus.FAILED and row.changed_at is not None:
            until = row.changed_at + COMES_BACK_WITHIN
            next_one = bisect_right(moments, row.changed_at)
            back = next_one < len(moments) and moments[next_one] <= until
            if back or until <= now:
                came_back.append(back)
                when.append(row.changed_at)
    return _share(TraitKey.PERSISTENCE, came_back, FAILURES_MIN, when)


def breadth(rows: Sequence[Row], _: datetime) -> Measure:
    """Shannon's entropy of the tracks of the items begun, over that of all five taken equally: 0 is
    one track alone, 1 is all of them alike. Its interval is by the normal approximation with the
    variance (sum p ln^2 p - H^2) / n (Basharin 1959)."""
    known = [row for row in rows if row.track is not None]
    n, moments = len(known), _moments(known)
    bounds = _bounds(moments)
    if n < ITEMS_MIN:
        return Measure(TraitKey.BREADTH, n, ITEMS_MIN, begins=bounds[0], ends=bounds[1])
    shares = [sum(row.track is track for row in known) / n for track in Track]
    entropy = -sum(share * log(share) for share in shares if share)
    spread = sum(share * log(share) ** 2 for share in shares if share) - entropy**2
    most = log(len(Track))
    half = Z * sqrt(max(spread, 0) / n) / most
    score = min(max(entropy / most, 0.0), 1.0)
    return Measure(
        key=TraitKey.BREADTH,
        n=n,
        least=ITEMS_MIN,
        score=score,
        low=max(score - half, 0.0),
        high=min(score + half, 1.0),
        begins=bounds[0],
        ends=bounds[1],
    )


def challenge(rows: Sequence[Row], _: datetime) -> Measure:
    """Items begun above the level reached before / items begun. The level reached is the highest of
    an item begun earlier and completed by now, or 1."""
    reached, above, seen = LEVEL_AT_FIRST, [], []
    for row in rows:
        if row.level is None or row.begun_at is None:
            continue
        above.append(row.level > reached)
        seen.append(row)
        if row.status is ProgressStatus.COMPLETED:
            reached = max(reached, row.level)
    return _share(TraitKey.CHALLENGE, above, ITEMS_MIN, _moments(seen))


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


def _moments(rows: Iterable[Row]) -> list[datetime]:
    both = ((row.begun_at, row.changed_at) for row in rows)
    return [moment for pair in both for moment in pair if moment is not None]


def _bounds(moments: Sequence[datetime]) -> tuple[datetime | None, datetime | None]:
    return (min(moments), max(moments)) if moments else (None, None)


def _time(moment: datetime | None) -> float:
    return moment.timestamp() if moment else 0.0
