"""Which of the items that may be offered fit a learner, and how many do not. Pure.

An item fits by its track and by its level. A list has only items that fit: where few do, it is
short.

- Track: one of the profile's, or one of which the learner completed, began or wants more of an
  item. The profile's are its first and at most two others with at least half of the first's score.
  Of a learner without any of this every track fits.
- Level: from one below the learner's (`level_of`) to two above it. An item of the profile's first
  track that is further below fits if it is the last prerequisite of one that fits, and an item
  further above if the learner completed one of its prerequisites.
- What the learner's program requires fits anyway, a course that only has to be finished, and the
  modules of a course in progress.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ai.catalogue.catalogue import TRACKS, Mask, Pairs
from ai.learners.learner import Profile
from ai.recommendations.candidates import may_be_offered
from ai.recommendations.scoring import Features, level_of
from ongoza_contracts.http.recommendations import ShortList
from ongoza_contracts.vocabulary import Track

BELOW_MAX, ABOVE_MAX = 1, 2
TRACKS_MAX, SHARE_OF_FIRST = 3, 0.5


@dataclass(frozen=True, eq=False)
class Fit:
    """Arrays with a row per item."""

    offerable: Mask
    """Whether it may be offered."""
    track: Mask
    """Whether its track fits."""
    level: Mask
    opens: NDArray[np.intp]
    """Of how many items it is the last prerequisite."""


def fit(features: Features) -> Fit:
    catalogue, required = features.catalogue, features.columns["required"]
    courses, modules = catalogue.modules
    anyway = features.to_finish if required is None else features.to_finish | (required > 0)
    anyway = anyway.copy()
    anyway[modules[features.running[courses]]] = True
    tracks = fitting_tracks(features)
    chosen = np.array([track in tracks for track in TRACKS], np.float32)
    of_track: Mask = catalogue.of_track @ chosen > 0
    own = level_of(catalogue, features.learner)
    near = (catalogue.levels <= own + ABOVE_MAX) | _follows(features)
    near &= catalogue.levels >= own - BELOW_MAX
    openers, opened = openings(features)
    opening = np.zeros_like(near)
    opening[openers[(of_track & near)[opened]]] = True
    if features.learner.profile:
        opening &= catalogue.of_track[:, TRACKS.index(features.learner.profile.primary)] > 0
    opens = np.bincount(openers, minlength=len(near))
    return Fit(may_be_offered(features), of_track | anyway, near | opening | anyway, opens)


def fitting_tracks(features: Features) -> frozenset[Track]:
    catalogue, profile = features.catalogue, features.learner.profile
    known = {catalogue.items[catalogue.position[one]].track for one in features.history}
    if profile:
        known |= profile_tracks(profile)
    return frozenset(known or TRACKS)


def profile_tracks(profile: Profile) -> frozenset[Track]:
    """Its first track and those that come near to it."""
    least = SHARE_OF_FIRST * profile.scores.get(profile.primary, 0)
    near = [track for track, score in profile.scores.items() if 0 < score >= least]
    best = sorted(near, key=lambda track: -profile.scores[track])
    return frozenset([profile.primary, *best[:TRACKS_MAX]][:TRACKS_MAX])


def openings(features: Features) -> Pairs:
    """Each item that is the last prerequisite of another, beside that one. A completed course
    counts for its modules."""
    catalogue, done = features.catalogue, features.done
    items, needs = catalogue.open_needs  # in the order of the items
    missing = (catalogue.offered & ~done)[items] & ~done[needs]
    items, needs = items[missing], needs[missing]
    if not len(items):
        return items, needs
    courses = catalogue.course_of[needs]
    first = np.flatnonzero(np.diff(items, prepend=-1))  # of the needs of each item
    counts = np.diff(first, append=len(items))
    own, course = needs[first], courses[first]

    def are_met_by(one: NDArray[np.intp]) -> Mask:
        each = np.repeat(one, counts)
        met: Mask = np.logical_and.reduceat((needs == each) | (courses == each), first)
        return met

    by_own, by_course = are_met_by(own), are_met_by(course) & (course != own)
    opened = items[first]
    return (
        np.concatenate([own[by_own], course[by_course]]),
        np.concatenate([opened[by_own], opened[by_course]]),
    )


def without_doubles(features: Features, allowed: Mask) -> Mask:
    """`allowed` without the modules of allowed courses. Of a course that is completed but for one
    module, that module stays and the course goes."""
    courses, modules = features.catalogue.modules
    of_course = np.bincount(courses, minlength=len(allowed))[courses]
    undone = np.bincount(courses[~features.done[modules]], minlength=len(allowed))[courses]
    last = (undone == 1) & (of_course > 1) & allowed[modules]
    single = allowed.copy()
    single[modules[allowed[courses] & ~last]] = False
    single[courses[last]] = False
    return single


def short_list(features: Features, fits: Fit) -> ShortList:
    """How many items of the catalogue a list leaves out, each under the first reason that holds."""
    catalogue, done = features.catalogue, features.done
    items, needs = catalogue.open_needs
    blocked = np.zeros(len(catalogue.items), np.bool_)
    blocked[items[~done[needs]]] = True
    blocked &= catalogue.offered & ~done & ~features.running & fits.track & fits.level
    return ShortList(
        other_track=int((fits.offerable & ~fits.track).sum()),
        other_level=int((fits.offerable & fits.track & ~fits.level).sum()),
        prerequisites=int(blocked.sum()),
    )


def _follows(features: Features) -> Mask:
    """Items of which the learner completed a prerequisite."""
    completed = np.zeros(len(features.catalogue.items), np.bool_)
    completed[features.completed] = True
    items, needs = features.catalogue.needs
    follows = np.zeros_like(completed)
    follows[items[completed[needs]]] = True
    return follows
