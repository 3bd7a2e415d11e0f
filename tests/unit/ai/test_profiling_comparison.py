"""A retake beside the result before it."""

from statistics import NormalDist

import pytest

from ai.profiling.comparison import Z_CHANGED, Shift, shift, shifts
from ongoza_contracts.vocabulary import Track


def test_a_case_computed_by_hand() -> None:
    # The error is sqrt(3^2 + 4^2) = 5, and 2.576 * 5 = 12.88.
    assert shift(50.0, 63.0, 3.0, 4.0) == Shift(50.0, 63.0, 13.0, 5.0, beyond_chance=True)
    assert shift(60.0, 47.5, 3.0, 4.0) == Shift(60.0, 47.5, -12.5, 5.0, beyond_chance=False)


def test_chance_moves_any_of_the_five_scores_at_most_one_time_in_twenty() -> None:
    tail = 2 * (1 - NormalDist().cdf(Z_CHANGED))
    assert len(Track) * tail == pytest.approx(0.05, abs=1e-3)


@pytest.mark.parametrize("errors", [(None, 4.0), (3.0, None), (None, None)])
def test_without_both_errors_nothing_is_said_about_chance(
    errors: tuple[float | None, float | None],
) -> None:
    assert shift(50.0, 90.0, *errors) == Shift(50.0, 90.0, 40.0, None, None)


def test_every_track_is_compared() -> None:
    scores = dict.fromkeys(Track, 20.0)
    found = shifts(scores, {**scores, Track.LEADERS: 80.0}, dict.fromkeys(Track, 5.0), {})
    assert list(found) == list(Track)
    assert (found[Track.LEADERS].change, found[Track.LEADERS].error) == (60.0, None)
