"""A question bank as arrays, by which one learner and thousands of simulated ones are scored
alike."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ongoza_contracts.vocabulary import Track

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

TRACKS = tuple(Track)
Loads = Mapping[Track, int]


@dataclass(frozen=True, slots=True)
class Matrix:
    """Axes: question and option in the bank's order, track in the order of Track. A question
    with fewer options than another is padded with zeros, to which no answer points.
    """

    weight: Floats
    """[question] of its category."""
    gain: Floats
    """[question, option, track] weight * (load - least load of the question's options)."""
    reach: Floats
    """[question, track] weight * (most - least): what the best option gains."""
    choice_probability: Floats
    """[question, option, track] the option's share of all loads on the track: the probability that
    a learner who is inclined to that track alone chooses it."""
    chance: Floats
    """[question, track, track] covariance of the gains when an option is taken at random."""

    @classmethod
    def of(cls, questions: Sequence[Sequence[Loads]], weights: Sequence[float]) -> "Matrix":
        """`questions` holds the loads of each question's options."""
        most = max(len(options) for options in questions)
        gain = np.zeros((len(questions), most, len(TRACKS)))
        choice_probability = np.zeros_like(gain)
        chance = np.zeros((len(questions), len(TRACKS), len(TRACKS)))
        for row, (options, weight) in enumerate(zip(questions, weights, strict=True)):
            loads = np.array([[one.get(track, 0) for track in TRACKS] for one in options], float)
            gained = weight * (loads - loads.min(axis=0))
            gain[row, : len(options)] = gained
            choice_probability[row, : len(options)] = loads / np.maximum(loads.sum(axis=0), 1)
            chance[row] = np.cov(gained, rowvar=False, bias=True)
        return cls(np.array(weights, float), gain, gain.max(axis=1), choice_probability, chance)
