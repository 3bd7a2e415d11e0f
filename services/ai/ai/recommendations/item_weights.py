"""How much each finished item says about each other one: by counts, or by a regression. Pure.

EASE (Steck 2019) predicts each item of a learner from all their others by ridge regression. Its
weights have a closed form: with X the 0/1 matrix of learners and items and P the inverse of
X'X + ridge I, the weight of item i for item j is -P[i, j] / P[j, j], and 0 for i = j. Unlike
closeness it does not count twice what two finished items say alike. Only weights above 0 are kept.

The inverse takes memory with the square of the items and time with their cube, so a catalogue of
more than EASE_ITEMS_MAX items is counted (`item_neighbours.py`).
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ai.catalogue.item_neighbours import (
    HISTORY_MAX,
    Floats,
    ItemNeighbours,
    Places,
    Settings,
    count,
)

EASE_ITEMS_MAX = 2000
"""With this number of items the arrays of the regression take about 50 MB."""


def weigh(histories: Sequence[Places], items: int, settings: Settings) -> ItemNeighbours:
    """Item neighbours from the items each learner finished, oldest first and each only once."""
    if settings.ridge is None or items > EASE_ITEMS_MAX:
        return count(histories, items, replace(settings, ridge=None))
    both_counts = gram(histories, items)
    return _strongest(ease(both_counts, settings.ridge), both_counts, settings)


def gram(histories: Sequence[Places], items: int) -> Floats:
    """How many learners finished both of two items; on the diagonal, how many finished it."""
    both_counts = np.zeros((items, items), np.float32)
    for history in histories:
        some = history[-HISTORY_MAX:]
        both_counts[np.ix_(some, some)] += 1
    return both_counts


def ease(both_counts: Floats, ridge: float) -> Floats:
    """Row i has the weights of item i for every other item."""
    regularised = both_counts + np.float32(ridge) * np.eye(len(both_counts), dtype="f")
    inverse: Floats = np.linalg.inv(regularised)
    inverse /= -np.diag(inverse).copy()
    np.fill_diagonal(inverse, 0)
    return inverse


def _strongest(weights: Floats, both_counts: Floats, settings: Settings) -> ItemNeighbours:
    """The highest weights of each item, and how many learners finished both."""
    items = len(weights)
    width = min(settings.neighbours, max(items - 1, 0))
    found = ItemNeighbours.room_for(items, width, settings)
    for item, row in enumerate(np.where(both_counts > 0, weights, 0)):
        # Equal weights in the order of the catalogue, so that equal facts give equal rows.
        best = np.argsort(-row, kind="stable")[:width]
        found.others[item] = best
        found.closeness[item] = np.maximum(row[best], 0)
        found.learners[item] = both_counts[item, best]
    return found
