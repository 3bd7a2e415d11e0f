"""How good lists are. Pure. One item is to be found in each list."""

from collections.abc import Sequence

import numpy as np

from ai.kit.vectors import Matrix
from ai.recommendations.diversity import intra_list_similarity

TOP = 10


def ndcg(ranked: Sequence[int], target: int) -> float:
    """0 to 1: 1 / log2(rank + 1) for a target among the first ten, else 0 (Järvelin and Kekäläinen
    2002; the ideal list has it first, so nothing is left to divide by)."""
    found = [*ranked[:TOP]]
    return float(1 / np.log2(found.index(target) + 2)) if target in found else 0.0


def recall(ranked: Sequence[int], target: int) -> float:
    """1 for a target among the first ten, else 0: with one target it is the hit rate."""
    return float(target in ranked[:TOP])


def coverage(lists: Sequence[Sequence[int]], items: int) -> float:
    """The share of all items that are in anybody's first ten."""
    return len({place for ranked in lists for place in ranked[:TOP]}) / items


def similarity(lists: Sequence[Sequence[int]], vectors: Matrix) -> float | None:
    """Mean cosine within the first ten (Ziegler et al. 2005); None without texts."""
    found = [intra_list_similarity(vectors[[*ranked[:TOP]]]) for ranked in lists]
    known = [one for one in found if one is not None]
    return float(np.mean(known)) if known else None
