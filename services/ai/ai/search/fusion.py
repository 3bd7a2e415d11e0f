"""One order from meaning and words."""

from collections.abc import Mapping

from ai.vectorstore.base import Hit, best_first

WORDS_WEIGHT = 0.8
"""Chosen on the search panel: less, and ids of which there are similar ones are not first; more,
and sentences are found by their common words."""


def fused(cosines: Mapping[str, float], shares: Mapping[str, float]) -> list[Hit]:
    """The items with a cosine or a share, best first, by cosine + WORDS_WEIGHT x share, which may
    exceed 1; see `LexicalIndex.shares`."""
    hits = [
        Hit(one, cosines.get(one, 0.0) + WORDS_WEIGHT * shares.get(one, 0.0))
        for one in {*cosines, *shares}
    ]
    return best_first(hits)
