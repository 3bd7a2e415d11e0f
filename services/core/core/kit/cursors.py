"""Keyset pagination: a page begins after a row, not after a number of rows.

So rows that are added, deleted or changed between two pages neither hide nor repeat others. Only a
row whose ordering column changes moves, as it does in the list itself.
"""

from dataclasses import dataclass
from typing import Any, Generic, Literal, TypeVar

from django.core import signing
from django.db.models import Field, Model, Q, QuerySet

from core.kit.errors import BadParameter

M = TypeVar("M", bound=Model)

Side = Literal["after", "at_or_before", "before"]
SALT = "core.kit.cursors"


class NotPageable(TypeError):
    """The order of the rows is not by columns of their own that are never null."""


@dataclass(frozen=True)
class RowPosition:
    """A position in an ordered list, by the ordering columns of a row that may be gone by now."""

    side: Side
    values: tuple[str, ...]


@dataclass(frozen=True)
class Slice(Generic[M]):
    rows: list[M]
    next: str | None
    previous: str | None


class Keyset(Generic[M]):
    """The rows in their order, made unique by the primary key."""

    def __init__(self, rows: QuerySet[M]) -> None:
        self._order = _unique_order(rows)
        self._rows = rows.order_by(*self._order)
        self._columns = [_column(rows, name.removeprefix("-")) for name in self._order]

    def page(self, cursor: str | None, size: int) -> Slice[M]:
        """The page at `cursor`, or the first one. Raises BadParameter for a cursor that is not of
        this order."""
        position = self._read(cursor) if cursor is not None else None
        if position is not None and position.side != "after":
            return self._page_before(position, size)
        rows = self._rows if position is None else self._rows.filter(self._beyond(position))
        found = [*rows[: size + 1]]
        page, more = found[:size], len(found) > size
        previous = None
        if position is not None:
            before = RowPosition("at_or_before", position.values)
            previous = self._write(self._at("before", page[0]) if page else before)
        return Slice(page, self._write(self._at("after", page[-1])) if more else None, previous)

    def _page_before(self, position: RowPosition, size: int) -> Slice[M]:
        found = [*self._rows.filter(self._beyond(position)).reverse()[: size + 1]]
        page, more = found[:size][::-1], len(found) > size
        previous = self._write(self._at("before", page[0])) if more else None
        after = self._at("after", page[-1]) if page else None
        return Slice(page, self._write(after) if after else None, previous)

    def _beyond(self, position: RowPosition) -> Q:
        """Rows on that side: the first column differs, or it is equal and the second differs..."""
        found, equal = Q(), Q()
        for name, column, text in zip(self._order, self._columns, position.values, strict=True):
            ascending = name.startswith("-") != (position.side == "after")
            value = column.to_python(text)
            found |= equal & Q((f"{column.attname}__{'gt' if ascending else 'lt'}", value))
            equal &= Q((column.attname, value))
        return found | equal if position.side == "at_or_before" else found

    def _at(self, side: Side, row: M) -> RowPosition:
        return RowPosition(side, tuple(column.value_to_string(row) for column in self._columns))

    def _write(self, position: RowPosition) -> str:
        return signing.dumps([position.side, *position.values], salt=self._salt)

    def _read(self, cursor: str) -> RowPosition:
        try:
            side, *values = signing.loads(cursor, salt=self._salt)
        except signing.BadSignature:
            raise BadParameter("cursor is none of `next` and `previous` of this list.") from None
        return RowPosition(side, tuple(values))

    @property
    def _salt(self) -> str:
        """Nobody but core makes cursors, and one is good for its own order alone."""
        return f"{SALT} {self._rows.model._meta.label} {' '.join(self._order)}"


def _unique_order(rows: QuerySet[Any]) -> tuple[str, ...]:
    meta: Any = rows.model._meta
    names = [str(name) for name in rows.query.order_by or meta.ordering]
    if not {meta.pk.name, "pk"} & {name.removeprefix("-") for name in names}:
        descending = bool(names) and names[-1].startswith("-")
        names.append(f"-{meta.pk.name}" if descending else meta.pk.name)
    return tuple(names)


def _column(rows: QuerySet[Any], name: str) -> "Field[Any, Any]":
    meta: Any = rows.model._meta
    column = meta.pk if name == "pk" else meta.get_field(name)
    if not isinstance(column, Field) or column.null:
        raise NotPageable(f"{rows.model.__name__}.{name}")
    return column
