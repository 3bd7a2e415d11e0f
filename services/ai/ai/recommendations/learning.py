"""Learns from lists that were shown how much each part of the score should weigh. Pure.

Learners examine a place k with probability k^-eta and open what they examine if it suits them (the
position-based model). eta is the one under which items that a learner was shown at several places
were opened as often as they were. Fitted is one multiplier for each part, by pairs of an opened and
an unopened item of a list, weighed by 1 / probability of the opened one's place (Joachims et al.
2017).

Whether other multipliers are better is estimated for learners to whom they were not fitted: by
inverse propensity scores (IPS), the same self-normalised (SNIPS), and doubly robust (DR). Both the
present multipliers and the fitted ones order the shown items by the score alone.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

ETAS = np.arange(0, 2.01, 0.05)
FOLDS, ROUNDS, STEPS = 5, 2000, 25
RIDGE = 1.0
"""How strongly multipliers are drawn to the present ones, in pairs of items."""
LEARNERS_MIN, OPENED_MIN = 50, 100
INTERVAL = (2.5, 97.5)


@dataclass(frozen=True, eq=False)
class LoggedList:
    """A list that was shown, in the order of its places."""

    user_id: int
    content_ids: Sequence[str]
    places: Array
    """1 is the first."""
    rewards: Array
    """1 for what was opened or more is wanted of; 0 for the rest, and for what is unwanted."""
    parts: Array
    """Row per item, column per part: the weighted parts of its score, as when it was shown."""


class Estimate(NamedTuple):
    """Rewards for each list that was shown, under the present and the fitted multipliers."""

    name: str
    present: float
    fitted: float
    low: float
    """Of the difference, with `high` the 95 % interval of a bootstrap over learners."""
    high: float


@dataclass(frozen=True)
class Learned:
    multipliers: tuple[float, ...]
    """For each part; their mean is 1. Those fitted to all learners."""
    eta: float
    estimates: tuple[Estimate, ...]

    @property
    def is_better(self) -> bool:
        """Whether all estimates are, beyond the 95 % interval."""
        return all(one.low > 0 for one in self.estimates)


class NotEnoughLists(ValueError):
    """The text says what is missing."""


def learn(lists: Sequence[LoggedList], seed: int) -> Learned:
    """Raises NotEnoughLists."""
    learners = sorted({one.user_id for one in lists})
    opened = int(sum(one.rewards.sum() for one in lists))
    if len(learners) < LEARNERS_MIN or opened < OPENED_MIN:
        raise NotEnoughLists(
            f"{opened} opened items of {len(learners)} learners: {OPENED_MIN} of {LEARNERS_MIN} "
            "are needed"
        )
    chance = np.random.default_rng(seed)
    fold = dict(zip(learners, chance.permutation(len(learners)) % FOLDS, strict=True))
    eta = position_bias(lists)
    figures = np.zeros((len(learners), 2, len(NAMES) + 1))
    row = {user_id: number for number, user_id in enumerate(learners)}
    for number in range(FOLDS):
        known = [one for one in lists if fold[one.user_id] != number]
        fitted, suits = fit(known, eta), suitability(known, eta)
        for one in lists:
            if fold[one.user_id] == number:
                for column, multipliers in enumerate((np.ones_like(fitted), fitted)):
                    terms = _terms(one, multipliers, eta, suits)
                    figures[row[one.user_id], column] += terms
    of_learner = Counter(one.user_id for one in lists)
    counts = np.array([of_learner[user_id] for user_id in learners], np.float64)
    whole = tuple(round(float(one), 3) for one in fit(lists, eta))
    return Learned(whole, eta, tuple(_estimates(figures, counts, chance)))


def examined(places: Array, eta: float) -> Array:
    """The probability that a learner looks at a place."""
    probability: Array = places**-eta
    return probability


def position_bias(lists: Sequence[LoggedList]) -> float:
    """The likeliest of ETAS, with the rate at which each learner opens each item estimated along
    with it: what suits a learner better stands higher, which is no bias."""
    shown = _by_item_and_place(lists, of_learner=True)

    def likelihood(eta: float) -> float:
        total = 0.0
        for places, counts, rewards in shown.values():
            expected = float(counts @ examined(places, eta))
            total += float(rewards @ np.log(examined(places, eta)))
            total -= float(rewards.sum()) * np.log(expected)
        return total

    return float(max(ETAS, key=likelihood))


def suitability(lists: Sequence[LoggedList], eta: float) -> dict[str, float]:
    """How likely each item is opened where it is looked at, drawn to the mean of all; that mean
    under the empty id."""
    shown = _by_item_and_place(lists)
    looks = {key: float(n @ examined(places, eta)) for key, (places, n, _) in shown.items()}
    opened = {key: float(rewards.sum()) for key, (_, __, rewards) in shown.items()}
    mean = sum(opened.values()) / max(sum(looks.values()), 1e-9)
    return {"": mean, **{key: (opened[key] + mean * 5) / (looks[key] + 5) for key in shown}}


def fit(lists: Sequence[LoggedList], eta: float) -> Array:
    """One multiplier for each part, none negative, with the mean 1."""
    pairs = [pair for one in lists for pair in _pairs(one, eta)]
    differences = np.concatenate([each for each, _ in pairs])
    weights = np.concatenate([each for _, each in pairs])
    scale = _logistic(differences.sum(axis=1, keepdims=True), weights, np.zeros(1), 1e-6)
    prior = np.full(differences.shape[1], max(float(scale[0]), 1e-3))
    fitted = np.maximum(_logistic(differences, weights, prior, RIDGE / prior[0]), 0)
    if not fitted.any():
        return np.ones_like(fitted)
    normal: Array = fitted / fitted.mean()
    return normal


def _pairs(one: LoggedList, eta: float) -> Iterator[tuple[Array, Array]]:
    """The parts of each opened item less those of the unopened ones, with their weights."""
    probability = examined(one.places, eta)
    unopened = one.parts[one.rewards == 0]
    for place in np.flatnonzero(one.rewards):
        weights = np.full(len(unopened), one.rewards[place] / probability[place])
        yield one.parts[place] - unopened, weights


def _logistic(rows: Array, weights: Array, prior: Array, ridge: float) -> Array:
    """By Newton's method: the coefficients under which the scores of opened items are higher."""
    found = prior.copy()
    for _ in range(STEPS):
        wrong = 1 / (1 + np.exp(np.clip(rows @ found, -30, 30)))
        slope = ridge * (found - prior) - rows.T @ (weights * wrong)
        bend = (rows.T * (weights * wrong * (1 - wrong))) @ rows + ridge * np.eye(len(found))
        step = np.linalg.solve(bend + 1e-9 * np.eye(len(found)), slope)
        found = found - np.clip(step, -100, 100)
    return found


