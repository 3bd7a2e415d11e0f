"""Simulated learners, asked and judged by the functions that serve real ones. Pure, by seed.

A simulated learner has inclinations to the five tracks that sum to 1. To answer a question they
take a track by its inclination and then an option by its part of the question's loads on that
track: the option that loads 3 three times as often as the one that loads 1.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ai.profiling.bank import Bank
from ai.profiling.item_selection import NOTHING, next_places
from ai.profiling.matrix import TRACKS, Ints
from ai.profiling.scoring import CLAIMS, UNANSWERED, ScoredResponses, confidence, score_responses
from ongoza_contracts.vocabulary import Confidence

SEED = 20261123
RANDOM_LEARNERS = 10_000
CONSISTENT_LEARNERS = 1_000
"""For each track."""
CONSISTENCY = 0.8
"""The share of a consistent learner's answers that are their track's best option; the others are
taken at random among all options."""
POPULATIONS: Mapping[str, float] = {"clear": 0.3, "reference": 0.5, "mixed": 1.0}
"""How inclinations are drawn: the concentration of a symmetric Dirichlet distribution. The claims
are made for the reference, Jeffreys' prior for shares; the lower the number, the more people are
wholly of one track."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The results of simulated learners, one row each."""

    responses: Ints
    found: ScoredResponses

    @property
    def primary(self) -> Ints:
        return self.found.ranking[:, 0]

    @property
    def asked(self) -> Ints:
        asked: Ints = (self.responses != UNANSWERED).sum(axis=1)
        return asked

    @property
    def levels(self) -> list[Confidence]:
        return [confidence(float(z)) for z in self.found.z]

    def tracks_named(self) -> Ints:
        """[track] how often each is the primary one."""
        return np.bincount(self.primary, minlength=len(TRACKS))

    def share_with(self, level: Confidence) -> float:
        return self.levels.count(level) / len(self.responses)


@dataclass(frozen=True, slots=True)
class Level:
    """How a level of confidence keeps its claim."""

    share: float
    """The share of all results."""
    claimed: float
    right: float
    """The share of its results whose primary track is the learner's true one."""


def at_random(bank: Bank, count: int, seed: int = SEED) -> Outcome:
    """Learners who take every option of every question equally often."""
    dice = np.random.default_rng(seed)
    places = [dice.integers(0, len(one.options), count) for one in bank.questions]
    return _asked(bank, np.stack(places, axis=1))


def consistent(bank: Bank, track: int, count: int, seed: int = SEED) -> Outcome:
    """Learners of one track (its place in Track): see CONSISTENCY."""
    dice = np.random.default_rng([seed, track])
    best = bank.matrix.gain[:, :, track].argmax(axis=1)
    places = [dice.integers(0, len(one.options), count) for one in bank.questions]
    faithful = dice.random((count, len(bank.questions))) < CONSISTENCY
    return _asked(bank, np.where(faithful, best, np.stack(places, axis=1)))


def inclined(
    bank: Bank, concentration: float, count: int, seed: int = SEED
) -> tuple[Outcome, Ints]:
    """Learners with inclinations of a population, and the place of each one's strongest track."""
    dice = np.random.default_rng(seed)
    inclinations = dice.dirichlet(np.full(len(TRACKS), concentration), count)
    likely = np.einsum("nt,qot->nqo", inclinations, bank.matrix.choice_probability).cumsum(axis=2)
    drawn = dice.random((count, len(bank.questions), 1)) * likely[:, :, -1:]
    return _asked(bank, (likely <= drawn).sum(axis=2)), inclinations.argmax(axis=1)


def calibration(outcome: Outcome, truth: Ints) -> dict[Confidence, Level]:
    levels = np.array(outcome.levels)
    right = outcome.primary == truth
    return {
        level: Level(
            share=float((levels == level).mean()),
            claimed=CLAIMS[level],
            right=float(right[levels == level].mean()),
        )
        for level in Confidence
    }


def _asked(bank: Bank, answers: Ints) -> Outcome:
    """`answers` holds what each learner would answer to every question; only some are asked."""
    responses = np.full_like(answers, UNANSWERED)
    responses[:, : bank.required] = answers[:, : bank.required]
    while True:
        places = next_places(bank, responses)
        rows = np.flatnonzero(places != NOTHING)
        if not len(rows):
            return Outcome(responses, score_responses(bank.matrix, responses))
        responses[rows, places[rows]] = answers[rows, places[rows]]
