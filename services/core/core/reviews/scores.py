"""What the marks of a review come to. Nothing here reads or writes rows."""

from collections.abc import Mapping, Sequence
from typing import TypedDict

from core.kit.errors import DomainError
from ongoza_contracts.reviews import ReviewOutcome


class InvalidMarks(DomainError):
    code = "invalid_marks"


class BelowPassMark(DomainError):
    code = "below_pass_mark"


class Mark(TypedDict):
    criterion: int
    """Its position in the rubric, from 1."""
    points: float
    comment: str


class StoredMark(Mark):
    max_points: int


def marks_with_maxima(marks: Sequence[Mark], maxima: Mapping[int, int]) -> list[StoredMark]:
    """The marks by the position of their criterion, with the most points of each.

    `maxima` are those of the rubric. Raises InvalidMarks for a criterion that the rubric does not
    have, one that is marked twice, and points above its most.
    """
    positions = [mark["criterion"] for mark in marks]
    if len({*positions}) < len(positions):
        raise InvalidMarks("A criterion is marked twice.")
    for mark in marks:
        most = maxima.get(mark["criterion"])
        if most is None:
            raise InvalidMarks(f"The rubric has no criterion {mark['criterion']}.")
        if mark["points"] > most:
            raise InvalidMarks(f"Criterion {mark['criterion']} has at most {most} points.")
    stored: list[StoredMark] = [{**mark, "max_points": maxima[mark["criterion"]]} for mark in marks]
    return sorted(stored, key=lambda mark: mark["criterion"])


def require_complete(marks: Sequence[StoredMark], maxima: Mapping[int, int]) -> None:
    """Raises InvalidMarks."""
    missing = sorted(maxima.keys() - {mark["criterion"] for mark in marks})
    if missing:
        raise InvalidMarks(f"Criterion {missing[0]} has no points.")


def rubric_score(marks: Sequence[StoredMark]) -> float | None:
    """The points of all criteria together in per cent of the most; None without criteria."""
    most = sum(mark["max_points"] for mark in marks)
    return round(100 * sum(mark["points"] for mark in marks) / most, 2) if most else None


def graded_score(rubric: float | None, outcome: ReviewOutcome) -> float | None:
    """Before deductions: without a rubric work that passed has all of the score, work that failed
    nothing, and work that is to be changed none yet."""
    if rubric is not None:
        return rubric
    return {ReviewOutcome.PASSED: 100.0, ReviewOutcome.FAILED: 0.0}.get(outcome)


def require_pass_mark(rubric: float | None, pass_mark: int, outcome: ReviewOutcome) -> None:
    """Raises BelowPassMark. Work with enough points may fail all the same, such as copied work."""
    if outcome == ReviewOutcome.PASSED and rubric is not None and rubric < pass_mark:
        raise BelowPassMark(f"Work passes with {pass_mark} % of the points; these are {rubric} %.")
