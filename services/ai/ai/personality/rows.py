"""A learner's progress as it is analysed, from the facts or from the rows of a request."""

from collections.abc import Iterator, Sequence, Set
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from ai.kit.errors import InvalidBody
from ongoza_contracts.http.errors import FieldError
from ongoza_contracts.http.personality import PersonalityRequest, ProgressRow
from ongoza_contracts.vocabulary import ProgressStatus

AHEAD = timedelta(minutes=5)
"""Tolerance for a client's clock that is ahead of ours."""


class ItemProgress(NamedTuple):
    """Progress on one item, with times in UTC. A tuple, because a thousand of them are pickled."""

    content_id: str
    status: ProgressStatus
    completion_percentage: float
    score: float | None
    begun_at: datetime | None
    changed_at: datetime | None
    retried: int | None = None
    active_weeks: tuple[date, ...] | None = None
    """Not in rows of a request."""


class AnalysisRequest(NamedTuple):
    user_id: int
    rows: list[ItemProgress] | None
    """None without rows in the request: the facts are analysed."""


def read_rows(asked: PersonalityRequest) -> AnalysisRequest:
    """Raises InvalidBody with every row that cannot be progress of this learner."""
    given = asked.progress_data
    if given is None:
        return AnalysisRequest(asked.user_id, None)
    errors = [*_errors(asked.user_id, given, datetime.now(UTC))]
    if errors:
        raise InvalidBody("The rows cannot be one learner's progress.", errors=tuple(errors))
    return AnalysisRequest(asked.user_id, [_item_progress(row) for row in given])


def _item_progress(row: ProgressRow) -> ItemProgress:
    return ItemProgress(
        row.content_id,
        row.status,
        row.completion_percentage,
        row.score,
        row.created_at and row.created_at.astimezone(UTC),
        row.updated_at and row.updated_at.astimezone(UTC),
    )


def _errors(user_id: int, rows: Sequence[ProgressRow], now: datetime) -> Iterator[FieldError]:
    seen: set[str] = set()
    for place, row in enumerate(rows):
        for name, code, detail in _faults(row, user_id, seen, now + AHEAD):
            yield FieldError(field=f"progress_data.{place}.{name}", code=code, detail=detail)
        seen.add(row.content_id)


def _faults(
    row: ProgressRow, user_id: int, seen: Set[str], latest: datetime
) -> Iterator[tuple[str, str, str]]:
    if {row.user, row.user_id} - {None, user_id}:
        yield "user", "other_user", "Another learner's row."
    if row.content_id in seen:
        yield "content_id", "duplicate", "The item comes twice."
    for name, moment in (("created_at", row.created_at), ("updated_at", row.updated_at)):
        if moment is not None and moment > latest:
            yield name, "out_of_range", "In the future."
    if row.created_at and row.updated_at and row.updated_at < row.created_at:
        yield "updated_at", "out_of_range", "Changed before it was begun."
