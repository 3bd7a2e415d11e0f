"""Suppression of small groups, attacked by somebody who knows every shown number and the rules."""

from collections.abc import Iterator

import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from core.sponsor_dashboard.suppression import GROUP_MIN, SuppressedTable, rounded, suppress

Counts = list[list[int]]
SIZES = st.one_of(st.integers(0, 6), st.integers(0, 40))


@st.composite
def tables(draw: st.DrawFn) -> tuple[Counts, list[int]]:
    """Counts, and the caps of their rows."""
    width = draw(st.integers(1, 3))
    row = st.lists(SIZES, min_size=width, max_size=width)
    counts = draw(st.lists(row, min_size=1, max_size=4))
    return counts, [sum(row) + draw(SIZES) for row in counts]


def equations(
    counts: Counts, shown: SuppressedTable
) -> Iterator[tuple[np.ndarray, int, int | None]]:
    """The places that each number of the table, totals too, is the sum of; the sum, and what is
    shown of it."""
    height, width = len(counts), len(counts[0])
    values = np.array(counts)
    for r in range(height + 1):
        for c in range(width + 1):
            chosen = np.zeros((height, width))
            rows = slice(None) if r == height else slice(r, r + 1)
            columns = slice(None) if c == width else slice(c, c + 1)
            chosen[rows, columns] = 1
            row = [*shown.column_totals, shown.total] if r == height else shown.cells[r]
            published = [*row, shown.row_totals[r]] if r < height else row
            yield chosen.ravel(), int((values.ravel() * chosen.ravel()).sum()), published[c]


def bounds_of_groups_under_five(
    counts: Counts, caps: list[int]
) -> Iterator[tuple[int, float, float]]:
    """The cap of each small group, with the least and the most that all the shown numbers leave
    possible."""
    known = [*equations(counts, suppress(counts, caps))]
    sums = [*np.kron(np.eye(len(counts)), np.ones(len(counts[0])))]
    limits = [*caps]
    for chosen, _, published in known:
        if published is not None:
            sums += [chosen, -chosen]
            limits += [published + GROUP_MIN - 1, -published]
    for chosen, value, published in known:
        if value < GROUP_MIN:
            assert published is None
            least, most = (
                linprog(sign * chosen, A_ub=sums, b_ub=limits, method="highs") for sign in (1, -1)
            )
            rows = chosen.reshape(len(counts), -1).any(axis=1)
            yield int(rows @ np.array(caps)), least.fun, -most.fun


@given(tables())
@example(([[12, 3]], [40]))
@example(([[6, 6, 3], [6, 3, 6], [3, 6, 6]], [40, 40, 40]))
@example(([[9, 9, 1], [9, 9, 9]], [40, 40]))
@example(([[5, 5, 2]], [12]))
@example(([[2, 0], [9, 9]], [2, 18]))
@settings(deadline=None, max_examples=30)
def test_nothing_shown_narrows_a_group_under_five(table: tuple[Counts, list[int]]) -> None:
    for cap, least, most in bounds_of_groups_under_five(*table):
        assert least <= 1e-6
        assert most >= min(GROUP_MIN - 1, cap) - 1e-6


@given(tables())
@settings(max_examples=100)
def test_what_is_shown_is_the_count_rounded_down(table: tuple[Counts, list[int]]) -> None:
    counts, caps = table
    for _, value, published in equations(counts, suppress(counts, caps)):
        assert published in (None, rounded(value))
