"""A retake beside the result before it."""

import pytest

from ai.profiling.comparison import Shift, shift, shifts
from ongoza_contracts.vocabulary import Track


def test_a_case_computed_by_hand() -> None:
    # The error is sqrt(3^2 + 4^2) = 5, and 1.96 * 5 = 9.8.
    assert shift(50.0, 60.0, 3.0, 4.0) == Shift(50.0, 60.0, 10.0, 5.0, beyond_chance=True)
    assert shift(60.0, 50.5, 3.0, 4.0) == Shift(60.0, 50.5, -9.5, 5.0, beyond_chance=False)


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
