"""Simulated learners, asked and judged by the functions that serve real ones. Pure, by seed.

A learner of the scorer's own model has inclinations to the five tracks that sum to 1. To answer a
question they take a track by its inclination and then an option by its part of the question's
loads on that track: the option that loads 3 three times as often as the one that loads 1. Learners
of the foreign populations answer otherwise, as the scorer does not expect.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from ai.profiling.bank import Bank
from ai.profiling.item_selection import NOTHING, next_places
from ai.profiling.matrix import TRACKS, Floats, Ints
from ai.profiling.scoring import UNANSWERED, ScoredResponses, confidence, score_responses
from ongoza_contracts.vocabulary import Confidence, Track

SEED = 20261123
RANDOM_LEARNERS = 10_000
CONSISTENT_LEARNERS = 1_000
"""For each track."""
CONSISTENCY = 0.8
"""The share of a consistent learner's answers that are their track's best option; the others are
taken at random among all options."""
MIDDLE = 0.5
"""How inclinations are drawn: the concentration of a symmetric Dirichlet distribution. The lower
the number, the more people are wholly of one track."""
FIRST_OPTION = 2.0
"""How many times as often as the last option one with a taste for positions takes the first; for
those between the factor falls linearly."""
SPREAD = 0.5
"""Of the logarithms of the factors by which loads differ from those of the bank."""
DESIRABLE, DESIRED = Track.LEADERS, 2.5
"""The track whose options everybody would like to have chosen, and how many times as often an
option with the greatest load on it is taken for that; with less load the factor is less."""
TWO_TRACKS = 0.45
"""The inclination to each of two tracks; the other three share the rest."""


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


Bools = NDArray[np.bool_]
Population = Callable[..., tuple[Outcome, Bools]]
"""Called with a bank, `count` and `seed`; the second array says which tracks are right for each
learner."""


@dataclass(frozen=True, slots=True)
class Level:
    """How often a level of confidence is right."""

    share: float
    """The share of all results."""
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
) -> tuple[Outcome, Bools]:
    """Learners of the scorer's own model, and which track is right for each: the strongest."""
    dice = np.random.default_rng(seed)
    inclinations = dice.dirichlet(np.full(len(TRACKS), concentration), count)
    likely = np.einsum("nt,qot->nqo", inclinations, bank.matrix.choice_probability)
    return _asked(bank, _drawn(likely, dice)), _strongest(inclinations)


def discriminating(
    bank: Bank, discrimination: float, count: int, seed: int = SEED
) -> tuple[Outcome, Bools]:
    """Learners of the nominal response model: an option's probability is proportional to
    exp(discrimination * sum of trait * load), with loads as shares of the greatest and traits of a
    standard normal distribution."""
    dice = np.random.default_rng(seed)
    traits = dice.standard_normal((count, len(TRACKS)))
    appeal = np.exp(discrimination * np.einsum("nt,qot->nqo", traits, _loads(bank)))
    return _asked(bank, _drawn(appeal * _options(bank), dice)), _strongest(traits)


def careless(bank: Bank, share: float, count: int, seed: int = SEED) -> tuple[Outcome, Bools]:
    """Learners who give a share of their answers at random."""
    dice = np.random.default_rng(seed)
    inclinations = dice.dirichlet(np.full(len(TRACKS), MIDDLE), count)
    likely = np.einsum("nt,qot->nqo", inclinations, bank.matrix.choice_probability)
    at_random = dice.random(likely.shape[:2]) < share
    answers = np.where(at_random[..., None], _options(bank)[None], likely)
    return _asked(bank, _drawn(answers, dice)), _strongest(inclinations)


def distorted(
    bank: Bank,
    distortion: Callable[[Bank, np.random.Generator], Floats],
    count: int,
    seed: int = SEED,
) -> tuple[Outcome, Bools]:
    """Learners who take an option more or less often than the scorer expects: by a factor for each
    question, option and track, or for each question and option."""
    dice = np.random.default_rng(seed)
    inclinations = dice.dirichlet(np.full(len(TRACKS), MIDDLE), count)
    likely = bank.matrix.choice_probability * distortion(bank, dice)
    answers = np.einsum("nt,qot->nqo", inclinations, likely)
    return _asked(bank, _drawn(answers, dice)), _strongest(inclinations)


