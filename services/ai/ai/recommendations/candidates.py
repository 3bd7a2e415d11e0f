"""Candidate generation: each named generator proposes its best items that may be offered. Pure."""

from collections.abc import Callable, Mapping

import numpy as np

from ai.catalogue.catalogue import TRACKS, Catalogue, Mask
from ai.catalogue.item_neighbours import Floats
from ai.learners.learner import Learner, attempts_at
from ai.recommendations.scoring import Parts, to_finish
from ai.skills.completion import completed_with_modules, with_status
from ongoza_contracts.vocabulary import ProgressStatus, Verdict

OF_EACH = 100
"""Candidates per generator: at least the length of the longest list, because popular items alone
may have to fill it."""
FRESH_ENOUGH = 0.25
"""The freshness of an item that was published four weeks ago."""


def near(_: Catalogue, __: Learner, parts: Parts) -> Floats:
    """Items near the learner's vector."""
    return parts.nearness


def also_finished(_: Catalogue, __: Learner, parts: Parts) -> Floats:
    """Items that learners of the same items also finished."""
    return parts.co_completion


def path(catalogue: Catalogue, learner: Learner, parts: Parts) -> Floats:
    """Items that follow completed ones, and those of the learner's main track near their level."""
    along: Floats = parts.step.copy()
    if learner.profile:
        of_track = catalogue.of_track[:, TRACKS.index(learner.profile.primary)]
        along += of_track * parts.level
    return along


def fresh(catalogue: Catalogue, _: Learner, __: Parts) -> Floats:
    """Items published within four weeks."""
    new: Floats = np.where(catalogue.freshness >= FRESH_ENOUGH, catalogue.freshness, 0)
    return new


def popular(catalogue: Catalogue, _: Learner, __: Parts) -> Floats:
    """Items by their number of learners; every item is found, the least popular last."""
    return catalogue.popularity + np.float32(1e-6)


def needed(_: Catalogue, __: Learner, parts: Parts) -> Floats:
    """Items that the learner's enrolment requires, and missions that are due soon."""
    both: Floats = parts.required + parts.due
    return both


Generator = Callable[[Catalogue, Learner, Parts], Floats]
"""How well each item fits the generator; 0 is not at all."""

GENERATORS: Mapping[str, Generator] = {
    "near": near,
    "also_finished": also_finished,
    "path": path,
    "fresh": fresh,
    "popular": popular,
    "needed": needed,
}


def find(
    catalogue: Catalogue, learner: Learner, allowed: Mask, parts: Parts
) -> dict[int, tuple[str, ...]]:
    """Rows of the catalogue, each with the names of the generators that proposed it."""
    found: dict[int, list[str]] = {}
    for name, generator in GENERATORS.items():
        worth = np.where(allowed, generator(catalogue, learner, parts), 0)
        best = np.argsort(-worth, kind="stable")[:OF_EACH]
        for place in best[worth[best] > 0].tolist():
            found.setdefault(place, []).append(name)
    return {place: tuple(names) for place, names in found.items()}


def may_be_offered(
    catalogue: Catalogue, learner: Learner, exclude: frozenset[str] = frozenset()
) -> Mask:
    """Items that are neither completed, in progress, retired nor unwanted, and whose prerequisites
    are completed; of the courses in progress those that only have to be finished; of the missions
    those that still take the learner's work."""
    done = completed_with_modules(catalogue, learner)
    running = with_status(catalogue, learner, ProgressStatus.IN_PROGRESS)
    may: Mask = catalogue.offered & ~done & (~running | to_finish(catalogue, learner))
    may &= ~catalogue.closed(attempts_at(learner.attempts))
    items, needs = catalogue.open_needs
    may[items[~done[needs]]] = False
    unwanted = learner.with_verdict(Verdict.NOT_FOR_ME)
    for content_id in {*unwanted, *learner.dismissed, *exclude}:
        if content_id in catalogue.position:
            may[catalogue.position[content_id]] = False
    return may
