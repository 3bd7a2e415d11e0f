"""A catalogue of any size and learners of it, generated with a fixed seed."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import numpy as np
from numpy.random import Generator

from ai.catalogue.catalogue import TRACKS, Catalogue, Item
from ai.catalogue.item_neighbours import ItemNeighbours, Places, Settings, count
from ai.kit.vectors import Matrix
from ai.learners.learner import Feedback, Interaction, Learner, Profile
from ongoza_contracts.vocabulary import ContentType, ProgressStatus, Verdict

NOW = datetime(2026, 11, 3, 8, 0, tzinfo=UTC)
TOPICS, DIMENSION = 60, 384


def generated(items: int, learners: int, steps: int) -> tuple[Catalogue, list[Learner]]:
    """Learners take about `steps` items, most of them popular ones of four topics they like. A
    third of the learners have no profile, and a fifth have hardly begun."""
    chance = np.random.default_rng(items)
    topics = chance.integers(0, TOPICS, items)
    popularity = chance.permutation(1 / np.arange(1, items + 1) ** 0.7)
    histories = [*_histories(chance, topics, popularity, learners, steps)]
    taken = np.bincount(np.concatenate(histories), minlength=items)
    tracks = chance.integers(0, len(TRACKS), TOPICS)
    known = [
        _item(chance, place, int(tracks[topics[place]]), int(taken[place]))
        for place in range(items)
    ]
    neighbours: ItemNeighbours = count(histories, items, Settings())
    catalogue = Catalogue(known, _vectors(chance, topics), 1, NOW, neighbours)
    return catalogue, [
        _learner(chance, number, history) for number, history in enumerate(histories, start=1)
    ]


def _vectors(chance: Generator, topics: Places) -> Matrix:
    """Clustered, all a little alike, and with a falling spectrum, like embeddings of texts."""
    spectrum = 1 / np.sqrt(1 + np.arange(DIMENSION) / 20)
    middles = chance.normal(size=DIMENSION) + chance.normal(size=(TOPICS, DIMENSION))
    vectors = (middles[topics] + 1.2 * chance.normal(size=(len(topics), DIMENSION))) * spectrum
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors.astype(np.float32)


def _histories(
    chance: Generator, topics: Places, popularity: Matrix, learners: int, steps: int
) -> Iterator[Places]:
    for _ in range(learners):
        liked = np.isin(topics, chance.choice(TOPICS, 4)) | (chance.random(len(topics)) < 0.02)
        pool = np.flatnonzero(liked)
        length = min(len(pool), 1 + int(chance.poisson(steps)))
        weights = popularity[pool] / popularity[pool].sum()
        yield chance.choice(pool, length, replace=False, p=weights)


def _item(chance: Generator, place: int, track: int, learners: int) -> Item:
    before = int(chance.integers(0, place)) if place > 50 and chance.random() < 0.1 else None
    return Item(
        content_id=_id(place),
        content_type=ContentType.COURSE,
        title=f"Course {place}",
        description="What it is about.",
        track=TRACKS[track],
        level=int(chance.integers(1, 6)),
        prerequisites=() if before is None else (_id(before),),
        retired=bool(chance.random() < 0.02),
        learners=learners,
        published_at=NOW - timedelta(days=float(chance.exponential(200))),
    )


def _learner(chance: Generator, number: int, history: Places) -> Learner:
    scores = {track: float(chance.integers(10, 100)) for track in TRACKS}
    profile = Profile(scores, max(scores, key=lambda track: scores[track]), "profiling:s@1")
    statuses = [
        ProgressStatus.COMPLETED if done else ProgressStatus.FAILED
        for done in chance.random(len(history)) < 0.8
    ]
    known = len(history) if number % 5 else int(chance.integers(0, 4))
    said = {_id(place): Feedback(Verdict.NOT_FOR_ME, 1) for place in history[: number % 3]}
    return Learner(
        number,
        profile=profile if number % 3 else None,
        interactions={
            _id(place): Interaction(status, 1)
            for place, status in [*zip(history, statuses, strict=True)][:known]
        },
        feedback=said,
    )


def _id(place: int) -> str:
    return f"course-{place:05d}"
