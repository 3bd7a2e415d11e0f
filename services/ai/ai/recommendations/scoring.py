"""The score of each item for a learner, and its parts. Pure.

An item's score is the weighted mean of those of its parts for which there is data:

- nearness: cosine between the item and the learner's vector, not below 0;
- co_completion: closeness by what other learners finished (`item_weights.py`), relative to the
  closest item;
- track: the profile's score for the item's track, 0 to 1 (1 for the track chosen in core), or
  n / (n + 3) for n completed items of the track if that is more;
- level: 1 - |item's level - level the learner is at| / 4;
- step: 1 for an item that follows one of the three newest completed items, .5 an earlier one; 1
  for a course of which all modules are completed;
- popularity: log(1 + learners), relative to the item with most learners;
- fresh: 1 on publication, halved every 14 days;
- required: for what the learner's active enrolment requires .5, which rises to 1 within the last 28
  days of the cohort;
- due: rises from 0 to 1 within the last 14 days before a mission is due.

Nearness and popularity stand in for neighbours while few are known. With n finished items that
have neighbours and t = n / (n + d), co_completion weighs .55 t, nearness w (1 - t) + .22 w t
and popularity (.55 - w) (1 - t)^2. The semantic weight w is .45 and the shrinkage d is 5 unless
tuning prefers others (`tuning.py`).

The exact nearness is computed for candidates alone (`candidates.py`). What chooses them is an
estimate for every item: its cosine on the 64 principal axes of the catalogue's vectors.

The learner's vector is the mean of the vectors of what was completed (weight 1), is in progress
(.6), failed (.3) or wanted more of (1), of the centre of the profile's track (.5), and away from
what is not for them (-.5).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cached_property

import numpy as np

from ai.catalogue.catalogue import LEVEL_MAX, TRACKS, Catalogue, Mask, soon
from ai.catalogue.item_neighbours import Floats, ItemNeighbours, Places, Settings, decay_weights
from ai.learners.learner import Learner
from ai.skills.completion import (
    completed_with_modules,
    places_with_status,
    with_status,
)
from ongoza_contracts.vocabulary import ProgressStatus, Verdict

PRIOR_WEIGHT, OTHERS = 0.55, 0.55
SEMANTIC_SHARE = 0.22
"""The share of its weight that nearness keeps when many neighbours are known."""
TRACK, LEVEL, STEP, FRESH = 0.20, 0.10, 0.15, 0.05
REQUIRED, DUE = 0.15, 0.10
TRACK_HALF = 3
"""The number of completed items of a track with which it counts by half."""
COHORT_DAYS = 28.0
HISTORY_WEIGHT = {
    ProgressStatus.COMPLETED: 1.0,
    ProgressStatus.IN_PROGRESS: 0.6,
    ProgressStatus.FAILED: 0.3,
}
MORE_WEIGHT, CENTRE_WEIGHT, NOT_WEIGHT = 1.0, 0.5, -0.5
NEWEST, EARLIER_STEP = 3, 0.5


class Features:
    """A learner in the terms of the catalogue. Each feature is computed once, when first needed."""

    def __init__(self, catalogue: Catalogue, learner: Learner) -> None:
        self.catalogue, self.learner = catalogue, learner

    @cached_property
    def history(self) -> Mapping[str, float]:
        return history(self.catalogue, self.learner)

    @cached_property
    def vector(self) -> Floats | None:
        return learner_vector(self.catalogue, self.learner)

    @cached_property
    def finished(self) -> Places:
        return profile_items(self.catalogue, self.learner)

    @cached_property
    def decay(self) -> Floats:
        """The weights of the finished items."""
        return decay_weights(len(self.finished), self.catalogue.neighbours.settings.recency)

    @cached_property
    def completed(self) -> Sequence[int]:
        """Rows, the newest last."""
        return places_with_status(self.catalogue, self.learner, ProgressStatus.COMPLETED)

    @cached_property
    def done(self) -> Mask:
        """Completed, or a module of a completed course."""
        return completed_with_modules(self.catalogue, self.learner)

    @cached_property
    def running(self) -> Mask:
        return with_status(self.catalogue, self.learner, ProgressStatus.IN_PROGRESS)

    @cached_property
    def to_finish(self) -> Mask:
        return to_finish(self.catalogue, self.learner)

    @cached_property
    def columns(self) -> Mapping[str, Floats | None]:
        """The unweighted parts of every item's score; None for a part without data. Nearness is not
        among them, because its exact value costs a product of long vectors for each item."""
        catalogue, learner = self.catalogue, self.learner
        leaning = _leaning(self)
        near = catalogue.neighbours.near(self.finished, self.decay)
        known = bool(shrinkage_factor(catalogue.neighbours, self.finished))
        away = np.abs(catalogue.levels - level_of(catalogue, learner))
        return {
            "co_completion": relative(near) if known else None,
            "track": None if leaning is None else catalogue.of_track @ leaning,
            "level": 1 - away / (LEVEL_MAX - 1),
            "step": _next_steps(self) if self.completed else None,
            "popularity": catalogue.popularity,
            "fresh": catalogue.freshness,
            "required": _required(catalogue, learner),
            "due": catalogue.due if catalogue.due.any() else None,
        }

    @cached_property
    def nearness(self) -> Floats | None:
        """An estimate for every item, by the principal axes alone."""
        if self.vector is None:
            return None
        near: Floats = self.catalogue.projected @ (self.vector @ self.catalogue.axes)
        return np.clip(near, 0, 1, out=near)

    @cached_property
    def shares(self) -> Mapping[str, float]:
        """The weights of the parts with data, which add up to 1."""
        neighbours = self.catalogue.neighbours
        semantic, collaborative, popular = mix(
            neighbours.settings, shrinkage_factor(neighbours, self.finished)
        )
        weights = {
            "nearness": semantic,
            "co_completion": collaborative,
            "track": TRACK,
            "level": LEVEL,
            "step": STEP,
            "popularity": popular,
            "fresh": FRESH,
            "required": REQUIRED,
            "due": DUE,
        }
        known = {name for name, part in self.columns.items() if part is not None}
        if self.vector is not None:
            known.add("nearness")
        learned = self.catalogue.multipliers
        counted = {name: weights[name] * learned.get(name, 1) for name in weights if name in known}
        whole = sum(counted.values()) or 1
        return {name: weight / whole for name, weight in counted.items()}

    @cached_property
    def estimates(self) -> Mapping[str, Floats]:
        """The weighted parts of every item's score, with the estimate of nearness."""
        columns = {**self.columns, "nearness": self.nearness}
        return {
            name: np.asarray(part * self.shares[name], np.float32)
            for name, part in columns.items()
            if part is not None
        }

    @cached_property
    def means(self) -> Mapping[str, float]:
        """Of each weighted part over the catalogue."""
        return {name: float(part.mean()) for name, part in self.estimates.items()}


