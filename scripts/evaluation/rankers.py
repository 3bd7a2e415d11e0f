"""The ranking of the product, and what it is compared with. Each learns from all cases' histories
and then names ten items that a learner has not taken.

Settings of the others are those under which the last known step is found best by what is learned
from the steps before. Memory grows with the interactions; only that of EASE grows with the square
of the items, and it is left out where there are too many.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from importlib.util import find_spec
from itertools import product
from typing import Any, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from ai.catalogue.item_neighbours import Floats, Places
from ai.recommendations.item_weights import EASE_ITEMS_MAX, ease, gram
from ai.recommendations.ranking import rank
from ai.recommendations.tuning import fit
from ongoza_contracts.vocabulary import ProgressStatus
from scripts.evaluation.cases import Case, World
from scripts.evaluation.metrics import TOP, ndcg

T = TypeVar("T")

NEIGHBOURS = (20, 50, 100, 200, 1000)
RIDGES = (5.0, 20.0, 100.0, 500.0)
MARKOV_SHARES = (0.1, 0.3, 1.0, 3.0)
FACTORS, REGULARIZATIONS = (16, 64), (0.01, 0.1)
TRIED = 2000
"""How many cases settings are tried on."""
POPULARITY_SHARE = 1e-4
"""So small that it only orders what nothing else does."""

Scores = NDArray[np.float32]
Score = Callable[[Places], Scores]
"""Of every item, after these steps."""


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
        return [one.place for one in rank(self.catalogue, case.learner, limit=TOP).items]


class Popularity:
    name = "popularity"

    def learn(self, world: World) -> None:
        self.scores = _popularity(_histories(world), len(world.catalogue.items))

    def top(self, case: Case) -> list[int]:
        return _best(self.scores, case.seen)


class Scored(ABC):
    """A ranking by scores that a function learns from histories, under the best of its settings."""

    options: Sequence[Any] = ()

    def learn(self, world: World) -> None:
        items, histories = len(world.catalogue.items), _histories(world)
        earlier = [one[:-1] if len(one) > 1 else one for one in histories]
        tried = [one for one in histories if len(one) > 1]
        tried = tried[:: max(-(-len(tried) // TRIED), 1)]
        prepared = self.prepare(earlier, items)
        chosen = _best_option(
            self.options, lambda option: _reached(self.scored(prepared, option), tried)
        )
        self.name = self.named(chosen)
        self.score = self.scored(self.prepare(histories, items), chosen)

    def top(self, case: Case) -> list[int]:
        return _best(self.score(case.seen), case.seen)

    @abstractmethod
    def prepare(self, histories: Sequence[Places], items: int) -> Any: ...

    @abstractmethod
    def scored(self, prepared: Any, option: Any) -> Score: ...

    @abstractmethod
    def named(self, option: Any) -> str: ...


class ItemKnn(Scored):
    """Cosine between the columns of the 0/1 matrix of users and items, summed over the history
    (Sarwar et al. 2001)."""

    name, options = "item-kNN", NEIGHBOURS

    def prepare(self, histories: Sequence[Places], items: int) -> "Table":
        taken = _popularity(histories, items)

        def cosine(item: int, others: Places, both: Scores) -> Scores:
            near: Scores = both / np.sqrt(taken[item] * taken[others])
            return near

        return Table.of(_taken_together(histories, items), cosine, max(NEIGHBOURS))

    def scored(self, prepared: "Table", option: int) -> Score:
        return lambda steps: prepared.sum(steps, option)

    def named(self, option: int) -> str:
        return f"item-kNN (k = {option})"


class Ease(Scored):
    """Item weights by ridge regression (Steck 2019)."""

    name, options = "EASE", RIDGES

    def prepare(self, histories: Sequence[Places], items: int) -> Scores:
        return gram(histories, items)

    def scored(self, prepared: Scores, option: float) -> Score:
        weights = ease(prepared, option)
        return lambda steps: weights[steps].sum(axis=0)

    def named(self, option: float) -> str:
        return f"EASE (ridge {option:g})"


class Markov(Scored):
    """How often an item came right after the last one; of equals the more popular."""

    name, options = "Markov", (None,)

    def prepare(self, histories: Sequence[Places], items: int) -> tuple["Table", Scores]:
        return _transitions(histories, items), _popularity(histories, items)

    def scored(self, prepared: tuple["Table", Scores], option: None) -> Score:
        table, popularity = prepared
        least = POPULARITY_SHARE * popularity / max(float(popularity.max()), 1.0)
        return lambda steps: table.sum(steps[-1:]) + least

    def named(self, option: None) -> str:
        return "Markov"


class EaseAndMarkov(Scored):
    """The sum of both, EASE's relative to its highest."""

    name, options = "EASE+Markov", tuple(product(RIDGES, MARKOV_SHARES))

    def prepare(self, histories: Sequence[Places], items: int) -> tuple[dict[float, Scores], Any]:
        together = gram(histories, items)
        return {ridge: ease(together, ridge) for ridge in RIDGES}, _transitions(histories, items)

    def scored(self, prepared: tuple[dict[float, Scores], Any], option: Any) -> Score:
        (weights, table), (ridge, share) = prepared, option
        return lambda steps: (
            _relative(weights[ridge][steps].sum(axis=0)) + share * table.sum(steps[-1:])
        )

    def named(self, option: Any) -> str:
        return f"EASE+Markov (ridge {option[0]:g}, {option[1]:g})"


