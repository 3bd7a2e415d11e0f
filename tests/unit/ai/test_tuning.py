"""The facts choose the settings: by worlds in which it is known which ones are right."""

import numpy as np
import pytest
from numpy.random import Generator, default_rng

from ai.catalogue.item_neighbours import Floats, Places, Settings, decay_weights
from ai.kit.vectors import Matrix
from ai.recommendations.tuning import fit, ndcg

KINDS, OF_EACH = 20, 6
ITEMS = KINDS * OF_EACH


def places(*numbers: int) -> Places:
    return np.array(numbers, np.intp)


def unlike(items: int) -> Matrix:
    """Texts of which no two have anything in common."""
    return np.eye(items, dtype=np.float32)


def of_a_kind() -> Matrix:
    """Texts that are alike in groups of OF_EACH, and only there."""
    return np.repeat(np.eye(KINDS, dtype=np.float32), OF_EACH, axis=0)


def falling(items: int) -> Floats:
    return np.linspace(1, 0.01, items, dtype=np.float32)


def test_what_is_found_first_is_worth_one_and_equals_share_their_middle() -> None:
    worth = np.array([0.9, 0.5, 0.5, 0.1, 0], np.float32)
    assert ndcg(worth, places(0, 3)) == pytest.approx(1 / np.log2(4))  # behind both halves
    assert ndcg(worth, places(0, 1)) == pytest.approx(1 / np.log2(2.5))
    assert ndcg(worth, places(1, 2, 0)) == 1
    assert ndcg(worth, places(0, 4)) == 0  # nothing speaks for it
    assert ndcg(falling(30), places(0, 11)) == 0  # behind the tenth


def test_settings_are_only_chosen_where_there_is_enough_to_tell() -> None:
    few = [places(0, 1, 2)] * 49 + [places(1)] * 9
    assert fit(few, unlike(3))[1] is None
    chosen, reached = fit([*few, places(0, 1, 2)], unlike(3))
    assert reached == pytest.approx(1.0)  # everybody's last step is 2
    assert chosen.settings == Settings()  # as it is under every setting


def test_the_settings_chosen_tell_what_comes_next_from_what_came_before() -> None:
    # Everybody walks on along a circle of 30 items, each from somewhere else: the one before the
    # walk is as close to it as the one after, unless its direction counts.
    walks = [places(*((start + step) % 30 for step in range(6))) for start in range(30)]
    together, reached = fit(walks * 3, unlike(30))
    assert together.settings != Settings()
    assert reached is not None
    assert reached > 0.9
    near = together.near(places(4, 5), decay_weights(2, together.settings.recency))
    near[[4, 5]] = 0
    assert int(np.argmax(near)) == 6


def test_where_everyone_took_two_items_the_second_tells_that_order_counts() -> None:
    # Each item is followed by the next; the one before it comes as often with it.
    walks = [places(start, (start + 1) % 31) for start in range(31)]
    together, reached = fit(walks * 4, unlike(31))
    assert (together.settings.in_order, together.settings.recency) == (True, 0.3)
    assert reached is not None
    assert reached > 0.9


def popular(chance: Generator) -> list[Places]:
    """What 200 learners take who look at nothing but what everybody takes."""
    taken = falling(ITEMS) ** 8
    return [chance.choice(ITEMS, 8, replace=False, p=taken / taken.sum()) for _ in range(200)]


def test_words_count_little_where_they_do_not_help_a_newcomer() -> None:
    together, _ = fit(popular(default_rng(1)), of_a_kind())
    assert together.settings.semantic_weight < Settings().semantic_weight


def test_words_count_in_full_where_newcomers_stay_with_what_they_mean() -> None:
    chance = default_rng(2)
    kinds = chance.integers(0, KINDS, 200)
    stayed = [kind * OF_EACH + chance.permutation(OF_EACH)[:5] for kind in kinds]
    together, _ = fit(stayed, of_a_kind())
    assert together.settings.semantic_weight == Settings().semantic_weight


def test_what_is_to_be_found_does_not_make_itself_popular() -> None:
    # Of each fifth of the learners, met after three steps, the fourth is one that nobody else took.
    chance = default_rng(4)
    own = [places(*chance.permutation(ITEMS - 5)[:3], ITEMS - 1 - who % 5) for who in range(200)]
    together, _ = fit(own, unlike(ITEMS))
    assert together.settings == Settings()


def test_without_evidence_the_plainest_settings_are_kept() -> None:
    chance = default_rng(3)
    anything = [chance.permutation(ITEMS)[:8] for _ in range(200)]
    together, _ = fit(anything, of_a_kind())
    assert together.settings == Settings()