@dataclass(frozen=True, eq=False)
class Parts:
    """The weighted parts of the score of some items, which add up to it."""

    nearness: Floats
    co_completion: Floats
    track: Floats
    level: Floats
    step: Floats
    popularity: Floats
    fresh: Floats
    required: Floats
    due: Floats
    features: Features

    @property
    def total(self) -> Floats:
        total: Floats = np.sum([*self.by_name().values()], axis=0, dtype=np.float32)
        return total

    def by_name(self) -> Mapping[str, Floats]:
        return {name: getattr(self, name) for name in PARTS}


PARTS = tuple(one.name for one in fields(Parts) if one.name != "features")


def score(features: Features, rows: Places) -> Parts:
    """Scores these rows of the catalogue, whether they may be offered or not."""
    columns = {
        name: None if part is None else part[rows] for name, part in features.columns.items()
    }
    if features.vector is not None:
        columns["nearness"] = np.clip(features.catalogue.vectors[rows] @ features.vector, 0, 1)
    weighted = dict.fromkeys(PARTS, np.zeros(len(rows), np.float32))
    for name, part in columns.items():
        if part is not None:
            weighted[name] = np.asarray(part * features.shares[name], np.float32)
    return Parts(**weighted, features=features)


def shrinkage_factor(neighbours: ItemNeighbours, finished: Places) -> float:
    """n / (n + shrinkage), below 1, for n finished items that have neighbours."""
    known = int((neighbours.closeness[finished].sum(axis=1) > 0).sum())
    return known / (known + neighbours.settings.shrinkage)


def relative(near: Floats) -> Floats:
    """Relative to the nearest item; zeros where no item is near, as when all finished items are so
    old that they no longer count."""
    nearest: Floats = near / np.float32(max(float(near.max(initial=0)), 1e-9))
    return nearest


