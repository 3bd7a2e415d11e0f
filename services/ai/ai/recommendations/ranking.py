"""Which items fit a learner, and in which order. Pure: equal inputs give equal lists.

Named generators find candidates (`candidates.py`), one formula scores them (`scoring.py`), and the
order is by maximal marginal relevance (`diversity.py`).
"""

from dataclasses import dataclass

import numpy as np

from ai.catalogue.catalogue import Catalogue, Item
from ai.learners.learner import Learner
from ai.recommendations.candidates import find, may_be_offered
from ai.recommendations.diversity import RELEVANCE, diversify
from ai.recommendations.scoring import Parts, score, to_finish
from ongoza_contracts.vocabulary import ContentType

POOL = 200
"""How many of the best candidates are considered: fixed, so that a shorter list is always the
beginning of a longer one."""
SCORE_DECIMALS = 4


@dataclass(frozen=True, slots=True)
class Ranked:
    item: Item
    score: float
    """0 to 1, comparable within one list only."""
    place: int
    """The item's row in the catalogue."""
    found_by: tuple[str, ...] = ()
    """The candidate generators that named it."""
    nearest: float = 0.0
    """Cosine to the nearest item before it in the list."""
    to_finish: bool = False
    """Whether it is a course that is not completed although all its modules are."""


def rank(
    catalogue: Catalogue,
    learner: Learner,
    *,
    limit: int,
    content_type: ContentType | None = None,
    exclude: frozenset[str] = frozenset(),
    relevance: float = RELEVANCE,
) -> tuple[list[Ranked], Parts]:
    """At most `limit` items, best first, and the parts of all items' scores.

    Never an item that `may_be_offered` leaves out. With `relevance` 1 variety does not count.
    """
    parts = score(catalogue, learner)
    total, finish = parts.total, to_finish(catalogue, learner)
    allowed = may_be_offered(catalogue, learner, exclude) & catalogue.of_type(content_type)
    found = find(catalogue, learner, allowed, parts)
    places = np.array(sorted(found), np.intp)
    # Items with equal scores are in the order of the catalogue, which is that of ids.
    best = places[np.argsort(-total[places], kind="stable")][:POOL]
    ranked = []
    for at, nearest in diversify(total[best], catalogue.vectors[best], limit, relevance):
        place = int(best[at])
        shown = round(min(float(total[place]), 1.0), SCORE_DECIMALS)
        ranked.append(
            Ranked(catalogue.items[place], shown, place, found[place], nearest, bool(finish[place]))
        )
    return ranked, parts
