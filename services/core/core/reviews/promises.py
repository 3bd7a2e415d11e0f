"""By when a queue promises a review, and how many promises it kept. Nothing here reads rows."""

from dataclasses import dataclass
from datetime import timedelta
from math import ceil

WINDOW = timedelta(days=30)
"""Reviews that were decided within it count."""
REVIEWS_MIN = 10
"""With fewer reviews there is not enough data."""
DEFAULT = timedelta(days=3)
"""Promised while there is not enough data."""
SHORTEST, LONGEST = timedelta(hours=1), timedelta(days=14)
MEDIAN, PROMISED = 0.5, 0.8


@dataclass(frozen=True)
class QueueStatistics:
    reviews: int
    """Decided within the window."""
    median: timedelta | None = None
    """None before there are enough reviews, as are the next two."""
    p80: timedelta | None = None
    """The 80th percentile: four of five reviews took no longer."""
    share_kept: float | None = None
    """The share of promises that were kept, from 0 to 1."""

    @property
    def has_enough_reviews(self) -> bool:
        return self.reviews >= REVIEWS_MIN


def promised_time(statistics: QueueStatistics) -> timedelta:
    """In whole hours: what four of five reviews took, so that it follows what reviewers do."""
    if statistics.p80 is None:
        return DEFAULT
    hours = timedelta(hours=ceil(statistics.p80 / timedelta(hours=1)))
    return min(LONGEST, max(SHORTEST, hours))
