"""How often the checks of suggestions agree with reviews. Pure."""

import math
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from ongoza_contracts.http.suggestions import AGREEMENT_MIN, Agreement
from ongoza_contracts.reviews import ReviewOutcome
from ongoza_contracts.suggestions import SuggestionCheck, SuggestionVerdict

Z = 1.96
"""Of an interval of 95 %."""
DECIMALS = 2


class Count(NamedTuple):
    check: SuggestionCheck
    verdict: SuggestionVerdict
    outcome: ReviewOutcome
    works: int

    @property
    def agrees(self) -> bool:
        """`ok` with work that passed, and `attention` with work that did not."""
        is_passed = self.outcome is ReviewOutcome.PASSED
        return is_passed is (self.verdict is SuggestionVerdict.OK)


Agreements = Mapping[SuggestionCheck, Agreement]


def agreements(counts: Iterable[Count]) -> Agreements:
    found = [*counts]
    return {
        check: _agreement([one for one in found if one.check is check]) for check in SuggestionCheck
    }


def interval(agreed: int, total: int) -> tuple[float, float]:
    """Of a share: Wilson (1927)."""
    share, spread = agreed / total, Z * Z / total
    centre = share + spread / 2
    width = Z * math.sqrt((share * (1 - share) + spread / 4) / total)
    return (centre - width) / (1 + spread), (centre + width) / (1 + spread)


def _agreement(counts: Iterable[Count]) -> Agreement:
    found = [*counts]
    total = sum(one.works for one in found)
    if total < AGREEMENT_MIN:
        return Agreement(reviews=total)
    agreed = sum(one.works for one in found if one.agrees)
    low, high = interval(agreed, total)
    return Agreement(
        reviews=total,
        share=round(agreed / total, DECIMALS),
        low=round(low, DECIMALS),
        high=round(high, DECIMALS),
    )
