"""The distribution of pace over all learners, by maximum posterior probability. Pure."""

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ai.dashboard.pace import DEFAULT_PRIOR, Pace, Prior

Vector = npt.NDArray[np.float64]

STEP, FINEST = 0.5, 1e-3
STEPS_MAX = 500
RANGE = 8.0
"""How far the logarithm of a parameter may be from its default."""


class History(NamedTuple):
    """An enrolment as it was observed; times in weeks since it began."""

    learner: int
    required: int
    done_before: int
    """Required items that were completed before it began."""
    completions: tuple[float, ...]
    """In order, of the other required items."""
    observed: float
    """Until now, or until it ended."""

    @property
    def is_finished(self) -> bool:
        return self.done_before + len(self.completions) == self.required

    def until(self, cut: float) -> Pace:
        """What was known after `cut` weeks."""
        known = [week for week in self.completions if week <= cut]
        return Pace(len(known), known[-1] if known else 0.0, cut)


def fit(histories: Sequence[History]) -> Prior:
    """Compass search over the logarithms of the parameters. These have normal prior distributions
    with standard deviation 1 around the defaults, so that few histories change little."""
    if not histories:
        return DEFAULT_PRIOR
    columns = _Columns(histories)
    centre = np.log(DEFAULT_PRIOR[:4])
    best, lowest, step = centre, columns.cost(centre, centre), STEP
    for _ in range(STEPS_MAX):
        moves = [best + sign * step * axis for axis in np.eye(4) for sign in (1, -1)]
        moves = [np.clip(move, centre - RANGE, centre + RANGE) for move in moves]
        costs = [columns.cost(move, centre) for move in moves]
        place = int(np.argmin(costs))
        if costs[place] < lowest:
            best, lowest = moves[place], costs[place]
        elif (step := step / 2) < FINEST:
            break
    shape, rate, hazard, growth = np.exp(best).tolist()
    return Prior(shape, rate, hazard, growth, len(histories))


class _Columns:
    """The histories as columns, for the likelihood of `ai.dashboard.pace`."""

    def __init__(self, histories: Sequence[History]) -> None:
        self.count = np.array([len(one.completions) for one in histories])
        self.last = np.array([one.completions[-1] if one.completions else 0.0 for one in histories])
        finished = np.array([one.is_finished for one in histories])
        observed = np.array([one.observed for one in histories])
        # Nobody leaves after the last item, and nothing can be completed after it.
        self.observed = np.where(finished, self.last, observed)
        self.went_on = np.where(finished, np.maximum(self.count - 1, 0), self.count)
        self.may_have_left = (self.count > 0) & ~finished

    def cost(self, parameters: Vector, centre: Vector) -> float:
        """The negative logarithm of the posterior probability."""
        shape, rate, hazard, growth = np.exp(parameters)
        rising = np.log(shape + np.arange(self.count.max(initial=0)))
        ways = np.concatenate([[0.0], np.cumsum(rising)])[self.count]
        power = shape + self.count
        survival = -hazard * np.arange(self.count.max(initial=0) + 1.0) ** growth
        stayed = survival[self.went_on] - power * np.log(rate + self.observed)
        chances = [max(-np.expm1(after - before), 1e-300) for before, after in pairwise(survival)]
        leaving = np.concatenate([[0.0], survival[:-1] + np.log(chances)])
        left = np.where(
            self.may_have_left, leaving[self.count] - power * np.log(rate + self.last), -np.inf
        )
        likelihood = ways + shape * np.log(rate) + np.logaddexp(stayed, left)
        return float(((parameters - centre) ** 2).sum() / 2 - likelihood.sum())
