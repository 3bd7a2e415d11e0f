"""Candidate generation: each named generator proposes its best items that may be offered. Pure."""

from collections.abc import Callable, Mapping

import numpy as np

from ai.catalogue.catalogue import TRACKS, Mask
from ai.catalogue.item_neighbours import Floats, Places
from ai.learners.learner import attempts_at
from ai.recommendations.scoring import Features
from ongoza_contracts.vocabulary import Verdict

OF_EACH = 100
"""Candidates per generator: at least the length of the longest list, because popular items alone
may have to fill it."""
FRESH_ENOUGH = 0.25
"""The freshness of an item that was published four weeks ago."""


def near(features: Features) -> Floats | None:
    """Items near the learner's vector."""
    return features.nearness


def also_finished(features: Features) -> Floats | None:
    """Items that learners of the same items also finished."""
    return features.columns["co_completion"]


def path(features: Features) -> Floats | None:
    """Items that follow completed ones, and those of the learner's main track near their level."""
    estimates, profile = features.estimates, features.learner.profile
    if profile is None:
        return estimates.get("step")
    of_track = features.catalogue.of_track[:, TRACKS.index(profile.primary)]
    along: Floats = of_track * estimates["level"] + estimates.get("step", 0)
    return along


def fresh(features: Features) -> Floats:
    """Items published within four weeks."""
    freshness = features.catalogue.freshness
    new: Floats = np.where(freshness >= FRESH_ENOUGH, freshness, 0)
    return new


def popular(features: Features) -> Floats:
    """Items by their number of learners; every item is found, the least popular last."""
    return features.catalogue.popularity + np.float32(1e-6)


def needed(features: Features) -> Floats:
    """Items that the learner's enrolment requires, and missions that are due soon."""
    required, due = features.columns["required"], features.catalogue.due
    return due if required is None else required + due


def overall(features: Features) -> Floats:
    """Items that are not the best in any one respect, but together: by the estimated score."""
    total: Floats = np.sum([*features.estimates.values()], axis=0)
    return total


GENERATORS: Mapping[str, Callable[[Features], Floats | None]] = {
    "near": near,
    "also_finished": also_finished,
    "path": path,
    "fresh": fresh,
    "popular": popular,
    "needed": needed,
    "overall": overall,
}
"""How well each item fits the generator; 0 is not at all, and None that none does."""


def find(features: Features, allowed: Mask) -> dict[int, tuple[str, ...]]:
    """Rows of the catalogue, each with the names of the generators that proposed it."""
    found: dict[int, list[str]] = {}
    rows = np.flatnonzero(allowed)
    for name, generator in GENERATORS.items():
        worth = generator(features)
        if worth is not None:
            for place in rows[_best(worth[rows])].tolist():
                found.setdefault(place, []).append(name)
    return {place: tuple(names) for place, names in found.items()}


def _best(worth: Floats) -> Places:
    """The positions of the OF_EACH highest above 0; of equal ones at the end the first."""
    fitting = np.flatnonzero(worth > 0)
    if len(fitting) <= OF_EACH:
        return fitting
    values = worth[fitting]
    last = np.partition(values, -OF_EACH)[-OF_EACH]
    above, equal = fitting[values > last], fitting[values == last]
    return np.concatenate([above, equal[: OF_EACH - len(above)]])


def may_be_offered(features: Features, exclude: frozenset[str] = frozenset()) -> Mask:
    """Items that are neither completed, in progress, retired nor unwanted, and whose prerequisites
    are completed; of the courses in progress those that only have to be finished; of the missions
    those that still take the learner's work. The modules of an unwanted course are unwanted
    as well, unless it is in progress."""
    catalogue, learner = features.catalogue, features.learner
    done, running = features.done, features.running
    may: Mask = catalogue.offered & ~done & (~running | features.to_finish)
    may &= ~catalogue.closed(attempts_at(learner.attempts))
    items, needs = catalogue.open_needs
    may[items[~done[needs]]] = False
    unwanted = np.zeros(len(catalogue.items), np.bool_)
    for content_id in {*learner.with_verdict(Verdict.NOT_FOR_ME), *learner.dismissed, *exclude}:
        if content_id in catalogue.position:
            unwanted[catalogue.position[content_id]] = True
    courses, modules = catalogue.modules
    unwanted[modules[(unwanted & ~running)[courses]]] = True
    return may & ~unwanted
