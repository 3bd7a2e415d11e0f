"""How often checks and reviews of the same work agree, and when that is told."""

from typing import Any
from uuid import UUID

import asyncpg
import pytest

from ai.projections.apply import Applier
from ai.projections.batch import read_batch
from ai.suggestions.agreement import Count, agreements, interval
from ai.suggestions.queries import load_agreements
from ongoza_contracts.http.suggestions import AGREEMENT_MIN
from ongoza_contracts.reviews import ReviewOutcome, ReviewUpdated
from ongoza_contracts.suggestions import (
    CheckVerdict,
    SuggestionCheck,
    SuggestionUpdated,
    SuggestionVerdict,
)
from tests.facts import example, record, user

OK, ATTENTION = SuggestionVerdict.OK, SuggestionVerdict.ATTENTION
PASSED, FAILED = ReviewOutcome.PASSED, ReviewOutcome.FAILED
CHECK = SuggestionCheck.SECTIONS


@pytest.mark.parametrize(
    ("verdict", "outcome", "agrees"),
    [
        (OK, PASSED, True),
        (OK, FAILED, False),
        (ATTENTION, PASSED, False),
        (ATTENTION, FAILED, True),
        (ATTENTION, ReviewOutcome.CHANGES_REQUESTED, True),
    ],
)
def test_attention_agrees_with_work_that_did_not_pass(
    verdict: SuggestionVerdict, outcome: ReviewOutcome, agrees: bool
) -> None:
    assert Count(CHECK, verdict, outcome, 1).agrees is agrees


def test_agreement_is_told_of_enough_reviews_alone() -> None:
    few = agreements([Count(CHECK, OK, PASSED, AGREEMENT_MIN - 1)])
    assert (few[CHECK].reviews, few[CHECK].share) == (AGREEMENT_MIN - 1, None)
    enough = agreements([Count(CHECK, OK, PASSED, 30), Count(CHECK, OK, FAILED, 10)])[CHECK]
    assert enough.model_dump() == {"reviews": 40, "share": 0.75, "low": 0.6, "high": 0.86}
    assert few[SuggestionCheck.LENGTH].reviews == 0


@pytest.mark.parametrize(
    ("agreed", "total", "low", "high"),
    [(0, 10, 0.0, 0.28), (5, 10, 0.24, 0.76), (10, 10, 0.72, 1.0), (81, 263, 0.255, 0.366)],
)
def test_the_interval_is_wilsons(agreed: int, total: int, low: float, high: float) -> None:
    assert interval(agreed, total) == pytest.approx((low, high), abs=0.005)


async def test_verdicts_on_submitted_work_are_compared_with_the_newest_review(
    vector_pool: asyncpg.Pool, applier: Applier
) -> None:
    def suggestion(number: int, **changes: Any) -> SuggestionUpdated:
        checks = (
            CheckVerdict(check=CHECK, verdict=OK, value=0),
            CheckVerdict(check=SuggestionCheck.LENGTH, verdict=SuggestionVerdict.NOT_ENOUGH_DATA),
        )
        fields = {
            "suggestion_id": UUID(int=number),
            "submission_id": UUID(int=number),
            "user_id": 7,
            "on_draft": False,
            "rule_version": 1,
            "checks": checks,
        }
        return example(SuggestionUpdated).model_copy(update={**fields, **changes})

    def review(number: int, submission: int, outcome: ReviewOutcome, hour: int) -> ReviewUpdated:
        one = example(ReviewUpdated)
        fields = {
            "review_id": UUID(int=number),
            "user_id": 7,
            "submission_id": UUID(int=submission),
            "outcome": outcome,
            "decided_at": one.decided_at.replace(hour=hour),
        }
        return one.model_copy(update=fields)

    facts = (
        user(),
        *(suggestion(1), suggestion(2), suggestion(3, on_draft=True)),
        *(suggestion(4, rule_version=2), suggestion(5)),
        *(review(1, 1, FAILED, 1), review(2, 1, PASSED, 2), review(3, 2, FAILED, 1)),
        *(review(4, 3, PASSED, 1), review(5, 4, PASSED, 1)),
    )
    await applier.apply(read_batch(record(one) for one in facts))
    found = await load_agreements(vector_pool, rule_version=1)
    assert {check: one.reviews for check, one in found.items() if one.reviews} == {CHECK: 2}
