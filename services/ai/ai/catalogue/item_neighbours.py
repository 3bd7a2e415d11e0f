"""Item-based collaborative filtering: items are close when learners finished both. Pure.

    closeness(i, j) = sum over learners of both of w / (1 + log2 n) / sqrt(weight(i) weight(j))

where n is how many items a learner finished (one who finished everything says little about any two
items; Breese, Heckerman and Kadie 1998) and weight(i) is the sum of 1 / (1 + log2 n) over the
learners of i. w is 1; when order counts, w is nearer to 1 the sooner j followed i, and small when
it did not follow. A learner's figure for an item is the sum of its closeness to the items they
finished, where the newest step weighs 1 and each earlier one `recency` times the next (item-based
collaborative filtering, Sarwar et al. 2001).

`recommendations/tuning.py` chooses how many of the closest count, `recency` and the order.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from ai.kit.vectors import Matrix

Floats: TypeAlias = NDArray[np.float32]
Places: TypeAlias = NDArray[np.intp]
"""Rows of items in the catalogue."""

HISTORY_MAX = 1000
"""Only a learner's last steps count, because the number of pairs grows with their square."""
OUT_OF_ORDER, ORDER_DECAY = 0.1, 2.0


@dataclass(frozen=True, slots=True)
class Settings:
    """Parameters that tuning chooses; these defaults hold until it prefers others."""

    recency: float = 1.0
    in_order: bool = False
    neighbours: int = 100
    """The number of closest items that count for each item."""
    semantic_weight: float = 0.45
    """The weight of nearness in meaning for a newcomer; popularity has the rest of .55."""
    shrinkage: int = 5
    """The number of finished items with which neighbours count by half."""


@dataclass(frozen=True, eq=False)
class ItemNeighbours:
    """Row per item: its closest items, their closeness, and how many learners finished both.
    Shorter rows are padded with closeness 0."""

    others: Places
    closeness: Matrix
    learners: NDArray[np.int32]
    settings: Settings = Settings()

    @classmethod
    def nothing(cls, items: int) -> "ItemNeighbours":
        return cls.room_for(items, 0, Settings())

    @classmethod
    def of_pairs(
        cls, pairs: Iterable[tuple[int, int, float, int]], items: int, settings: Settings
    ) -> "ItemNeighbours":
        """From (item, other, closeness, learners), in any order: the inverse of `pairs`."""
        rows: list[list[tuple[int, float, int]]] = [[] for _ in range(items)]
        for item, other, closeness, learners in pairs:
            rows[item].append((other, closeness, learners))
        width = max(map(len, rows), default=0)
        found = cls.room_for(items, width, settings)
        for item, row in enumerate(rows):
            row.sort(key=lambda pair: (-pair[1], pair[0]))
            for at, (other, closeness, learners) in enumerate(row):
                found.others[item, at] = other
                found.closeness[item, at] = closeness
                found.learners[item, at] = learners
        return found

    @classmethod
    def room_for(cls, items: int, width: int, settings: Settings) -> "ItemNeighbours":
        """Zeros, to be filled in."""
        shape = (items, width)
        return cls(
            np.zeros(shape, np.intp),
            np.zeros(shape, np.float32),
            np.zeros(shape, np.int32),
            settings,
        )

    def pairs(self) -> Iterator[tuple[int, int, float, int]]:
        """(item, other, closeness, learners) of all pairs with closeness above 0."""
        for item, at in np.argwhere(self.closeness > 0).tolist():
            yield (
                item,
                int(self.others[item, at]),
                float(self.closeness[item, at]),
                int(self.learners[item, at]),
            )

    def narrowed(self, neighbours: int) -> "ItemNeighbours":
        """With only the closest `neighbours` of each item."""
        return ItemNeighbours(
            self.others[:, :neighbours],
            self.closeness[:, :neighbours],
            self.learners[:, :neighbours],
            replace(self.settings, neighbours=neighbours),
        )

    def near(self, places: Places, weights: Floats) -> Floats:
        """For each item the weighted sum of its closeness to `places`."""
        items = len(self.others)
        given = self.closeness[places] * weights[:, None]
        near = np.bincount(self.others[places].ravel(), given.ravel(), minlength=items)
        return near[:items].astype(np.float32)

    def closeness_of(self, places: Places, other: int) -> Floats:
        """For each of `places` the closeness of `other`; 0 when it is not among its closest."""
        close: Floats = np.where(self.others[places] == other, self.closeness[places], 0)
        nearest: Floats = close.max(axis=1, initial=0)
        return nearest

    def finished_both(self, place: int, other: int) -> int:
        """How many learners finished both; 0 when `other` is not among the closest of `place`."""
        found = self.others[place] == other
        return int(self.learners[place][found].max(initial=0))


def decay_weights(count: int, recency: float) -> Floats:
    """The weights of `count` steps, oldest first."""
    weights: Floats = np.power(np.float32(recency), np.arange(count - 1, -1, -1, dtype=np.float32))
    return weights


def count(histories: Sequence[Places], items: int, settings: Settings) -> ItemNeighbours:
    """Counts neighbours from the items each learner finished, oldest first and each only once."""
    histories = [history[-HISTORY_MAX:] for history in histories]
    learners_of = _learners_of(histories, items)
    says = np.array([1 / (1 + np.log2(max(len(one), 1))) for one in histories], np.float32)
    weight = np.array([says[[who for who, _ in of]].sum() if of else 1 for of in learners_of])
    longest = max(map(len, histories), default=0)
    by_gap = _by_gap(longest) if settings.in_order else np.ones(2 * longest + 1, np.float32)
    width = min(settings.neighbours, max(items - 1, 0))
    found = ItemNeighbours.room_for(items, width, settings)
    for item, of in enumerate(learners_of):
        if of and width:
            others = np.concatenate([histories[who] for who, _ in of])
            given = [says[who] * _window(by_gap, len(histories[who]), at) for who, at in of]
            close = np.bincount(others, np.concatenate(given), minlength=items)
            both = np.bincount(others, minlength=items)
            close[item] = 0
            _keep_closest(found, item, close / np.sqrt(weight[item] * weight), both)
    return found


def _learners_of(histories: Sequence[Places], items: int) -> list[list[tuple[int, int]]]:
    """For each item the learners who finished it, with its position in their history."""
    found: list[list[tuple[int, int]]] = [[] for _ in range(items)]
    for who, history in enumerate(histories):
        for at, item in enumerate(history.tolist()):
            found[item].append((who, at))
    return found


def _by_gap(longest: int) -> Floats:
    """The weight of a pair by how many steps later its second item was finished, from -longest."""
    gap = np.arange(-longest, longest + 1)
    soon = np.exp(-(np.maximum(gap, 1) - 1) / ORDER_DECAY)
    after = OUT_OF_ORDER + (1 - OUT_OF_ORDER) * soon
    weights: Floats = np.where(gap > 0, after, OUT_OF_ORDER).astype(np.float32)
    return weights


def _window(by_gap: Floats, length: int, at: int) -> Floats:
    """The weights of a history's steps, seen from its step `at`."""
    middle = len(by_gap) // 2
    return by_gap[middle - at : middle - at + length]


def _keep_closest(
    found: ItemNeighbours, item: int, close: NDArray[np.float64], both: Places
) -> None:
    width = found.others.shape[1]
    # Equally close items in the order of the catalogue, so that equal facts give equal rows.
    best = np.argsort(-close, kind="stable")[:width]
    found.others[item] = best
    found.closeness[item] = close[best]
    found.learners[item] = both[best]
