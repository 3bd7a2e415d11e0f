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

Cell = tuple[int, int]
Table = dict[Cell, int]
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


def suppress(counts: Sequence[Sequence[int]], caps: Sequence[int]) -> SuppressedTable:
    """Of disjoint groups of people, in rows of equal length. Readers know `caps`: the most that
    each row can sum to.

    Hides each group under five, totals too (primary suppression). While the shown numbers rule out
    that such a group has any size from none to four, or to a smaller cap, hides the smallest number
    in its row and column too (secondary suppression).
    """
    if not counts:
        return SuppressedTable([], [], [], None)
    table = _with_totals(counts)
    most = _most_of(table, caps)
    small = {cell for cell, count in table.items() if count < GROUP_MIN}
    hidden, narrowed = {*small}, [*small]  # hiding more narrows no group again
    while narrowed := [cell for cell in narrowed if not _is_open(table, most, hidden, cell)]:
        hidden |= {_smallest_beside(table, cell, hidden) for cell in narrowed}
    height, width = len(counts), len(counts[0])
    shown = {cell: None if cell in hidden else rounded(table[cell]) for cell in table}
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


def _most_of(table: Table, caps: Sequence[int]) -> Table:
    """What no number exceeds; a row that exceeds its cap is taken for its own cap."""
    total, width = len(caps), max(table)[COLUMN]
    by_row = [max(cap, table[r, width]) for r, cap in enumerate(caps)]
    return {cell: sum(by_row) if cell[ROW] == total else by_row[cell[ROW]] for cell in table}


def _smallest_beside(table: Table, cell: Cell, hidden: set[Cell]) -> Cell:
    """The smallest shown number in the row and column of a cell, else in the table."""
    shown = [one for one in table if one not in hidden]
    beside = [one for one in shown if one[ROW] == cell[ROW] or one[COLUMN] == cell[COLUMN]]
    return min(beside or shown, key=lambda one: (table[one], one))


# --- what the shown numbers leave possible -------------------------------------------------------
# The table is a circulation in a network of rows and columns: a count flows from its row to its
# column, and a total of a row or column back. Another table with the same shown numbers differs by
# flows around circles, which augmenting paths find.
def _is_open(table: Table, most: Table, hidden: set[Cell], cell: Cell) -> bool:
    """Whether the group may be empty and may be of four or the cap, for all that is shown."""
    ends = (0, min(GROUP_MIN - 1, most[cell]))
    return all(_can_become(table, most, hidden, cell, count) for count in ends)


def _can_become(table: Table, most: Table, hidden: set[Cell], cell: Cell, count: int) -> bool:
    counts = dict(table)
    network = _Network(table, most, hidden, counts)
    step = 1 if count > counts[cell] else -1
    while counts[cell] != count:
        changes = _balancing_changes(network, cell, step)
        if changes is None:
            return False
        counts[cell] += step
        for changed, by in changes.items():
            counts[changed] += by
    return True


@dataclass(frozen=True)
class _Network:
    table: Table
    most: Table
    hidden: set[Cell]
    counts: Table
    """The table as it is changed now."""

    @cached_property
    def last(self) -> Cell:
        return max(self.table)

    def ends(self, cell: Cell) -> tuple[Node, Node]:
        """From and to which node a count flows."""
        row, column = (ROW, cell[ROW]), (COLUMN, cell[COLUMN])
        is_total_of_line = (cell[ROW] == self.last[ROW]) != (cell[COLUMN] == self.last[COLUMN])
        return (column, row) if is_total_of_line else (row, column)

    def moves(self, node: Node) -> Iterator[tuple[Node, Cell, int]]:
        """The nodes to which one more may flow, and the change of which count that is."""
        axis, number = node
        for other in range(self.last[1 - axis] + 1):
            cell = (number, other) if axis == ROW else (other, number)
            by = 1 if self.ends(cell)[0] == node else -1
            if self.may_be(cell, self.counts[cell] + by):
                yield (1 - axis, other), cell, by

    def may_be(self, cell: Cell, count: int) -> bool:
        if cell in self.hidden:
            return 0 <= count <= self.most[cell]
        is_shown_so = count // GROUP_MIN == self.table[cell] // GROUP_MIN
        return is_shown_so and count <= self.most[cell]


def _balancing_changes(network: _Network, cell: Cell, step: int) -> dict[Cell, int] | None:
    """Changes by one of other counts that keep the totals right when this one changes by `step`."""
    start, end = network.ends(cell)[::-step]
    came_from: dict[Node, tuple[Node, Cell, int] | None] = {start: None}
    queue = deque([start])
    while queue and end not in came_from:
        node = queue.popleft()
        for following, crossed, by in network.moves(node):
            if crossed != cell and following not in came_from:
                came_from[following] = (node, crossed, by)
                queue.append(following)
    if end not in came_from:
        return None
    changes, node = {}, end
    while found := came_from[node]:
        node, crossed, by = found
        changes[crossed] = by
    return changes