NAMES = ("IPS", "SNIPS", "DR")


def _terms(
    one: LoggedList, multipliers: Array, eta: float, suits: dict[str, float]
) -> tuple[float, float, float, float]:
    """What a list adds to IPS, to the numerator of SNIPS, to DR and to the denominator of SNIPS."""
    order = np.argsort(-(one.parts @ multipliers), kind="stable")
    places = np.empty_like(one.places)
    places[order] = np.sort(one.places)
    before, after = examined(one.places, eta), examined(places, eta)
    ratio = after / before
    ips = float(one.rewards @ ratio)
    likely = np.array([suits.get(key, suits[""]) for key in one.content_ids])
    robust = float(after @ likely + ratio @ (one.rewards - before * likely))
    return ips, ips * len(ratio), robust, float(ratio.sum())


def _estimates(figures: Array, counts: Array, chance: np.random.Generator) -> Iterator[Estimate]:
    """Of sums by learner, of the present and the fitted multipliers and of each term."""
    learners = len(figures)
    drawn = chance.integers(learners, size=(ROUNDS, learners))
    samples = np.array([_values(figures[each], counts[each]) for each in drawn])
    present, fitted = _values(figures, counts)
    for number, name in enumerate(NAMES):
        low, high = np.percentile(samples[:, 1, number] - samples[:, 0, number], INTERVAL)
        yield Estimate(name, float(present[number]), float(fitted[number]), float(low), float(high))


def _values(figures: Array, counts: Array) -> Array:
    """Row per policy, column per estimate."""
    sums, lists = figures.sum(axis=0), counts.sum()
    values: Array = np.stack(
        [sums[:, 0] / lists, sums[:, 1] / sums[:, 3], sums[:, 2] / lists], axis=1
    )
    return values


def _by_item_and_place(
    lists: Sequence[LoggedList], *, of_learner: bool = False
) -> dict[str, tuple[Array, Array, Array]]:
    """By content id, and learner if wanted: its places, how often it was shown at each, and the
    rewards there."""
    found: dict[str, dict[float, list[float]]] = {}
    for one in lists:
        rows = zip(one.content_ids, one.places, one.rewards, strict=True)
        for content_id, place, reward in rows:
            key = f"{one.user_id}:{content_id}" if of_learner else content_id
            at = found.setdefault(key, {}).setdefault(float(place), [0.0, 0.0])
            at[0] += 1
            at[1] += float(reward)
    return {
        key: (np.array([*places]), *np.array([*places.values()]).T) for key, places in found.items()
    }
