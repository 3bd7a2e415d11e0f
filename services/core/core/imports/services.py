"""Writes the rows of a file, all of them or none."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from typing import Any, ClassVar, Protocol

from django.db import transaction

from core.imports.reading import Row, RowError
from core.kit.errors import DomainError


class Outcome(StrEnum):
    CREATED = "created"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    INVALID = "invalid"


class InvalidRow(DomainError):
    """A row that cannot be written, and the field for which."""

    def __init__(self, field: str, detail: str) -> None:
        super().__init__(detail)
        self.field = field


class Writer(Protocol):
    """Writes rows of one kind."""

    fields: ClassVar[Mapping[type[DomainError], str]]
    """The field to which a refusal of the services belongs."""

    def write(self, values: dict[str, Any]) -> Outcome:
        """Raises DomainError for a row that cannot be written."""


def import_rows(
    rows: Iterable[Row | list[RowError]],
    writer: Writer,
    *,
    dry_run: bool,
    skip_invalid: bool,
    on_error: Callable[[RowError], object],
    on_row: Callable[[int], object],
) -> Counter[Outcome]:
    """Write a file's rows in one transaction; returns the number of each outcome.

    Every row is tried. With `dry_run`, and for an invalid row without `skip_invalid`, all is
    rolled back. What is wrong with a row goes to `on_error`, the count of rows to `on_row`.
    """
    counts: Counter[Outcome] = Counter()
    with transaction.atomic():
        for row in rows:
            result = _write(row, writer)
            counts[result if isinstance(result, Outcome) else Outcome.INVALID] += 1
            for error in [] if isinstance(result, Outcome) else result:
                on_error(error)
            on_row(counts.total())
        if dry_run or (counts[Outcome.INVALID] and not skip_invalid):
            transaction.set_rollback(True)
    return counts


def _write(row: Row | list[RowError], writer: Writer) -> Outcome | list[RowError]:
    if isinstance(row, list):
        return row
    try:
        with transaction.atomic():
            return writer.write(row.values)
    except InvalidRow as error:
        return [RowError(row.line, error.field, error.detail)]
    except DomainError as error:
        field = writer.fields.get(type(error), "")
        return [RowError(row.line, field, error.detail)]


def outcome(*, before: int, after: int) -> Outcome:
    """What happened to an entity, by its versions; it is 0 before it was created."""
    if before == after:
        return Outcome.UNCHANGED
    return Outcome.CHANGED if before else Outcome.CREATED
