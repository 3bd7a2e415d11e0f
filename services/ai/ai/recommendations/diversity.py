"""Variety within a list. Pure.

Maximal marginal relevance (Carbonell and Goldstein 1998): the next item is the one with the most of

    r * score - (1 - r) * cosine to the nearest item already in the list

with r = .9, and 0 for a cosine below it. Intra-list similarity (Ziegler et al. 2005) is the mean
cosine over all pairs.
"""

import numpy as np

from ai.catalogue.item_neighbours import Floats
from ai.kit.vectors import Matrix

RELEVANCE = 0.9


def diversify(
    scores: Floats, vectors: Matrix, limit: int, relevance: float = RELEVANCE
) -> list[tuple[int, float]]:
    """Positions in `scores`, best first, each with its cosine to the nearest item before it."""
    nearest = np.zeros(len(scores), np.float32)
    open_ = np.ones(len(scores), np.bool_)
    order: list[tuple[int, float]] = []
    while len(order) < limit and open_.any():
        worth = np.where(open_, relevance * scores - (1 - relevance) * nearest, -np.inf)
        chosen = int(np.argmax(worth))
        order.append((chosen, float(nearest[chosen])))
        open_[chosen] = False
        # Rounded, so that equal vectors are equally near in spite of floating-point errors.
        nearest = np.maximum(nearest, np.round(vectors @ vectors[chosen], 5))
    return order


def intra_list_similarity(vectors: Matrix) -> float | None:
    """The mean cosine of unit vectors, -1 to 1; None for fewer than two."""
    known = vectors[np.linalg.norm(vectors, axis=1) > 0.5]
    count = len(known)
    if count < 2:
        return None
    between = known @ known.T
    return float((between.sum() - np.trace(between)) / (count * (count - 1)))
