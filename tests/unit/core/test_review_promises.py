"""The promised review time follows the last reviews of the queue, where there are enough."""

from datetime import timedelta

import pytest

from core.reviews.promises import (
    DEFAULT,
    LONGEST,
    REVIEWS_MIN,
    SHORTEST,
    DecidedReview,
    QueueStatistics,
    percentile,
    promised_time,
    queue_statistics,
)

HOUR = timedelta(hours=1)


def decided(*hours: float, in_time: int | None = None) -> list[DecidedReview]:
    """Reviews that waited so long, the first `in_time` of them not longer than promised."""
    kept = len(hours) if in_time is None else in_time
    return [DecidedReview(HOUR * wait, number < kept) for number, wait in enumerate(hours)]


def test_with_too_few_reviews_there_are_no_numbers_and_the_default_is_promised() -> None:
    found = queue_statistics(decided(*range(REVIEWS_MIN - 1)))
    assert found == QueueStatistics(REVIEWS_MIN - 1)
    assert not found.has_enough_reviews
    assert promised_time(found) == DEFAULT


def test_median_four_of_five_and_the_share_of_promises_kept() -> None:
    found = queue_statistics(decided(*range(1, 11), in_time=7))
    assert found == QueueStatistics(10, median=5 * HOUR, most=8 * HOUR, share_kept=0.7)
    assert found.has_enough_reviews


def test_the_order_of_reviews_does_not_matter() -> None:
    waits = [3, 30, 1, 7, 9, 2, 40, 5, 8, 6]
    assert queue_statistics(decided(*waits)) == queue_statistics(decided(*sorted(waits)))


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
    assert promised_time(queue_statistics(decided(*[hours] * REVIEWS_MIN))) == promised


@pytest.mark.parametrize(("share", "found"), [(0.1, 1), (0.5, 2), (0.8, 4), (1, 4)], ids=str)
def test_a_percentile_is_one_of_the_values(share: float, found: int) -> None:
    assert percentile([HOUR * number for number in (1, 2, 3, 4)], share) == found * HOUR