def mix(settings: Settings, trust: float) -> tuple[float, float, float]:
    """The weights of nearness, collaborative filtering and popularity."""
    semantic = settings.semantic_weight * (1 - trust + SEMANTIC_SHARE * trust)
    return semantic, OTHERS * trust, (PRIOR_WEIGHT - settings.semantic_weight) * (1 - trust) ** 2


def learner_vector(catalogue: Catalogue, learner: Learner) -> Floats | None:
    """A unit vector; None when the learner has no items with a vector and no profile."""
    total = np.zeros(catalogue.vectors.shape[1], np.float32)
    for content_id, weight in history(catalogue, learner).items():
        total += np.float32(weight) * catalogue.vectors[catalogue.position[content_id]]
    if learner.profile:
        centre = catalogue.centres[TRACKS.index(learner.profile.primary)]
        total += np.float32(CENTRE_WEIGHT) * centre
    for content_id in learner.with_verdict(Verdict.NOT_FOR_ME):
        if content_id in catalogue.position:
            total += np.float32(NOT_WEIGHT) * catalogue.vectors[catalogue.position[content_id]]
    length = float(np.linalg.norm(total))
    return total / np.float32(length) if length > 1e-6 else None


def history(catalogue: Catalogue, learner: Learner) -> dict[str, float]:
    """The weight of each item that the learner did, newest last, or wants more of."""
    wanted = dict.fromkeys(learner.with_verdict(Verdict.MORE_LIKE_THIS), MORE_WEIGHT)
    done = {
        content_id: HISTORY_WEIGHT[step.status]
        for content_id, step in learner.interactions.items()
        if step.status in HISTORY_WEIGHT and content_id not in wanted
    }
    both = {**done, **wanted}
    return {key: weight for key, weight in both.items() if key in catalogue.position}


def profile_items(catalogue: Catalogue, learner: Learner) -> Places:
    """The items whose neighbours count: completed, newest last, or wanted more of."""
    wanted = set(learner.with_verdict(Verdict.MORE_LIKE_THIS))
    places = [
        catalogue.position[content_id]
        for content_id in history(catalogue, learner)
        if content_id in wanted
        or learner.interactions[content_id].status is ProgressStatus.COMPLETED
    ]
    return np.array(places, np.intp)


def level_of(catalogue: Catalogue, learner: Learner) -> float:
    """The level the learner is at: the highest completed one, or 1 for a newcomer."""
    completed = with_status(catalogue, learner, ProgressStatus.COMPLETED)
    return float(catalogue.levels[completed].max(initial=1))


def to_finish(catalogue: Catalogue, learner: Learner) -> Mask:
    """Courses that are not completed although all their modules are."""
    completed = with_status(catalogue, learner, ProgressStatus.COMPLETED)
    courses, modules = catalogue.modules
    finish = np.zeros(len(catalogue.items), np.bool_)
    finish[courses] = True
    finish[courses[~completed[modules]]] = False
    return finish & ~completed


def _next_steps(features: Features) -> Floats:
    catalogue, done = features.catalogue, features.completed
    worth = np.zeros(len(catalogue.items), np.float32)
    worth[done[:-NEWEST]], worth[done[-NEWEST:]] = EARLIER_STEP, 1.0
    steps = np.zeros(len(catalogue.items), np.float32)
    items, needs = catalogue.needs
    np.maximum.at(steps, items, worth[needs])
    steps[features.to_finish] = 1.0
    return steps


def _required(catalogue: Catalogue, learner: Learner) -> Floats | None:
    if learner.program is None:
        return None
    near = 0.0
    if learner.program.ends_on is not None:
        days = (learner.program.ends_on - catalogue.as_of.date()).days
        near = soon(days, COHORT_DAYS)
    required = np.zeros(len(catalogue.items), np.float32)
    for content_id in learner.program.required & catalogue.position.keys():
        required[catalogue.position[content_id]] = 0.5 + 0.5 * near
    return required


def _leaning(features: Features) -> Floats | None:
    profile = features.learner.profile
    if profile is None:
        return None
    scores = np.array([profile.scores.get(track, 0) / 100 for track in TRACKS], np.float32)
    counts = features.catalogue.of_track[features.completed].sum(axis=0)
    leaning: Floats = np.maximum(scores, counts / (counts + TRACK_HALF))
    return leaning
