"""Candidates: at most some hundreds in any catalogue, among them what full scoring finds."""

from collections.abc import Sequence

import numpy as np
import pytest

from ai.catalogue.catalogue import AXES, Catalogue, Mask
from ai.learners.learner import Learner
from ai.recommendations.candidates import GENERATORS, OF_EACH
from ai.recommendations.ranking import rank
from ai.recommendations.scoring import Features
from scripts.evaluation.cases import world_of_demo
from tests.generated_catalogue import generated

TOP = 10


def top(catalogue: Catalogue, learner: Learner) -> list[int]:
    return [one.place for one in rank(catalogue, learner, limit=TOP).items]


def every_row(_: Features, allowed: Mask) -> dict[int, tuple[str, ...]]:
    """Every item that may be offered is a candidate."""
    return dict.fromkeys(np.flatnonzero(allowed).tolist(), ())


def agreement(
    monkeypatch: pytest.MonkeyPatch, catalogue: Catalogue, learners: Sequence[Learner]
) -> float:
    """The share of the first ten items of full scoring that candidates find."""
    found = [top(catalogue, one) for one in learners]
    monkeypatch.setattr("ai.recommendations.ranking.find", every_row)
    full = [top(catalogue, one) for one in learners]
    common = sum(len({*ours} & {*theirs}) for ours, theirs in zip(found, full, strict=True))
    return common / sum(map(len, full))


@pytest.mark.slow
@pytest.mark.parametrize(("items", "learners", "steps"), [(1682, 943, 100), (5000, 300, 30)])
def test_lists_are_those_of_full_scoring(
    monkeypatch: pytest.MonkeyPatch, items: int, learners: int, steps: int
) -> None:
    catalogue, known = generated(items, learners, steps)
    assert agreement(monkeypatch, catalogue, known[:200]) >= 0.98


@pytest.mark.slow
def test_the_demos_lists_are_those_of_full_scoring(monkeypatch: pytest.MonkeyPatch) -> None:
    world = world_of_demo(60)
    learners = [case.learner for case in world.cases]
    assert agreement(monkeypatch, world.catalogue, learners) >= 0.98


def test_only_candidates_are_scored_however_large_the_catalogue() -> None:
    catalogue, learners = generated(5000, 100, 30)
    for one in learners[:20]:
        parts = rank(catalogue, one, limit=TOP).parts
        assert TOP <= len(parts.total) <= len(GENERATORS) * OF_EACH
    assert catalogue.projected.shape == (5000, AXES)
