"""How much a result depends on single answers, and which answers would change it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ai.profiling.bank import Bank, Option, Question
from ai.profiling.matrix import TRACKS, Ints
from ai.profiling.scoring import UNANSWERED, Profile, response_vector, score_responses
from ongoza_contracts.vocabulary import Track


@dataclass(frozen=True, slots=True)
class Stability:
    kept: int
    """How many of the results with one answer left out still have the primary track first."""
    of: int
    overturning: tuple[tuple[Question, Track], ...]
    """The questions without which another track would be first, each with that track."""


@dataclass(frozen=True, slots=True)
class Change:
    """The answers that would have to change to put `track` first."""

    track: Track
    answers: tuple[tuple[Question, Option], ...]
    """Each question with the option to choose instead."""


def stability(bank: Bank, answers: Mapping[str, str], found: Profile) -> Stability:
    """The results of leaving out each answer in turn; a track that ties for the first place keeps
    it. With a single answer nothing is left to score: 0 of 0."""
    row = response_vector(bank, answers)[0]
    given = np.flatnonzero(row != UNANSWERED)
    if len(given) < 2:
        return Stability(0, 0, ())
    without = np.repeat(row[None], len(given), axis=0)
    without[np.arange(len(given)), given] = UNANSWERED
    left = score_responses(bank.matrix, without)
    kept = left.scores[:, TRACKS.index(found.primary)] == left.scores.max(axis=1)
    overturning = tuple(
        (bank.questions[place], TRACKS[left.ranking[case, 0]])
        for case, place in enumerate(given)
        if not kept[case]
    )
    return Stability(int(kept.sum()), len(given), overturning)


def changes(bank: Bank, answers: Mapping[str, str], found: Profile) -> tuple[Change, ...]:
    """The changes that would put each of the other tracks first, the fewest answers first."""
    row = response_vector(bank, answers)[0]
    others = [track for track in TRACKS if track is not found.primary]
    ways = [_way(bank, row, found.primary, track) for track in others]
    return tuple(sorted((way for way in ways if way), key=lambda way: len(way.answers)))


def _way(bank: Bank, row: Ints, first: Track, wanted: Track) -> Change | None:
    """Changes the answers by which `wanted` gains most on `first`, until `wanted` leads alone. No
    fewer changes put it before `first`; a third track may need some more."""
    given = np.flatnonzero(row != UNANSWERED)
    points = bank.matrix.gain / np.maximum(bank.matrix.reach[given].sum(axis=0), 1e-9)
    lead = (points[:, :, TRACKS.index(wanted)] - points[:, :, TRACKS.index(first)])[given]
    cases = np.arange(len(given))
    best = lead.argmax(axis=1)
    gains = (lead[cases, best] - lead[cases, row[given]]).round(9)
    turned = np.argsort(-gains, kind="stable")
    steps = np.repeat(row[None], len(given), axis=0)
    for step, case in enumerate(turned):
        steps[step:, given[case]] = best[case]
    scores = score_responses(bank.matrix, steps).scores
    others = np.delete(scores, TRACKS.index(wanted), axis=1).max(axis=1)
    leading = np.flatnonzero(scores[:, TRACKS.index(wanted)] > others)
    if not len(leading):
        return None
    needed = [(bank.questions[given[case]], best[case]) for case in turned[: leading[0] + 1]]
    return Change(wanted, tuple((asked, asked.options[place]) for asked, place in needed))
