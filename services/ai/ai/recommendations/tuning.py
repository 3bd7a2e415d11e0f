"""Chooses the settings under which learners' last steps are predicted best. Pure.

First how finished items speak for others, by predicting each learner's last step: by counts without
order, in order, in order and soon, or by regression. Then how much meaning, neighbours and
popularity weigh for a newcomer, by predicting the fourth step from the first three. The step to
predict is left out of the counts. The measure is NDCG@10 (Järvelin and Kekäläinen
2002).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from ai.catalogue.catalogue import by_learners
from ai.catalogue.item_neighbours import (
    Floats,
    ItemNeighbours,
    Places,
    Settings,
    decay_weights,
)
from ai.kit.vectors import Matrix
from ai.recommendations.item_weights import EASE_ITEMS_MAX, weigh
from ai.recommendations.scoring import mix, relative, shrinkage_factor

NEIGHBOURS = (100, 50, 200)
RECENCIES = (1.0, 0.98, 0.9, 0.7, 0.3)
COUNTED = (
    Settings(),
    Settings(in_order=True),
    Settings(in_order=True, out_of_order=0.0, order_decay=5.0),
)
REGRESSED = tuple(Settings(ridge=ridge) for ridge in (20.0, 100.0, 500.0))
SEMANTIC_WEIGHTS, SHRINKAGES = (0.45, 0.2, 0.05), (5, 10, 20)
LEARNERS_MIN, LEARNERS_TRIED = 50, 2000
LEARNERS_COUNTED = 20_000
"""Neighbours are counted from so many learners while settings are tried, and then from all."""
STEPS_MIN, FIRST_STEPS, FOLDS = 2, 3, 5
TOP = 10

T = TypeVar("T")
Gains = NDArray[np.float64]
"""The NDCG of each tried learner, 0 to 1."""


def fit(histories: Sequence[Places], vectors: Matrix) -> tuple[ItemNeighbours, float | None]:
    """Item neighbours under the settings that `choose` returns, with its figure."""
    chosen, reached = choose(histories, vectors)
    return weigh(histories, len(vectors), chosen), reached


def choose(histories: Sequence[Places], vectors: Matrix) -> tuple[Settings, float | None]:
    """The best settings, with the NDCG@10 these reached; the default ones, without a figure, while
    too few learners finished enough."""
    histories = _some(histories, LEARNERS_COUNTED)
    gains = _by_last_step(histories, len(vectors))
    if not gains:
        return Settings(), None
    chosen = _best(gains)
    reached = float(gains[chosen].mean())
    longer = _some([one for one in histories if len(one) > FIRST_STEPS])
    if len(longer) >= LEARNERS_MIN:
        chosen = _plainest(dict(_by_first_steps(histories, longer, vectors, chosen)))
    return chosen, reached


def ndcg(worth: Floats, steps: Places) -> float:
    """1 / log2(rank + 1) of the last of `steps` among all items but the earlier steps, where equals
    share their mean rank; 0 below rank 10, and for an item worth nothing."""
    target, worth = int(steps[-1]), worth.copy()
    worth[steps[:-1]] = -1
    if worth[target] <= 0:
        return 0.0
    ties = int((worth == worth[target]).sum()) - 1
    ahead = int((worth > worth[target]).sum()) + ties / 2
    return float(1 / np.log2(ahead + 2)) if ahead < TOP else 0.0


def _by_last_step(histories: Sequence[Places], items: int) -> Mapping[Settings, Gains]:
    """A fifth of the learners at a time have their last step left out; of many only one such part
    is tried. Empty while there are too few."""
    able = [number for number, one in enumerate(histories) if len(one) >= STEPS_MIN]
    if len(able) < LEARNERS_MIN:
        return {}
    gains: dict[Settings, list[float]] = {}
    for fold in range(FOLDS if len(able) <= LEARNERS_TRIED else 1):
        hidden = {*_some(able[fold::FOLDS])}
        earlier = [one[:-1] if at in hidden else one for at, one in enumerate(histories)]
        tried = [histories[number] for number in sorted(hidden)]
        for settings, gain in _of_fold(earlier, tried, items):
            gains.setdefault(settings, []).extend(gain)
    return {settings: np.array(gain) for settings, gain in gains.items()}


def _of_fold(
    earlier: Sequence[Places], tried: Sequence[Places], items: int
) -> Iterator[tuple[Settings, list[float]]]:
    for settings in (*COUNTED, *(REGRESSED if items <= EASE_ITEMS_MAX else ())):
        found = weigh(earlier, items, replace(settings, neighbours=max(NEIGHBOURS)))
        for neighbours in NEIGHBOURS if settings.ridge is None else (max(NEIGHBOURS),):
            narrow = found.narrowed(neighbours)
            # Of equals the first is chosen: in order, that with most weight on the newest.
            for recency in reversed(RECENCIES) if settings.in_order else RECENCIES:
                option = replace(narrow.settings, recency=recency)
                yield option, [ndcg(_near(narrow, one[:-1], option), one) for one in tried]


def _by_first_steps(
    histories: Sequence[Places],
    tried: Sequence[Places],
    vectors: Matrix,
    settings: Settings,
) -> Iterator[tuple[Settings, Gains]]:
    """A fifth of the learners at a time are newcomers among all the others."""
    options = [
        replace(settings, semantic_weight=weight, shrinkage=shrinkage)
        for shrinkage in SHRINKAGES
        for weight in SEMANTIC_WEIGHTS
    ]
    gains: list[list[float]] = []
    for fold in range(FOLDS):
        newcomers = tried[fold::FOLDS]
        among = {id(one) for one in newcomers}
        earlier = [one[:FIRST_STEPS] if id(one) in among else one for one in histories]
        counted = weigh(earlier, len(vectors), settings)
        taken = np.bincount(np.concatenate(earlier), minlength=len(vectors))
        popularity = by_learners(taken.astype(np.float32))
        for one in newcomers:
            steps = one[: FIRST_STEPS + 1]
            gains.append([*_found(counted, steps, options, popularity, vectors)])
    yield from zip(options, np.array(gains).T, strict=True)


def _found(
    counted: ItemNeighbours,
    steps: Places,
    options: Sequence[Settings],
    popularity: Floats,
    vectors: Matrix,
) -> Iterator[float]:
    """The NDCG of the last of `steps` under each of `options`."""
    history = steps[:-1]
    near = _near(counted, history, counted.settings)
    meant = vectors[history].sum(axis=0)
    nearness = np.clip(vectors @ (meant / max(float(np.linalg.norm(meant)), 1e-6)), 0, 1)
    for option in options:
        trust = shrinkage_factor(replace(counted, settings=option), history)
        semantic, collaborative, popular = mix(option, trust)
        worth = semantic * nearness + collaborative * near + popular * popularity
        yield ndcg(worth, steps)


def _near(counted: ItemNeighbours, history: Places, settings: Settings) -> Floats:
    return relative(counted.near(history, decay_weights(len(history), settings.recency)))


def _best(gains: Mapping[Settings, Gains]) -> Settings:
    """The first and simplest, unless it is clearly behind the best."""
    best = max(gains, key=lambda settings: float(gains[settings].mean()))
    plainest = next(iter(gains))
    return best if _is_behind(gains[plainest], gains[best]) else plainest


def _plainest(gains: Mapping[Settings, Gains]) -> Settings:
    """The first that is not clearly behind the best; later ones rely less on the learner's data."""
    best = max(gains.values(), key=lambda gain: float(gain.mean()))
    return next(settings for settings, gain in gains.items() if not _is_behind(gain, best))


def _is_behind(gain: Gains, best: Gains) -> bool:
    """By more than two standard errors of the difference (the rule of Breiman et al. 1984 has one),
    because the best of many settings is partly so by chance."""
    lost = best - gain
    return bool(lost.mean() > 2 * lost.std(ddof=1) / np.sqrt(len(lost)))


def _some(values: Sequence[T], most: int = LEARNERS_TRIED) -> Sequence[T]:
    return values[:: max(-(-len(values) // most), 1)]
