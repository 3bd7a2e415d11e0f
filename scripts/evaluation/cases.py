"""The cases of an evaluation: everything up to a moment is known, the next step is hidden."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random

import numpy as np

from ai.catalogue.catalogue import Catalogue, Item
from ai.catalogue.item_neighbours import Places
from ai.embeddings.encoder import open_encoder
from ai.kit.vectors import Matrix
from ai.learners.learner import Interaction as KnownInteraction
from ai.learners.learner import Learner, Profile
from ai.projections.documents import document
from core.demo.learners import DemoLearner, invent_learners
from core.demo.loader import load_catalogue
from ongoza_contracts.vocabulary import ContentType, ProgressStatus, Track
from scripts.evaluation.reading import Described, Interaction

HISTORY_MIN = 1
COLD_SHARE = 0.2
COLD_STEPS = 3
DIMENSION = 384


class NotEnoughData(ValueError):
    """The text says what is missing."""


@dataclass(frozen=True)
class Case:
    """One learner at the moment before a step that is known to us and not to the rankers."""

    learner: Learner
    seen: Places
    """The items taken before, in order."""
    target: int


@dataclass(frozen=True)
class World:
    catalogue: Catalogue
    """With the counts of the known steps; without item neighbours."""
    cases: Sequence[Case]
    cold: frozenset[int]
    """Which cases are of the cold-start slice; empty unless the world was made for it."""
    has_text: bool


def world_of_file(
    interactions: Sequence[Interaction],
    described: Mapping[str, Described] | None,
    shuffled: int | None = None,
) -> World:
    """Every interaction is a finished item. With a seed in `shuffled` each user's are in a random
    order, so that any of them may be the hidden one and order says nothing. Raises
    NotEnoughData."""
    if described is not None and not {one.item for one in interactions} & {*described}:
        raise NotEnoughData("none of the items taken is described: are the ids the same?")
    ids = sorted({one.item for one in interactions} | {*(described or ())})
    place = {item: number for number, item in enumerate(ids)}
    texts = described or {}
    items = [_plain_item(item, texts.get(item)) for item in ids]
    histories: dict[str, list[Interaction]] = {}
    for one in sorted(interactions, key=lambda one: (one.timestamp, one.item)):
        histories.setdefault(one.user, []).append(one)
    cases = []
    chance = Random(shuffled)  # noqa: S311 - chooses what is hidden, guards nothing
    for number, user in enumerate(sorted(histories), start=1):
        if shuffled is not None:
            chance.shuffle(histories[user])
        *before, last = histories[user]
        if len(before) >= HISTORY_MIN:
            steps = {one.item: KnownInteraction(ProgressStatus.COMPLETED, 1) for one in before}
            seen = np.array([place[one.item] for one in before], np.intp)
            cases.append(Case(Learner(number, interactions=steps), seen, place[last.item]))
    return _world(items, cases, has_text=described is not None)


def world_of_demo(count: int) -> World:
    """The project's invented learners, with their profiles and all known about items.

    The hidden step of a learner is the last item they began.
    """
    demo = load_catalogue()
    items = [
        Item(
            content_id=one.content_id,
            content_type=one.content_type,
            title=one.title,
            description=one.description,
            track=one.track,
            level=one.level,
            prerequisites=one.prerequisites,
            retired=False,
            learners=0,
            skills=one.skills,
        )
        for one in sorted(demo.items, key=lambda one: one.content_id)
    ]
    place = {item.content_id: number for number, item in enumerate(items)}
    learners = invent_learners(demo, count)
    cases = [
        case
        for number, learner in enumerate(learners, start=1)
        if (case := _demo_case(number, learner, place))
    ]
    return _world(items, cases, has_text=True)


def cold_world(world: World, seed: int) -> World | None:
    """The same world, with one learner in five reduced to their first three steps; None where
    nobody has more."""
    chance = Random(seed)  # noqa: S311 - chooses learners, guards nothing
    cases, cold = [], set()
    for number, case in enumerate(world.cases):
        if len(case.seen) > COLD_STEPS and chance.random() < COLD_SHARE:
            cold.add(number)
            cases.append(_cut(world, case))
        else:
            cases.append(case)
    if not cold:
        return None
    items = [replace(item, learners=0) for item in world.catalogue.items]
    made = _with_counts(items, cases, world.catalogue.vectors)
    return World(made, cases, frozenset(cold), world.has_text)


def _cut(world: World, case: Case) -> Case:
    seen = case.seen[:COLD_STEPS]
    known = {world.catalogue.items[place].content_id for place in seen}
    steps = {item: step for item, step in case.learner.interactions.items() if item in known}
    return Case(replace(case.learner, interactions=steps), seen, int(case.seen[COLD_STEPS]))


def _demo_case(number: int, learner: DemoLearner, place: Mapping[str, int]) -> Case | None:
    begun = list(dict.fromkeys(step.content_id for step in learner.steps))
    if len(begun) <= HISTORY_MIN:
        return None
    target = begun[-1]
    steps: dict[str, KnownInteraction] = {}
    for step in learner.steps:
        if step.content_id == target:
            break
        steps.pop(step.content_id, None)  # what changed last comes last
        steps[step.content_id] = KnownInteraction(step.status, 1)
    profile = None
    if learner.profile and learner.primary_track:
        profile = Profile(dict(learner.profile), learner.primary_track, "profiling:demo@1")
    seen = np.array([place[item] for item in begun[:-1]], np.intp)
    return Case(Learner(number, profile=profile, interactions=steps), seen, place[target])


def _plain_item(item_id: str, described: Described | None) -> Item:
    return Item(
        content_id=item_id,
        content_type=ContentType.COURSE,
        title=described.title if described else item_id,
        description=described.description if described else "",
        track=Track.BUILDERS,
        level=1,
        prerequisites=(),
        retired=False,
        learners=0,
    )


def _world(items: Sequence[Item], cases: Sequence[Case], *, has_text: bool) -> World:
    if len(cases) < 2:
        raise NotEnoughData(
            f"{len(cases)} users with at least {HISTORY_MIN + 1} interactions: 2 are needed"
        )
    vectors = _embed(items) if has_text else np.zeros((len(items), DIMENSION), np.float32)
    return World(_with_counts(items, cases, vectors), cases, frozenset(), has_text)


def _with_counts(items: Sequence[Item], cases: Sequence[Case], vectors: Matrix) -> Catalogue:
    taken = Counter(int(place) for case in cases for place in case.seen)
    counted = [replace(item, learners=taken[place]) for place, item in enumerate(items)]
    return Catalogue(tuple(counted), vectors)


def _embed(items: Sequence[Item]) -> Matrix:
    texts = [document(one.title, one.description, one.skills) for one in items]
    return open_encoder().encode(texts)
