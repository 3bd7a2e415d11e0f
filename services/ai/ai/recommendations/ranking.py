"""Which items fit a learner, in which order and why. Pure: equal inputs give equal lists.

Each offered item gets

    score = (.40 nearness + .30 track + .15 level + .15 popularity) / (sum of the weights known)

- nearness: cosine between the item and the learner's vector, not below 0;
- track: the profile's score of the item's track, 0 to 1; or 1 for the track chosen in core;
- level: 1 - |item's level - level the learner is at| / 4;
- popularity: log(1 + learners who took it), relative to the most taken item.

The learner's vector is the mean of the vectors of what was completed (weight 1), is in progress
(.6) or failed (.3), and of the centre of the profile's track (.5). Nearness is left out while there
is no such vector, the track while it is not known. The order is then by maximal marginal relevance
(Carbonell and Goldstein 1998): .75 score - .25 cosine to the nearest item already in the list.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from ai.recommendations.catalogue import LEVEL_MAX, TRACKS, Catalogue, Floats, Item, Mask
from ongoza_contracts.vocabulary import ContentType, ProgressStatus, Track

NEARNESS, TRACK, LEVEL, POPULARITY = 0.40, 0.30, 0.15, 0.15
HISTORY_WEIGHT = {
    ProgressStatus.COMPLETED: 1.0,
    ProgressStatus.IN_PROGRESS: 0.6,
    ProgressStatus.FAILED: 0.3,
}
CENTRE_WEIGHT = 0.5
RELEVANCE = 0.75
POOL = 200
"""How many of the best are considered for the list: fixed, so that a shorter list is always the
beginning of a longer one."""
SCORE_DECIMALS = 4


@dataclass(frozen=True, slots=True)
class Step:
    """What a learner did with one item."""

    status: ProgressStatus
    version: int
    """Of the fact that says so; 0 when core told us over HTTP."""


@dataclass(frozen=True, slots=True)
class Profile:
    """How far a learner leans to each track."""

    scores: Mapping[Track, float]
    """0 to 100."""
    primary: Track
    fact: str
    """Where we know it from, as evidence names facts."""


@dataclass(frozen=True, slots=True)
class Learner:
    """What is known of one learner."""

    user_id: int
    version: int = 0
    """Of the user's fact; 0 when core told us over HTTP, or nothing is known."""
    profile: Profile | None = None
    steps: Mapping[str, Step] = field(default_factory=dict)
    """By content id."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What each item's score is made of, already weighted; they add up to the score."""

    nearness: Floats
    track: Floats
    level: Floats
    popularity: Floats

    @property
    def total(self) -> Floats:
        return self.nearness + self.track + self.level + self.popularity


@dataclass(frozen=True, slots=True)
class Ranked:
    item: Item
    score: float
    """0 to 1, comparable within one list only."""
    place: int
    """The item's row in the catalogue."""


def rank(
    catalogue: Catalogue, learner: Learner, *, limit: int, content_type: ContentType | None = None
) -> tuple[list[Ranked], Parts]:
    """At most `limit` items, best first, and what all items' scores are made of.

    Never an item the learner completed or has in progress, a retired one, or one whose
    prerequisites are not completed.
    """
    parts = score(catalogue, learner)
    total = parts.total
    allowed = candidates(catalogue, learner) & catalogue.of_type(content_type)
    places = np.flatnonzero(allowed)
    # Equal scores in the order of the catalogue, which is that of the ids.
    best = places[np.argsort(-total[places], kind="stable")][:POOL]
    order = diversify(total[best], catalogue.vectors[best], limit)
    return [
        Ranked(catalogue.items[place], round(float(total[place]), SCORE_DECIMALS), int(place))
        for place in best[order]
    ], parts


def candidates(catalogue: Catalogue, learner: Learner) -> Mask:
    """Which items may be offered to the learner."""
    completed = _with_status(catalogue, learner, ProgressStatus.COMPLETED)
    running = _with_status(catalogue, learner, ProgressStatus.IN_PROGRESS)
    allowed: Mask = catalogue.offered & ~completed & ~running
    items, needs = catalogue.needs
    allowed[items[~completed[needs]]] = False
    return allowed


def score(catalogue: Catalogue, learner: Learner) -> Parts:
    vector = learner_vector(catalogue, learner)
    leaning = _leaning(learner)
    known = LEVEL + POPULARITY
    known += 0 if vector is None else NEARNESS
    known += 0 if leaning is None else TRACK
    nothing = np.zeros(len(catalogue.items), np.float32)
    near = nothing if vector is None else np.clip(catalogue.vectors @ vector, 0, 1)
    track = nothing if leaning is None else catalogue.of_track @ leaning
    level = 1 - np.abs(catalogue.levels - level_of(catalogue, learner)) / (LEVEL_MAX - 1)
    return Parts(
        nearness=near * (NEARNESS / known),
        track=track * (TRACK / known),
        level=level * (LEVEL / known),
        popularity=catalogue.popularity * (POPULARITY / known),
    )


def learner_vector(catalogue: Catalogue, learner: Learner) -> Floats | None:
    """A unit vector; None when nothing with a vector is known of the learner."""
    total = np.zeros(catalogue.vectors.shape[1], np.float32)
    for content_id, weight in history(catalogue, learner).items():
        total += weight * catalogue.vectors[catalogue.position[content_id]]
    if learner.profile:
        total += CENTRE_WEIGHT * catalogue.centres[TRACKS.index(learner.profile.primary)]
    length = float(np.linalg.norm(total))
    return total / np.float32(length) if length > 1e-6 else None


def history(catalogue: Catalogue, learner: Learner) -> dict[str, float]:
    """What the learner has done, with its weight, in the order of the ids."""
    return {
        content_id: HISTORY_WEIGHT[step.status]
        for content_id, step in sorted(learner.steps.items())
        if step.status in HISTORY_WEIGHT and content_id in catalogue.position
    }


def level_of(catalogue: Catalogue, learner: Learner) -> float:
    """The level the learner is at: the highest completed one, or 1 for a newcomer."""
    completed = _with_status(catalogue, learner, ProgressStatus.COMPLETED)
    return float(catalogue.levels[completed].max(initial=1))


def diversify(scores: Floats, vectors: Floats, limit: int) -> list[int]:
    """Positions in `scores`, in the order of maximal marginal relevance."""
    between = vectors @ vectors.T
    nearest = np.zeros(len(scores), np.float32)
    open_ = np.ones(len(scores), np.bool_)
    order: list[int] = []
    while len(order) < limit and open_.any():
        worth = np.where(open_, RELEVANCE * scores - (1 - RELEVANCE) * nearest, -np.inf)
        chosen = int(np.argmax(worth))
        order.append(chosen)
        open_[chosen] = False
        nearest = np.maximum(nearest, between[chosen])
    return order


def _leaning(learner: Learner) -> Floats | None:
    if learner.profile is None:
        return None
    return np.array([learner.profile.scores.get(track, 0) / 100 for track in TRACKS], np.float32)


def _with_status(catalogue: Catalogue, learner: Learner, status: ProgressStatus) -> Mask:
    mask = np.zeros(len(catalogue.items), np.bool_)
    for content_id, step in learner.steps.items():
        if step.status is status and content_id in catalogue.position:
            mask[catalogue.position[content_id]] = True
    return mask
