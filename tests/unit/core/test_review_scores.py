"""Marks are those of the rubric's criteria, and give a percentage of its points."""

import pytest

from core.reviews.scores import (
    BelowPassMark,
    InvalidMarks,
    Mark,
    graded_score,
    marks_with_maxima,
    require_complete,
    require_pass_mark,
    rubric_score,
)
from ongoza_contracts.reviews import ReviewOutcome

MAXIMA = {1: 10, 2: 5}
PASSED, FAILED, CHANGES = (
    ReviewOutcome.PASSED,
    ReviewOutcome.FAILED,
    ReviewOutcome.CHANGES_REQUESTED,
)


def mark(criterion: int, points: float) -> Mark:
    return Mark(criterion=criterion, points=points, comment="")


def test_marks_are_stored_in_the_order_of_the_rubric_with_the_most_points() -> None:
    found = marks_with_maxima([mark(2, 5), mark(1, 7.5)], MAXIMA)
    assert [(one["criterion"], one["points"], one["max_points"]) for one in found] == [
        (1, 7.5, 10),
        (2, 5, 5),
    ]


@pytest.mark.parametrize(
    ("marks", "reason"),
    [
        ([mark(3, 1)], "no criterion 3"),
        ([mark(1, 1), mark(1, 2)], "marked twice"),
        ([mark(2, 5.5)], "at most 5 points"),
    ],
    ids=["unknown", "twice", "too many"],
)
def test_marks_that_are_not_of_the_rubric_are_refused(marks: list[Mark], reason: str) -> None:
    with pytest.raises(InvalidMarks, match=reason):
        marks_with_maxima(marks, MAXIMA)


def test_every_criterion_has_points() -> None:
    marks = marks_with_maxima([mark(1, 0)], MAXIMA)
    with pytest.raises(InvalidMarks, match="Criterion 2 has no points"):
        require_complete(marks, MAXIMA)
    require_complete(marks_with_maxima([mark(2, 0), mark(1, 0)], MAXIMA), MAXIMA)
    require_complete([], {})


@pytest.mark.parametrize(
    ("first", "second", "score"), [(10, 5, 100), (0, 0, 0), (7, 3, 66.67), (2.5, 5, 50)], ids=str
)
def test_the_score_is_in_per_cent_of_all_points(first: float, second: float, score: float) -> None:
    assert rubric_score(marks_with_maxima([mark(1, first), mark(2, second)], MAXIMA)) == score


@pytest.mark.parametrize(
    ("rubric", "outcome", "score"),
    [
        (40.0, FAILED, 40.0),
        (90.0, PASSED, 90.0),
        (None, PASSED, 100.0),
        (None, FAILED, 0.0),
        (None, CHANGES, None),
    ],
    ids=str,
)
def test_without_a_rubric_work_that_passed_has_all_of_the_score(
    rubric: float | None, outcome: ReviewOutcome, score: float | None
) -> None:
    assert rubric_score([]) is None
    assert graded_score(rubric, outcome) == score


def test_work_passes_with_enough_points_alone_and_may_fail_with_any() -> None:
    with pytest.raises(BelowPassMark):
        require_pass_mark(59.99, 60, PASSED)
    require_pass_mark(60.0, 60, PASSED)
    require_pass_mark(0.0, 60, CHANGES)
    require_pass_mark(100.0, 60, FAILED)
    require_pass_mark(None, 60, PASSED)
