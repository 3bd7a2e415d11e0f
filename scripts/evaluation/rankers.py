"""The ranking of the product, and what it is compared with. Each learns from all cases' histories
and then names ten items that a learner has not taken."""

from collections.abc import Sequence
from dataclasses import replace
from importlib.util import find_spec
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from ai.catalogue.item_neighbours import Floats, Places
from ai.recommendations.ranking import rank
from ai.recommendations.tuning import fit
from ongoza_contracts.vocabulary import ProgressStatus
from scripts.evaluation.cases import Case, World
from scripts.evaluation.metrics import TOP, ndcg

NEIGHBOURS = (20, 50, 100, 200, 1000)


class Ranker(Protocol):
    name: str

    def learn(self, world: World) -> None: ...

    def top(self, case: Case) -> list[int]:
        """Rows of the catalogue, best first."""
        ...


class ProductRanking:
    """As `ai.recommendations` computes lists, variety included."""

    name = "ongoza"

    def learn(self, world: World) -> None:
        histories = [finished(world, case) for case in world.cases]
        known = world.catalogue
        together, _ = fit(histories, known.vectors)
        self.catalogue = replace(known, item_neighbours=together)

    def top(self, case: Case) -> list[int]:
        ranked, _ = rank(self.catalogue, case.learner, limit=TOP)
        return [one.place for one in ranked]


class Popularity:
    name = "popularity"

    def learn(self, world: World) -> None:
        taken = [item.learners for item in world.catalogue.items]
        self.scores = np.array(taken, np.float32)

    def top(self, case: Case) -> list[int]:
        return _best(self.scores, case.seen)


class ItemKnn:
    """Cosine between the columns of the 0/1 matrix of users and items, summed over the history
    (Sarwar et al. 2001); of NEIGHBOURS that number is taken under which the last known step is
    found best from the steps before."""

    def __init__(self) -> None:
        self.name = "item-kNN"

    def learn(self, world: World) -> None:
        taken = _matrix(world)
        together = taken.T @ taken
        length = np.sqrt(np.maximum(np.diag(together), 1))
        cosine = np.asarray(together / length / length[:, None], np.float32)
        np.fill_diagonal(cosine, 0)
        reached = {count: self._try(cosine, count, world.cases) for count in NEIGHBOURS}
        best = max(NEIGHBOURS, key=lambda count: reached[count])
        self.cosine = _closest(cosine, best)
        self.name = f"item-kNN (k = {best})"

    def top(self, case: Case) -> list[int]:
        return _best(self.cosine[case.seen].sum(axis=0), case.seen)

    def _try(self, cosine: Floats, count: int, cases: Sequence[Case]) -> float:
        kept = _closest(cosine, count)
        return float(
            np.mean(
                [
                    ndcg(_best(kept[case.seen[:-1]].sum(axis=0), case.seen[:-1]), case.seen[-1])
                    for case in cases
                    if len(case.seen) > 1
                ]
                or [0.0]
            )
        )


class Factors:
    """A matrix factorisation of the library `implicit`."""

    def __init__(self, name: str, seed: int) -> None:
        self.name, self.seed = name, seed

    def learn(self, world: World) -> None:
        from implicit.cpu.als import AlternatingLeastSquares
        from implicit.cpu.bpr import BayesianPersonalizedRanking
        from scipy.sparse import csr_matrix
        from threadpoolctl import threadpool_limits

        self.taken = csr_matrix(_matrix(world))
        given: dict[str, Any] = {"factors": 64, "random_state": self.seed, "num_threads": 2}
        with threadpool_limits(1, "blas"):  # it has threads of its own
            self.model = (
                BayesianPersonalizedRanking(**given, iterations=100)
                if self.name == "BPR"
                else AlternatingLeastSquares(**given, regularization=0.05, iterations=15)
            )
            self.model.fit(self.taken, show_progress=False)
        self.rows = {id(case): number for number, case in enumerate(world.cases)}

    def top(self, case: Case) -> list[int]:
        row = self.rows[id(case)]
        places, _ = self.model.recommend(row, self.taken[row], N=TOP)
        return [int(place) for place in places]


def rankers(seed: int) -> list[Ranker]:
    """BPR and ALS only where `implicit` is installed."""
    known: list[Ranker] = [ProductRanking(), Popularity(), ItemKnn()]
    if find_spec("implicit"):
        known += [Factors("BPR", seed), Factors("ALS", seed)]
    return known


def finished(world: World, case: Case) -> Places:
    """The rows of the items that a case's learner completed, the newest last."""
    position = world.catalogue.position
    done = [
        position[item]
        for item, step in case.learner.interactions.items()
        if step.status is ProgressStatus.COMPLETED
    ]
    return np.array(done, np.intp)


def _matrix(world: World) -> Floats:
    taken = np.zeros((len(world.cases), len(world.catalogue.items)), np.float32)
    for row, case in enumerate(world.cases):
        taken[row, case.seen] = 1
    return taken


def _closest(cosine: Floats, count: int) -> Floats:
    if count >= len(cosine):
        return cosine
    least = np.partition(cosine, -count, axis=1)[:, -count][:, None]
    kept: Floats = np.where(cosine >= least, cosine, 0)
    return kept


def _best(scores: NDArray[np.float32], seen: Places) -> list[int]:
    open_ = scores.copy()
    open_[seen] = -np.inf
    best = np.argsort(-open_, kind="stable")[:TOP]
    return [int(place) for place in best if open_[place] > -np.inf]
