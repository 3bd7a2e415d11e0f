"""All rankers on one world, in one run."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from scripts.evaluation.cases import World, cold_world
from scripts.evaluation.metrics import coverage, ndcg, recall, similarity
from scripts.evaluation.rankers import Ranker, rankers

ReportProgress = Callable[[str, int, int], None]
"""Called with the name of the step, the number of cases done and the number of all."""


@dataclass(frozen=True)
class Figures:
    ranker: str
    ndcg: float
    recall: float
    coverage: float
    similarity: float | None
    """Null where items have no text."""
    cold_ndcg: float | None
    """Null, as `cold_recall`, where nobody took enough items."""
    cold_recall: float | None
    seconds: float


def evaluate(world: World, seed: int, report: ReportProgress) -> list[Figures]:
    """The first one is the product's."""
    cold, items = cold_world(world, seed), len(world.catalogue.items)
    return [
        _figures(one, other, world, cold, report)
        for one, other in zip(rankers(seed, items), rankers(seed, items), strict=True)
    ]


def _figures(
    ranker: Ranker, on_cold: Ranker, world: World, cold: World | None, report: ReportProgress
) -> Figures:
    began = time.monotonic()
    lists = [*_lists(ranker, world, range(len(world.cases)), report)]
    targets = [case.target for case in world.cases]
    cold_lists, cold_targets = [], []
    if cold:
        chosen = sorted(cold.cold)
        cold_lists = [*_lists(on_cold, cold, chosen, report)]
        cold_targets = [cold.cases[number].target for number in chosen]
    return Figures(
        ranker=ranker.name,
        ndcg=_mean(ndcg, lists, targets),
        recall=_mean(recall, lists, targets),
        coverage=coverage(lists, len(world.catalogue.items)),
        similarity=similarity(lists, world.catalogue.vectors),
        cold_ndcg=_mean(ndcg, cold_lists, cold_targets) if cold else None,
        cold_recall=_mean(recall, cold_lists, cold_targets) if cold else None,
        seconds=time.monotonic() - began,
    )


def _lists(
    ranker: Ranker, world: World, chosen: Sequence[int], report: ReportProgress
) -> Iterator[list[int]]:
    report(f"{ranker.name} learns", 0, 1)
    ranker.learn(world)
    for done, number in enumerate(chosen, start=1):
        yield ranker.top(world.cases[number])
        report(ranker.name, done, len(chosen))


def _mean(
    metric: Callable[[Sequence[int], int], float], lists: list[list[int]], targets: list[int]
) -> float:
    pairs = zip(lists, targets, strict=True)
    return float(np.mean([metric(ranked, target) for ranked, target in pairs]))
