"""Weights learned from invented lists, of which the best weights are known."""

from collections.abc import Sequence

import numpy as np
import pytest

from ai.recommendations.learning import (
    LoggedList,
    NotEnoughLists,
    fit,
    learn,
    position_bias,
)

LEARNERS, ITEMS = 100, 20


def shown(best: Sequence[float], eta: float, seed: int, lists: int = 800) -> list[LoggedList]:
    """Lists of ten items, ordered by the sum of two parts with some chance; learners open by the
    score under `best`, if they look at the place."""
    chance = np.random.default_rng(seed)
    of_all = chance.random((LEARNERS, ITEMS, 2)) / 2
    made = []
    for number in range(lists):
        items = chance.choice(ITEMS, 10, replace=False)
        parts = of_all[number % LEARNERS, items]
        order = np.argsort(-(parts.sum(axis=1) + chance.normal(0, 0.3, 10)))
        parts, items = parts[order], items[order]
        places = np.arange(1.0, 11.0)
        suits = 1 / (1 + np.exp(-(6 * parts @ np.array(best) - 4)))
        opened = (chance.random(10) < suits) & (chance.random(10) < places**-eta)
        ids = [f"course-{one}" for one in items]
        made.append(LoggedList(number % LEARNERS, ids, places, opened.astype(float), parts))
    return made


@pytest.mark.slow
@pytest.mark.parametrize("eta", [0.5, 1.0])
def test_the_bias_of_places_is_found(eta: float) -> None:
    assert position_bias(shown((1, 1), eta, 1, 4000)) == pytest.approx(eta, abs=0.15)


def test_the_part_that_decides_gets_the_weight() -> None:
    heavy, light = fit(shown((2, 0), 0.8, 2), 0.8)
    assert heavy > 1.7
    assert light < 0.3


def test_better_weights_are_found_to_be_better_by_every_estimate() -> None:
    learned = learn(shown((2, 0), 0.8, 3), seed=1)
    assert learned.is_better
    assert learned.multipliers[0] > 1.7
    for one in learned.estimates:
        assert one.low < one.fitted - one.present < one.high


@pytest.mark.slow
@pytest.mark.parametrize("seed", [4, 5, 6])
def test_where_the_present_weights_are_the_best_nothing_is_better(seed: int) -> None:
    learned = learn(shown((1, 1), 0.8, seed), seed=1)
    assert not learned.is_better
    assert all(0.8 < one < 1.2 for one in learned.multipliers)


@pytest.mark.slow
def test_where_openings_do_not_depend_on_the_score_nothing_is_better() -> None:
    assert not learn(shown((0, 0), 0.8, 7, 3000), seed=1).is_better


@pytest.mark.slow
def test_the_estimates_of_the_present_order_are_what_happened_where_it_is_the_order_shown() -> None:
    lists = shown((1, 1), 0.8, 8)
    ordered = [
        LoggedList(
            one.user_id,
            one.content_ids,
            one.places,
            one.rewards,
            np.stack([np.linspace(1, 0, 10), np.zeros(10)], axis=1),
        )
        for one in lists
    ]
    seen = sum(one.rewards.sum() for one in lists) / len(lists)
    for one in learn(ordered, seed=1).estimates:
        assert one.present == pytest.approx(seen)


@pytest.mark.slow
def test_the_same_lists_and_seed_give_the_same_figures() -> None:
    lists = shown((2, 0), 0.8, 9, 400)
    assert learn(lists, seed=1) == learn(lists, seed=1)


def test_too_few_learners_are_no_ground() -> None:
    with pytest.raises(NotEnoughLists, match="of 3 learners"):
        learn(shown((1, 1), 0.8, 1)[:3], seed=1)
