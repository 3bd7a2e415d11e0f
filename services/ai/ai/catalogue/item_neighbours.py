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

PackedRow: TypeAlias = tuple[bytes, bytes, bytes]
"""A row of `item_neighbour`: the numbers of others, their closeness, and the learners of both."""

HISTORY_MAX = 1000
"""Only a learner's last steps count, because the number of pairs grows with their square."""
OUT_OF_ORDER, ORDER_DECAY = 0.1, 2.0
CELLS_AT_ONCE, PAIRS_AT_ONCE = 1_000_000, 500_000
"""How many sums, and how many pairs of steps, a count has in memory at a time."""
FLOAT_BITS = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Settings:
    """Parameters that tuning chooses; these defaults hold until it prefers others."""

    recency: float = 1.0
    in_order: bool = False
    out_of_order: float = OUT_OF_ORDER
    """The weight of a pair whose second item came earlier or much later, when order counts."""
    order_decay: float = ORDER_DECAY
    """How many steps later the weight of a pair is by a factor e nearer to that."""
    ridge: float | None = None
    """Of the regression that weighs pairs instead of counting them (`item_weights.py`)."""
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
    """Counts neighbours from the items each learner finished, oldest first and each only once.

    Memory does not grow with the number of pairs: they are summed for a block of items at a time.
    """
    width = min(settings.neighbours, max(items - 1, 0))
    found = ItemNeighbours.room_for(items, width, settings)
    steps = _Steps.of(histories)
    if not len(steps.item) or not width:
        return found
    said = np.bincount(steps.item, steps.says[steps.learner], minlength=items)
    weight = np.where(said > 0, said, 1.0)
    by_item = np.argsort(steps.item, kind="stable")
    ends = np.concatenate([[0], np.cumsum(np.bincount(steps.item, minlength=items))])
    by_gap = _by_gap(int(steps.length.max()), settings) if settings.in_order else None
    block = max(CELLS_AT_ONCE // items, 1)
    for first in range(0, items, block):
        rows = min(block, items - first)
        of_block = by_item[ends[first] : ends[first + rows]]
        close, both = _sums(steps, of_block, first, (rows, items), by_gap)
        _keep_closest(found, first, close, both, weight)
    return found


@dataclass(frozen=True, slots=True, eq=False)
class _Steps:
    """Every step of every learner, one history after the other. Narrow integers, because there are
    millions of steps."""

    item: NDArray[np.int32]
    learner: NDArray[np.int32]
    at: NDArray[np.int32]
    """The position in the learner's history."""
    start: Places
    """For each learner the first of their steps."""
    length: Places
    says: NDArray[np.float64]
    """For each learner how much two of their items say about each other."""

    @classmethod
    def of(cls, histories: Sequence[Places]) -> "_Steps":
        histories = [history[-HISTORY_MAX:] for history in histories]
        length = np.array([len(one) for one in histories], np.intp)
        start = np.cumsum(length) - length
        item = np.concatenate([np.zeros(0, np.int32), *histories], dtype=np.int32)
        learner = np.repeat(np.arange(len(length), dtype=np.int32), length)
        at = np.arange(len(item), dtype=np.int32)
        at -= np.repeat(start.astype(np.int32), length)
        says = 1 / (1 + np.log2(np.maximum(length, 1)))
        return cls(item, learner, at, start, length, says)


def _sums(
    steps: _Steps, chosen: Places, first: int, shape: tuple[int, int], by_gap: Floats | None
) -> tuple[NDArray[np.float64], NDArray[np.int32]]:
    """For each item from `first` on, and each other: the sum of what the learners of both say, and
    their number. `chosen` are the steps on those items."""
    rows, items = shape
    close, both = np.zeros(rows * items), np.zeros(rows * items, np.int32)
    pairs = np.cumsum(steps.length[steps.learner[chosen]])
    parts = np.searchsorted(pairs, np.arange(PAIRS_AT_ONCE, pairs.max(initial=0), PAIRS_AT_ONCE))
    for part in np.split(chosen, parts):
        learner = steps.learner[part]
        length = steps.length[learner]
        ends = np.cumsum(length)
        at = np.arange(ends.max(initial=0)) - np.repeat(ends - length, length)
        other = steps.item[np.repeat(steps.start[learner], length) + at]
        cell = np.repeat((steps.item[part] - first) * items, length) + other
        says = np.repeat(steps.says[learner], length)
        if by_gap is not None:
            says *= by_gap[len(by_gap) // 2 + at - np.repeat(steps.at[part], length)]
        np.add.at(close, cell, says)
        np.add.at(both, cell, np.int32(1))  # a Python number would take the slow way
    return close, both


def _by_gap(longest: int, settings: Settings) -> Floats:
    """The weight of a pair by how many steps later its second item was finished, from -longest."""
    gap = np.arange(-longest, longest + 1)
    soon = np.exp(-(np.maximum(gap, 1) - 1) / settings.order_decay)
    after = settings.out_of_order + (1 - settings.out_of_order) * soon
    weights: Floats = np.where(gap > 0, after, settings.out_of_order).astype(np.float32)
    return weights


def _keep_closest(
    found: ItemNeighbours,
    first: int,
    close: NDArray[np.float64],
    both: NDArray[np.int32],
    weight: NDArray[np.float64],
) -> None:
    """Stores the rows of the items from `first` on."""
    items, width = len(weight), found.others.shape[1]
    cell = np.flatnonzero(both > 0)
    row, other = np.divmod(cell, items)
    closeness = (close[cell] / np.sqrt(weight[row + first] * weight[other])).astype(np.float32)
    # Sorted as integers of row, closeness and item, several times faster than by three columns: the
    # bits of floats above 0 are in their order. Equally close items come in the order of the
    # catalogue, so that equal facts give equal rows.
    bits = items.bit_length()
    distance = FLOAT_BITS - closeness.view(np.int32).astype(np.int64)
    order = np.sort((((row << 31) | distance) << bits | other)[row + first != other])
    other, row = order & ((1 << bits) - 1), order >> (31 + bits)
    rank = np.arange(len(row)) - np.searchsorted(row, row)
    is_close = rank < width
    other, row, rank = other[is_close], row[is_close], rank[is_close]
    distance = (order[is_close] >> bits) & FLOAT_BITS
    at = row + first, rank
    found.others[at] = other
    found.closeness[at] = (FLOAT_BITS - distance).astype(np.int32).view(np.float32)
    found.learners[at] = both[row * items + other]


def places_by_number(numbers: Sequence[int]) -> Places:
    """For each number of `item_count` the place of its item, and -1 for numbers of no item in the
    catalogue. `numbers` are those of the items in its order; 0 is none."""
    place_of = np.full(max(numbers, default=0) + 2, -1, np.intp)
    place_of[list(numbers)] = np.arange(len(numbers))
    place_of[0] = -1
    return place_of


def read_histories(stored: Sequence[bytes], place_of: Places) -> list[Places]:
    """The histories of items in the catalogue, from the rows of `completion_history`."""
    place = _places(np.frombuffer(b"".join(stored), ">i4"), place_of)
    known = np.concatenate([[0], np.cumsum(place >= 0)])
    ends = known[np.cumsum([len(one) // 4 for one in stored], dtype=np.intp)]
    return np.split(place[place >= 0], ends[:-1]) if stored else []


def _places(numbers: NDArray[np.int32], place_of: Places) -> Places:
    """The last number of `place_of` is of no item, as is every higher one."""
    places: Places = place_of[np.minimum(numbers, len(place_of) - 1)]
    return places


def pack(found: ItemNeighbours, number_of: NDArray[np.int32]) -> list[PackedRow]:
    """The rows of `item_neighbour`. `number_of` has the number of each place."""
    others = number_of[found.others].astype("<i4")
    width = (found.closeness > 0).sum(axis=1)
    return [
        (
            others[item, :size].tobytes(),
            found.closeness[item, :size].astype("<f4").tobytes(),
            found.learners[item, :size].astype("<i4").tobytes(),
        )
        for item, size in enumerate(width.tolist())
    ]


def unpack(
    rows: Sequence[PackedRow | None], place_of: Places, settings: Settings
) -> ItemNeighbours:
    """The inverse of `pack`, where None is an item without a row. Items that are not in the
    catalogue are left out, with closeness 0."""
    width = max((len(row[0]) // 4 for row in rows if row), default=0)
    found = ItemNeighbours.room_for(len(rows), width, settings)
    for item, row in enumerate(rows):
        if row:
            others, size = _places(np.frombuffer(row[0], "<i4"), place_of), len(row[0]) // 4
            is_known = others >= 0
            found.others[item, :size] = np.where(is_known, others, 0)
            found.closeness[item, :size] = np.where(is_known, np.frombuffer(row[1], "<f4"), 0)
            found.learners[item, :size] = np.where(is_known, np.frombuffer(row[2], "<i4"), 0)
    return found
