"""What learners finished together: by hand-computed cases, and what holds for all histories."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ai.catalogue import item_neighbours
from ai.catalogue.item_neighbours import (
    ItemNeighbours,
    Places,
    Settings,
    count,
    decay_weights,
    pack,
    places_by_number,
    read_histories,
    unpack,
)


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


def counted_pair_by_pair(histories: list[Places], settings: Settings) -> ItemNeighbours:
    """By the formula at the top of the module, in plain loops."""
    sums: dict[tuple[int, int], float] = {}
    both: dict[tuple[int, int], int] = {}
    weight = [0.0] * 8
    for history in histories:
        says = 1 / (1 + np.log2(max(len(history), 1)))
        for at, item in enumerate(history.tolist()):
            weight[item] += says
            for after, other in enumerate(history.tolist(), -at):
                soon = 0.1 + 0.9 * np.exp(-(after - 1) / 2) if after > 0 else 0.1
                pair = item, other
                sums[pair] = sums.get(pair, 0) + says * (soon if settings.in_order else 1)
                both[pair] = both.get(pair, 0) + 1
    close = [
        (item, other, float(one / np.sqrt(weight[item] * weight[other])), both[item, other])
        for (item, other), one in sums.items()
        if item != other
    ]
    return ItemNeighbours.of_pairs(close, 8, settings)


@given(HISTORIES, st.booleans(), st.sampled_from([1, 40, 10_000]), st.sampled_from([1, 7, 10_000]))
def test_counting_in_blocks_equals_counting_pair_by_pair(
    histories: list[Places], in_order: bool, cells: int, pairs: int
) -> None:
    settings = Settings(in_order=in_order)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(item_neighbours, "CELLS_AT_ONCE", cells)
        patch.setattr(item_neighbours, "PAIRS_AT_ONCE", pairs)
        found = {one[:2]: one[2:] for one in count(histories, 8, settings).pairs()}
    wanted = {one[:2]: one[2:] for one in counted_pair_by_pair(histories, settings).pairs()}
    assert found.keys() == wanted.keys()
    for pair, (closeness, learners) in found.items():
        assert closeness == pytest.approx(wanted[pair][0], rel=1e-5)
        assert learners == wanted[pair][1]


@given(HISTORIES, st.permutations(range(1, 9)), st.integers(0, 8))
def test_packed_rows_and_histories_come_back_without_items_of_no_catalogue(
    histories: list[Places], numbers: list[int], unknown: int
) -> None:
    """Of a number between 1 and 8, unless the catalogue has `unknown` items fewer."""
    together = count(histories, 8, Settings())
    rows = pack(together, np.array(numbers, np.int32))
    stored = [np.array(numbers)[one].astype(">i4").tobytes() for one in histories]
    known = 8 - unknown
    place_of = places_by_number(numbers[:known])
    again = unpack(rows[:known], place_of, together.settings)
    kept = [one for one in together.pairs() if max(one[:2]) < known]
    assert sorted(again.pairs()) == sorted(kept)
    assert [one.tolist() for one in read_histories(stored, place_of)] == [
        [item for item in one.tolist() if item < known] for one in histories
    ]