class Factors:
    """A matrix factorisation of the library `implicit`, in one thread, because with two the same
    seed gives different factors."""

    def __init__(self, name: str, seed: int) -> None:
        self.name, self.seed = name, seed
        self.kind = name

    def learn(self, world: World) -> None:
        from threadpoolctl import threadpool_limits

        items, histories = len(world.catalogue.items), _histories(world)
        with threadpool_limits(1, "blas"):
            if self.kind == "BPR":
                chosen = _best_option(
                    [*product(FACTORS, REGULARIZATIONS)],
                    lambda option: self._reached(histories, items, option),
                )
                self.name = f"BPR ({chosen[0]} factors, {chosen[1]:g})"
            else:
                chosen = (64, 0.05)
            self.taken = _sparse(histories, items)
            self.model = self._fitted(self.taken, *chosen)
        self.rows = {id(case): number for number, case in enumerate(world.cases)}

    def top(self, case: Case) -> list[int]:
        row = self.rows[id(case)]
        places, _ = self.model.recommend(row, self.taken[row], N=TOP)
        return [int(place) for place in places]

    def _reached(self, histories: Sequence[Places], items: int, option: tuple[int, float]) -> float:
        earlier = _sparse([one[:-1] if len(one) > 1 else one for one in histories], items)
        rows = np.array([row for row, one in enumerate(histories) if len(one) > 1][:TRIED])
        if not len(rows):
            return 0.0
        found, _ = self._fitted(earlier, *option).recommend(rows, earlier[rows], N=TOP)
        return float(
            np.mean(
                [
                    ndcg(ranked.tolist(), int(histories[row][-1]))
                    for row, ranked in zip(rows, found, strict=True)
                ]
            )
        )

    def _fitted(self, taken: Any, factors: int, regularization: float) -> Any:
        from implicit.cpu.als import AlternatingLeastSquares
        from implicit.cpu.bpr import BayesianPersonalizedRanking

        given: dict[str, Any] = {
            "factors": factors,
            "regularization": regularization,
            "random_state": self.seed,
            "num_threads": 1,
        }
        model = (
            BayesianPersonalizedRanking(**given, iterations=100)
            if self.kind == "BPR"
            else AlternatingLeastSquares(**given, iterations=15)
        )
        model.fit(taken, show_progress=False)
        return model


def rankers(seed: int, items: int) -> list[Ranker]:
    """EASE only where there are not too many items, BPR and ALS only where `implicit` is
    installed."""
    known: list[Ranker] = [ProductRanking(), Popularity(), ItemKnn(), Markov()]
    if items <= EASE_ITEMS_MAX:
        known += [Ease(), EaseAndMarkov()]
    if find_spec("implicit"):
        known += [Factors("BPR", seed), Factors("ALS", seed)]
    return known


