"""The rows of progress that ai derives from facts, and how rows of a request compare with them."""

import json
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from ai.personality.rows import ItemProgress
from ai.personality.service import contradictions
from ai.projections.completion import activity
from ai.projections.tables import progress_row
from ongoza_contracts.vocabulary import ProgressStatus
from tests.facts import NOW, progress

LATER = NOW + timedelta(days=3)
COMPLETED = {"status": "completed", "completion_percentage": 100.0, "first_completed_at": NOW}
AGAIN = {
    **{"status": "in_progress", "completion_percentage": 10.0, "attempt": 2},
    **{"best_score": 92.0, "first_completed_at": NOW, "updated_at": LATER},
}


def recorded(**changes: Any) -> ItemProgress:
    """What ai reads from its row of a fact."""
    _, content_id, _, _, *state, _, _, _ = progress_row(progress(**changes))
    return ItemProgress(content_id, *state)


def state(row: ItemProgress) -> tuple[object, ...]:
    return row.status, row.completion_percentage, row.score


def test_a_completed_item_that_is_taken_again_stays_completed_since_then() -> None:
    row = recorded(**AGAIN)
    assert (row.status, row.changed_at) == ("completed", NOW)


def test_an_item_that_was_never_completed_has_the_state_of_its_fact() -> None:
    row = recorded(status="failed", completion_percentage=30.0, score=20.0, updated_at=LATER)
    assert (*state(row), row.changed_at) == ("failed", 30.0, 20.0, LATER)


@pytest.mark.parametrize(
    ("changes", "source", "completed_at"),
    [
        ({}, "self", None),
        ({**COMPLETED, "updated_at": LATER, "completion_source": "review"}, "review", NOW),
        ({**COMPLETED, "first_completed_at": None, "updated_at": LATER}, "self", LATER),
        (AGAIN, "self", NOW),
    ],
)
def test_a_row_says_by_whose_word_and_when_the_item_was_completed_first(
    changes: dict[str, Any], source: str, completed_at: datetime | None
) -> None:
    *_, found, moment, _ = progress_row(progress(**changes))
    assert (found, moment) == (source, completed_at)


@pytest.mark.parametrize(
    ("changes", "retried"),
    [
        ({}, None),
        ({"failures": 2}, 2),
        ({"failures": 2, "status": "failed"}, 1),
        ({**COMPLETED, "failures": 2}, 2),
        ({**AGAIN, "failures": 2, "status": "failed"}, 1),
        ({"failures": 2, "status": "not_started", "completion_percentage": 0.0}, 1),
    ],
)
def test_a_row_counts_the_failures_after_which_the_item_was_tried_again(
    changes: dict[str, Any], retried: int | None
) -> None:
    assert activity(progress(**changes))["retried"] == retried


def test_a_row_has_the_weeks_of_its_fact() -> None:
    *_, found = progress_row(progress(active_weeks=(date(2026, 11, 23),), failures=0))
    assert json.loads(found) == {"retried": 0, "weeks": ["2026-11-23"]}
    *_, found = progress_row(progress())
    assert json.loads(found) == {"retried": None, "weeks": None}


@pytest.mark.parametrize("again", [COMPLETED, AGAIN])
def test_the_score_is_always_the_last_one(again: dict[str, Any]) -> None:
    assert recorded(**{**again, "score": 40.0, "best_score": 92.0}).score == 40.0


@pytest.mark.parametrize(
    "changes",
    [
        {"score": 20.0},
        COMPLETED,
        {**COMPLETED, "score": 40.0, "best_score": 92.0},
        AGAIN,
        {**AGAIN, "completion_percentage": 100.0},
        {**AGAIN, "status": "failed", "score": 30.0},
    ],
)
def test_a_row_as_core_shows_it_contradicts_nothing(changes: dict[str, Any]) -> None:
    fact = progress(**changes)
    shown = ItemProgress(
        *(fact.content_id, fact.status, fact.completion_percentage, fact.score),
        *(fact.created_at, fact.updated_at),
    )
    assert contradictions([shown], [recorded(**changes)]) == ()


@pytest.mark.parametrize("changes", [{}, COMPLETED, AGAIN])
@pytest.mark.parametrize(
    "false", [{"completion_percentage": 70.0}, {"score": 99.0}, {"completion_percentage": 99.0}]
)
def test_a_row_with_another_percentage_or_score_contradicts(
    changes: dict[str, Any], false: dict[str, Any]
) -> None:
    known = recorded(**changes)
    assert contradictions([known._replace(**false)], [known]) == ("course-1",)


def test_a_row_with_another_status_of_an_item_that_is_not_completed_contradicts() -> None:
    known = recorded()
    false = known._replace(status=ProgressStatus.FAILED)
    assert contradictions([false], [known]) == ("course-1",)
