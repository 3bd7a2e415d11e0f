"""The score of each item for a learner, and its parts. Pure.

An item's score is the weighted mean of those of its parts for which there is data:

- nearness: cosine between the item and the learner's vector, not below 0;
- co_completion: closeness by what other learners finished (`item_neighbours.py`), relative to the
  closest item;
- track: the profile's score for the item's track, 0 to 1; 1 for the track chosen in core;
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

The learner's vector is the mean of the vectors of what was completed (weight 1), is in progress
(.6), failed (.3) or wanted more of (1), of the centre of the profile's track (.5), and away from
what is not for them (-.5).
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cached_property

import numpy as np

from ai.catalogue.catalogue import LEVEL_MAX, TRACKS, Catalogue, Mask, soon
from ai.catalogue.item_neighbours import Floats, ItemNeighbours, Places, Settings, decay_weights
from ai.learners.learner import Learner
from ai.skills.completion import places_with_status, with_status
from ongoza_contracts.vocabulary import ProgressStatus, Verdict

PRIOR_WEIGHT, OTHERS = 0.55, 0.55
SEMANTIC_SHARE = 0.22
"""The share of its weight that nearness keeps when many neighbours are known."""
TRACK, LEVEL, STEP, FRESH = 0.20, 0.10, 0.15, 0.05
REQUIRED, DUE = 0.15, 0.10
COHORT_DAYS = 28.0
HISTORY_WEIGHT = {
    ProgressStatus.COMPLETED: 1.0,
    ProgressStatus.IN_PROGRESS: 0.6,
    ProgressStatus.FAILED: 0.3,
}
MORE_WEIGHT, CENTRE_WEIGHT, NOT_WEIGHT = 1.0, 0.5, -0.5
NEWEST, EARLIER_STEP = 3, 0.5


@dataclass(frozen=True, eq=False)
class Parts:
    """The weighted parts of each item's score, which add up to it."""

    nearness: Floats
    co_completion: Floats
    track: Floats
    level: Floats
    step: Floats
    popularity: Floats
    fresh: Floats
    required: Floats
    due: Floats

    @property
    def total(self) -> Floats:
        total: Floats = np.sum([*self.by_name().values()], axis=0, dtype=np.float32)
        return total

    @cached_property
    def means(self) -> Mapping[str, float]:
        """Over the catalogue."""
        return {name: float(part.mean()) for name, part in self.by_name().items()}

    def by_name(self) -> Mapping[str, Floats]:
        return {part.name: getattr(self, part.name) for part in fields(self)}


def score(catalogue: Catalogue, learner: Learner) -> Parts:
    """Scores every item of the catalogue, whether it may be offered or not."""
    vector, leaning = learner_vector(catalogue, learner), _leaning(learner)
    finished = profile_items(catalogue, learner)
    neighbours = catalogue.neighbours
    near = neighbours.near(finished, decay_weights(len(finished), neighbours.settings.recency))
    trust = shrinkage_factor(neighbours, finished)
    semantic, collaborative, popular = mix(neighbours.settings, trust)
    level = 1 - np.abs(catalogue.levels - level_of(catalogue, learner)) / (LEVEL_MAX - 1)
    completed = with_status(catalogue, learner, ProgressStatus.COMPLETED)
    raw: dict[str, tuple[float, Floats | None]] = {
        "nearness": (
            semantic,
            None if vector is None else np.clip(catalogue.vectors @ vector, 0, 1),
        ),
        "co_completion": (collaborative, relative(near) if trust else None),
        "track": (TRACK, None if leaning is None else catalogue.of_track @ leaning),
        "level": (LEVEL, level),
        "step": (STEP, _next_steps(catalogue, learner) if completed.any() else None),
        "popularity": (popular, catalogue.popularity),
        "fresh": (FRESH, catalogue.freshness),
        "required": (REQUIRED, _required(catalogue, learner)),
        "due": (DUE, catalogue.due if catalogue.due.any() else None),
    }
    learned = catalogue.multipliers
    raw = {name: (weight * learned.get(name, 1), part) for name, (weight, part) in raw.items()}
    whole = sum(weight for weight, part in raw.values() if part is not None) or 1
    nothing = np.zeros(len(catalogue.items), np.float32)
    return Parts(
        **{
            name: nothing if part is None else np.asarray(part * (weight / whole), np.float32)
            for name, (weight, part) in raw.items()
        }
    )


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


def _next_steps(catalogue: Catalogue, learner: Learner) -> Floats:
    done = places_with_status(catalogue, learner, ProgressStatus.COMPLETED)
    worth = np.zeros(len(catalogue.items), np.float32)
    worth[done[:-NEWEST]], worth[done[-NEWEST:]] = EARLIER_STEP, 1.0
    steps = np.zeros(len(catalogue.items), np.float32)
    items, needs = catalogue.needs
    np.maximum.at(steps, items, worth[needs])
    steps[to_finish(catalogue, learner)] = 1.0
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


def _leaning(learner: Learner) -> Floats | None:
    if learner.profile is None:
        return None
    return np.array([learner.profile.scores.get(track, 0) / 100 for track in TRACKS], np.float32)