@dataclass(frozen=True, eq=False)
class Table:
    """For each item others and their values, the highest first; as long as there are pairs."""

    items: int
    start: Places
    others: Places
    values: Scores

    @classmethod
    def of(
        cls,
        pairs: Iterable[tuple[int, Places, Scores]],
        worth: Callable[[int, Places, Scores], Scores],
        width: int,
    ) -> "Table":
        """`pairs` has, for each item in order, the others and how often they met."""
        lengths, others, values = [0], [], []
        for item, places, counts in pairs:
            found = worth(item, places, counts)
            best = np.argsort(-found, kind="stable")[:width]
            lengths.append(len(best))
            others.append(places[best])
            values.append(found[best].astype(np.float32))
        return cls(len(others), np.cumsum(lengths), np.concatenate(others), np.concatenate(values))

    def sum(self, steps: Places, width: int | None = None) -> Scores:
        """Of the values of `steps`, each with its highest `width`."""
        total = np.zeros(self.items, np.float32)
        for step in steps.tolist():
            begin, end = int(self.start[step]), int(self.start[step + 1])
            some = slice(begin, end if width is None else min(end, begin + width))
            total[self.others[some]] += self.values[some]
        return total


def _taken_together(
    histories: Sequence[Places], items: int
) -> Iterable[tuple[int, Places, Scores]]:
    of_item: list[list[int]] = [[] for _ in range(items)]
    for who, history in enumerate(histories):
        for item in history.tolist():
            of_item[item].append(who)
    for item, learners in enumerate(of_item):
        yield item, *_counts([histories[who] for who in learners], item)


def _transitions(histories: Sequence[Places], items: int) -> Table:
    after: list[list[Places]] = [[] for _ in range(items)]
    for history in histories:
        for at, item in enumerate(history[:-1].tolist()):
            after[item].append(history[at + 1 : at + 2])
    pairs = ((item, *_counts(found, item)) for item, found in enumerate(after))
    return Table.of(pairs, lambda _, __, counts: counts / max(counts.sum(), 1), items)


def _counts(found: Sequence[Places], item: int) -> tuple[Places, Scores]:
    together = np.concatenate([*found, np.zeros(0, np.intp)])
    others, counts = np.unique(together[together != item], return_counts=True)
    return others, counts.astype(np.float32)


def finished(world: World, case: Case) -> Places:
    """The rows of the items that a case's learner completed, the newest last."""
    position = world.catalogue.position
    done = [
        position[item]
        for item, step in case.learner.interactions.items()
        if step.status is ProgressStatus.COMPLETED
    ]
    return np.array(done, np.intp)


def _histories(world: World) -> list[Places]:
    return [case.seen for case in world.cases]


def _popularity(histories: Sequence[Places], items: int) -> Scores:
    return np.bincount(np.concatenate(histories), minlength=items).astype(np.float32)


def _sparse(histories: Sequence[Places], items: int) -> Any:
    from scipy.sparse import csr_matrix

    ends = np.concatenate([[0], np.cumsum([len(one) for one in histories])])
    places = np.concatenate(histories)
    ones = np.ones(len(places), np.float32)
    return csr_matrix((ones, places, ends), shape=(len(histories), items))


def _best_option(options: Sequence[T], reached: Callable[[T], float]) -> T:
    """The first of the best."""
    return options[0] if len(options) == 1 else max(options, key=reached)


def _reached(score: Score, tried: Sequence[Places]) -> float:
    found = [ndcg(_best(score(one[:-1]), one[:-1]), int(one[-1])) for one in tried]
    return float(np.mean(found or [0.0]))


def _relative(scores: Scores) -> Scores:
    relative: Scores = scores / max(float(scores.max(initial=0)), 1e-9)
    return relative


def _best(scores: Floats, seen: Places) -> list[int]:
    open_ = scores.copy()
    open_[seen] = -np.inf
    best = np.argsort(-open_, kind="stable")[:TOP]
    return [int(place) for place in best if open_[place] > -np.inf]
