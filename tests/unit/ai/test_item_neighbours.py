"""What learners finished together: by hand-computed cases, and what holds for all histories."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ai.catalogue.item_neighbours import ItemNeighbours, Places, Settings, count, decay_weights


def places(*numbers: int) -> Places:
    return np.array(numbers, np.intp)


def closeness(together: ItemNeighbours, item: int, other: int) -> float:
    return float(together.closeness_of(places(item), other)[0])


def test_closeness_is_the_cosine_weighed_by_how_much_each_learner_finished() -> None:
    # 0 and 1 by a learner of two items, 0 and 2 by one of two, 0 alone by a third.
    together = count([places(0, 1), places(0, 2), places(0)], 3, Settings())
    half = 1 / (1 + np.log2(2))  # what a learner of two items says
    assert closeness(together, 0, 1) == pytest.approx(half / np.sqrt((2 * half + 1) * half))
    assert closeness(together, 1, 2) == 0
    assert (together.finished_both(0, 1), together.finished_both(1, 2)) == (1, 0)


def test_in_order_what_followed_soon_is_closest_and_what_came_before_is_far() -> None:
    together = count([places(0, 1, 2)] * 2, 3, Settings(in_order=True))
    plain = count([places(0, 1, 2)] * 2, 3, Settings())
    assert closeness(together, 0, 1) == pytest.approx(closeness(plain, 0, 1))
    assert closeness(together, 0, 2) == pytest.approx(
        closeness(plain, 0, 2) * (0.1 + 0.9 * np.exp(-1 / 2))
    )
    assert closeness(together, 1, 0) == pytest.approx(closeness(plain, 1, 0) * 0.1)


def test_a_figure_is_the_sum_over_the_history_the_newest_step_counting_most() -> None:
    together = ItemNeighbours.of_pairs([(0, 2, 0.5, 1), (1, 2, 0.25, 1)], 3, Settings())
    near = together.near(places(0, 1), decay_weights(2, 0.9))
    np.testing.assert_allclose(near, [0, 0, 0.9 * 0.5 + 0.25], rtol=1e-6)


def test_nothing_known_is_near_to_nothing() -> None:
    nothing = ItemNeighbours.nothing(3)
    np.testing.assert_array_equal(nothing.near(places(0, 2), decay_weights(2, 1.0)), np.zeros(3))
    assert (nothing.finished_both(0, 1), closeness(nothing, 0, 1)) == (0, 0)


HISTORIES = st.lists(
    st.lists(st.integers(0, 7), unique=True, max_size=8).map(lambda one: places(*one)), max_size=12
)


@given(HISTORIES, st.booleans())
def test_closeness_is_between_0_and_1_and_never_to_itself(
    histories: list[Places], in_order: bool
) -> None:
    together = count(histories, 8, Settings(in_order=in_order))
    assert (together.closeness >= 0).all()
    assert (together.closeness <= 1 + 1e-6).all()
    assert all(item != other for item, other, *_ in together.pairs())


@given(HISTORIES)
def test_how_many_finished_both_is_counted_exactly(histories: list[Places]) -> None:
    together = count(histories, 8, Settings())
    for item, other, _, learners in together.pairs():
        assert learners == sum(item in one and other in one for one in histories)


@given(HISTORIES)
def test_what_is_stored_as_pairs_comes_back_the_same(histories: list[Places]) -> None:
    together = count(histories, 8, Settings())
    again = ItemNeighbours.of_pairs(together.pairs(), 8, together.settings)
    assert sorted(again.pairs()) == sorted(together.pairs())
