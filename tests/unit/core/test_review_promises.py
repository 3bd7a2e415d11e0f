"""The promised review time follows the last reviews of the queue, where there are enough."""

from datetime import timedelta

import pytest

from core.reviews.promises import (
    DEFAULT,
    LONGEST,
    REVIEWS_MIN,
    SHORTEST,
    QueueStatistics,
    promised_time,
)

HOUR = timedelta(hours=1)


def test_with_too_few_reviews_the_default_is_promised() -> None:
    found = QueueStatistics(REVIEWS_MIN - 1)
    assert not found.has_enough_reviews
    assert promised_time(found) == DEFAULT


@pytest.mark.parametrize(
    ("hours", "promised"),
    [
        (0.2, SHORTEST),
        (1, HOUR),
        (7.01, 8 * HOUR),
        (24 * 14, LONGEST),
        (24 * 60, LONGEST),
    ],
    ids=str,
)
def test_the_promise_is_in_whole_hours_within_its_bounds(hours: float, promised: timedelta) -> None:
    assert promised_time(QueueStatistics(REVIEWS_MIN, p80=hours * HOUR)) == promised
