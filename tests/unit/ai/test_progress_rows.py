"""The rows of progress that ai derives from facts."""

from ai.projections.tables import progress_row
from tests.facts import NOW, progress


def state(**changes: object) -> tuple[object, ...]:
    return progress_row(progress(**changes))[4:7]  # type: ignore[arg-type]


def test_a_completed_item_that_is_taken_again_stays_completed() -> None:
    again = {"status": "in_progress", "completion_percentage": 10.0, "attempt": 2}
    found = state(**again, best_score=92.0, first_completed_at=NOW)
    assert found == ("completed", 100.0, 92.0)


def test_an_item_that_was_never_completed_has_the_state_of_its_fact() -> None:
    assert state(status="failed", completion_percentage=30.0, score=20.0) == ("failed", 30.0, 20.0)


def test_a_completed_item_has_the_last_score() -> None:
    found = state(
        status="completed",
        completion_percentage=100.0,
        score=40.0,
        best_score=92.0,
        first_completed_at=NOW,
    )
    assert found == ("completed", 100.0, 40.0)
