"""Item weights by ridge regression: what the closed form gives, and what is kept of it."""

import numpy as np
from numpy.random import default_rng

from ai.catalogue.item_neighbours import Places, Settings, count
from ai.recommendations import item_weights
from ai.recommendations.item_weights import ease, gram, weigh

ITEMS = 12


def histories() -> list[Places]:
    chance = default_rng(5)
    return [chance.permutation(ITEMS)[: chance.integers(2, 7)] for _ in range(40)]


def test_the_closed_form_is_each_items_ridge_regression_on_all_others() -> None:
    known = histories()
    taken = np.zeros((len(known), ITEMS))
    for row, history in enumerate(known):
        taken[row, history] = 1
    weights = ease(gram(known, ITEMS), 7.0)
    for item in range(ITEMS):
        others = [other for other in range(ITEMS) if other != item]
        columns = taken[:, others]
        normal = columns.T @ columns + 7.0 * np.eye(len(others))
        expected = np.linalg.solve(normal, columns.T @ taken[:, item])
        np.testing.assert_allclose(weights[others, item], expected, atol=1e-5)
        assert weights[item, item] == 0


def test_the_highest_weights_are_kept_with_the_number_of_learners_of_both() -> None:
    known = histories()
    together, weights = gram(known, ITEMS), ease(gram(known, ITEMS), 7.0)
    found = weigh(known, ITEMS, Settings(ridge=7.0, neighbours=4))
    assert found.others.shape == (ITEMS, 4)
    for item in range(ITEMS):
        row = np.sort(np.where(together[item] > 0, weights[item], 0))[::-1][:4]
        np.testing.assert_allclose(found.closeness[item], np.maximum(row, 0), atol=1e-6)
        for other, closeness in zip(found.others[item], found.closeness[item], strict=True):
            both = sum(item in one and other in one for one in known)
            assert closeness == 0 or found.finished_both(item, int(other)) == both > 0


def test_weights_do_not_count_twice_what_two_items_say_alike() -> None:
    # Items 0 and 1 always come together: beside 1, item 0 says nothing more about 2.
    known = [np.array(one) for one in ([0, 1, 2],) * 30 + ([0, 1],) * 10 + ([3, 2],) * 20]
    counted = weigh(known, 4, Settings()).near(np.array([0, 1]), np.ones(2, np.float32))
    weighed = weigh(known, 4, Settings(ridge=1.0)).near(np.array([0, 1]), np.ones(2, np.float32))
    assert counted[2] > 1.2  # twice the closeness of one of them
    assert weighed[2] < 1.0


def test_a_catalogue_that_is_too_large_is_counted_without_the_square_of_its_items() -> None:
    items = item_weights.EASE_ITEMS_MAX + 1
    found = weigh(histories(), items, Settings(ridge=7.0))
    assert found.settings == Settings()
    plain = count(histories(), items, Settings())
    np.testing.assert_array_equal(found.closeness, plain.closeness)


def test_nobody_finished_anything() -> None:
    assert not weigh([], 3, Settings(ridge=7.0)).closeness.any()