def two_track(bank: Bank, count: int, seed: int = SEED) -> tuple[Outcome, Bools]:
    """Learners who like two tracks equally: they are a tie, so either is right."""
    dice = np.random.default_rng(seed)
    order = dice.permuted(np.tile(np.arange(len(TRACKS)), (count, 1)), axis=1)
    liked = order < 2
    inclinations = np.where(liked, TWO_TRACKS, (1 - 2 * TWO_TRACKS) / (len(TRACKS) - 2))
    likely = np.einsum("nt,qot->nqo", inclinations, bank.matrix.choice_probability)
    return _asked(bank, _drawn(likely, dice)), liked


def _positions(bank: Bank, _: np.random.Generator) -> Floats:
    factors = np.zeros((*bank.matrix.gain.shape[:2], 1))
    for row, question in enumerate(bank.questions):
        options = len(question.options)
        factors[row, :options, 0] = np.linspace(FIRST_OPTION, 1, options)
    return factors


def _noise(bank: Bank, dice: np.random.Generator) -> Floats:
    return dice.lognormal(sigma=SPREAD, size=bank.matrix.gain.shape)


def _desirability(bank: Bank, _: np.random.Generator) -> Floats:
    return 1 + (DESIRED - 1) * _loads(bank)[:, :, [TRACKS.index(DESIRABLE)]]


def _loads(bank: Bank) -> Floats:
    """[question, option, track] the loads above the question's least, as shares of the greatest of
    the bank."""
    loads = bank.matrix.gain / bank.matrix.weight[:, None, None]
    shares: Floats = loads / loads.max()
    return shares


OWN_POPULATIONS: Mapping[str, Population] = {
    "clear inclinations": partial(inclined, concentration=0.3),
    "middle inclinations": partial(inclined, concentration=MIDDLE),
    "mixed inclinations": partial(inclined, concentration=1.0),
}
FOREIGN_POPULATIONS: Mapping[str, Population] = {
    "discrimination 1.2": partial(discriminating, discrimination=1.2),
    "discrimination 0.7": partial(discriminating, discrimination=0.7),
    "10 % careless": partial(careless, share=0.1),
    "20 % careless": partial(careless, share=0.2),
    "30 % careless": partial(careless, share=0.3),
    "taste for positions": partial(distorted, distortion=_positions),
    "noisy loads": partial(distorted, distortion=_noise),
    "social desirability": partial(distorted, distortion=_desirability),
}
POPULATIONS = {**OWN_POPULATIONS, **FOREIGN_POPULATIONS}


def is_right(outcome: Outcome, truth: Bools) -> Bools:
    right: Bools = truth[np.arange(len(truth)), outcome.primary]
    return right


def calibration(outcome: Outcome, truth: Bools) -> dict[Confidence, Level]:
    levels = np.array(outcome.levels)
    right = is_right(outcome, truth)
    return {
        level: Level(
            share=float((levels == level).mean()), right=float(right[levels == level].mean())
        )
        for level in Confidence
    }


def _strongest(inclinations: Floats) -> Bools:
    strongest: Bools = inclinations == inclinations.max(axis=1, keepdims=True)
    return strongest


def _options(bank: Bank) -> Floats:
    """[question, option] 1 for each option that the question has."""
    most = bank.matrix.gain.shape[1]
    counts = np.array([len(one.options) for one in bank.questions])
    options: Floats = (np.arange(most) < counts[:, None]).astype(float)
    return options


def _drawn(likely: Floats, dice: np.random.Generator) -> Ints:
    """For each learner and question the place of an option, with probability as `likely`."""
    cumulative = likely.cumsum(axis=2)
    drawn = dice.random((*likely.shape[:2], 1)) * cumulative[:, :, -1:]
    places: Ints = (cumulative <= drawn).sum(axis=2)
    return places


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
