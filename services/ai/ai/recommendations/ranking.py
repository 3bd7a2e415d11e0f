"""Which items fit a learner, and in which order. Pure: equal inputs give equal lists.

Named generators find candidates (`candidates.py`), one formula scores these alone (`scoring.py`),
and the order is by maximal marginal relevance (`diversity.py`).
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from ai.catalogue.catalogue import Catalogue, Item
from ai.learners.learner import Learner
from ai.recommendations.candidates import find, may_be_offered
from ai.recommendations.diversity import RELEVANCE, diversify
from ai.recommendations.fit import Fit, fit, without_doubles
from ai.recommendations.scoring import Features, Parts, score
from ongoza_contracts.vocabulary import ContentType

POOL = 200
"""How many of the best candidates are considered: fixed, so that a shorter list is always the
beginning of a longer one."""
SCORE_DECIMALS = 4


class Ranking(NamedTuple):
    items: list["Ranked"]
    """Best first."""
    parts: Parts
    """Of the candidates' scores."""
    fits: Fit


@dataclass(frozen=True, slots=True)
class Ranked:
    item: Item
    score: float
    """0 to 1, comparable within one list only."""
    place: int
    """The item's row in the catalogue."""
    at: int
    """The item's position in `Parts`."""
    found_by: tuple[str, ...] = ()
    """The candidate generators that named it."""
    nearest: float = 0.0
    """Cosine to the nearest item before it in the list."""
    to_finish: bool = False
    """Whether it is a course that is not completed although all its modules are."""
    opens: int = 0
    """Of how many items it is the last prerequisite."""


def rank(
    catalogue: Catalogue,
    learner: Learner,
    *,
    limit: int,
    content_type: ContentType | None = None,
    exclude: frozenset[str] = frozenset(),
    relevance: float = RELEVANCE,
) -> Ranking:
    """At most `limit` items.

    Never an item that `may_be_offered` leaves out or that does not fit (`fit.py`). With
    `relevance` 1 variety does not count.
    """
    features = Features(catalogue, learner)
    fits = fit(features)
    offerable = may_be_offered(features, exclude) if exclude else fits.offerable
    allowed = offerable & fits.track & fits.level
    if content_type is not None:
        allowed &= catalogue.types[content_type]
    allowed = without_doubles(features, allowed)
    found = find(features, allowed)
    rows = np.array(sorted(found), np.intp)
    parts = score(features, rows)
    total = parts.total
    # Items with equal scores are in the order of the catalogue, which is that of ids.
    best = np.argsort(-total, kind="stable")[:POOL]
    vectors = catalogue.vectors[rows[best]]
    ranked = []
    for rank_, nearest in diversify(total[best], vectors, limit, relevance):
        at = int(best[rank_])
        place = int(rows[at])
        ranked.append(
            Ranked(
                item=catalogue.items[place],
                score=round(min(float(total[at]), 1.0), SCORE_DECIMALS),
                place=place,
                at=at,
                found_by=found[place],
                nearest=nearest,
                to_finish=bool(features.to_finish[place]),
                opens=int(fits.opens[place]),
            )
        )
    return Ranking(ranked, parts, fits)
