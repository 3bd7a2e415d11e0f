"""Statistical disclosure control of counts of people: what a table may show without telling of a
group under five, be it by subtraction."""

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

GROUP_MIN = 5
"""A smaller group is not shown, and shown counts are rounded down to a multiple of it: two readings
of one count differ by no group under five."""
ROW, COLUMN = 0, 1

Place = tuple[int, int]
Table = dict[Place, int]
Node = tuple[int, int]
"""ROW or COLUMN, and its number."""


@dataclass(frozen=True)
class SuppressedTable:
    """What may be shown of a table of counts; None where nothing may."""

    cells: list[list[int | None]]
    row_totals: list[int | None]
    column_totals: list[int | None]
    total: int | None


def rounded(count: int) -> int | None:
    """What may be shown of a count that is in no sum."""
    return count - count % GROUP_MIN if count >= GROUP_MIN else None


def suppress(counts: Sequence[Sequence[int]]) -> SuppressedTable:
    """Of disjoint groups of people, in rows of equal length.

    Hides each group under five, totals too (primary suppression). While the shown numbers rule out
    that such a group has any size from none to four, hides the smallest number in its row and
    column too (secondary suppression).
    """
    if not counts:
        return SuppressedTable([], [], [], None)
    table = _with_totals(counts)
    small = {place for place, count in table.items() if count < GROUP_MIN}
    hidden, narrowed = {*small}, [*small]  # hiding more narrows no group again
    while narrowed := [place for place in narrowed if not _is_open(table, hidden, place)]:
        hidden |= {_smallest_beside(table, place, hidden) for place in narrowed}
    height, width = len(counts), len(counts[0])
    shown = {place: None if place in hidden else rounded(table[place]) for place in table}
    return SuppressedTable(
        cells=[[shown[r, c] for c in range(width)] for r in range(height)],
        row_totals=[shown[r, width] for r in range(height)],
        column_totals=[shown[height, c] for c in range(width)],
        total=shown[height, width],
    )


def _with_totals(counts: Sequence[Sequence[int]]) -> Table:
    """The counts with the totals as a last column and a last row."""
    rows = [[*row, sum(row)] for row in counts]
    rows.append([sum(column) for column in zip(*rows, strict=True)])
    return {(r, c): count for r, row in enumerate(rows) for c, count in enumerate(row)}


def _smallest_beside(table: Table, place: Place, hidden: set[Place]) -> Place:
    """The smallest shown number in the row and column of a place, else in the table."""
    shown = [one for one in table if one not in hidden]
    beside = [one for one in shown if one[ROW] == place[ROW] or one[COLUMN] == place[COLUMN]]
    return min(beside or shown, key=lambda one: (table[one], one))


# --- what the shown numbers leave possible -------------------------------------------------------
# The table is a circulation in a network of rows and columns: a count flows from its row to its
# column, and a total of a row or column back. Another table with the same shown numbers differs by
# flows around circles, which augmenting paths find.
def _is_open(table: Table, hidden: set[Place], place: Place) -> bool:
    """Whether the group may be empty and may be of four, for all that is shown."""
    return all(_can_become(table, hidden, place, count) for count in (0, GROUP_MIN - 1))


def _can_become(table: Table, hidden: set[Place], place: Place, count: int) -> bool:
    counts = dict(table)
    network = _Network(table, hidden, counts)
    step = 1 if count > counts[place] else -1
    while counts[place] != count:
        changes = _balancing_changes(network, place, step)
        if changes is None:
            return False
        counts[place] += step
        for changed, by in changes.items():
            counts[changed] += by
    return True


@dataclass(frozen=True)
class _Network:
    table: Table
    hidden: set[Place]
    counts: Table
    """The table as it is changed now."""

    @cached_property
    def last(self) -> Place:
        return max(self.table)

    def ends(self, place: Place) -> tuple[Node, Node]:
        """From and to which node a count flows."""
        row, column = (ROW, place[ROW]), (COLUMN, place[COLUMN])
        is_total_of_line = (place[ROW] == self.last[ROW]) != (place[COLUMN] == self.last[COLUMN])
        return (column, row) if is_total_of_line else (row, column)

    def moves(self, node: Node) -> Iterator[tuple[Node, Place, int]]:
        """The nodes to which one more may flow, and the change of which count that is."""
        axis, number = node
        for other in range(self.last[1 - axis] + 1):
            place = (number, other) if axis == ROW else (other, number)
            by = 1 if self.ends(place)[0] == node else -1
            if self.may_be(place, self.counts[place] + by):
                yield (1 - axis, other), place, by

    def may_be(self, place: Place, count: int) -> bool:
        if place in self.hidden:
            return count >= 0
        return count // GROUP_MIN == self.table[place] // GROUP_MIN


def _balancing_changes(network: _Network, place: Place, step: int) -> dict[Place, int] | None:
    """Changes by one of other counts that keep the totals right when this one changes by `step`."""
    start, end = network.ends(place)[::-step]
    came_from: dict[Node, tuple[Node, Place, int] | None] = {start: None}
    queue = deque([start])
    while queue and end not in came_from:
        node = queue.popleft()
        for following, crossed, by in network.moves(node):
            if crossed != place and following not in came_from:
                came_from[following] = (node, crossed, by)
                queue.append(following)
    if end not in came_from:
        return None
    changes, node = {}, end
    while found := came_from[node]:
        node, crossed, by = found
        changes[crossed] = by
    return changes
