"""Rows from the bytes of a file, one at a time. Nothing here reads or writes the database."""

import csv
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePath
from typing import Any, BinaryIO, TypeAlias

from ongoza_contracts.http.strict_json import InvalidJson, parse_json

MAX_BYTES = 32 * 2**20
MAX_ROWS = 20_000
DELIMITERS = (",", ";")
BETWEEN_ITEMS = "|"
NAME_MAX = 64
ONE_OBJECT = "Write one JSON object on each line."
NUMBER = re.compile(r"-?[0-9]{1,18}(\.[0-9]{1,18})?")

csv.field_size_limit(2**17)


class Format(StrEnum):
    CSV = "csv"
    JSON_LINES = "jsonl"
    YAML = "yaml"


FORMATS = {
    ".csv": Format.CSV,
    ".jsonl": Format.JSON_LINES,
    ".ndjson": Format.JSON_LINES,
    ".yaml": Format.YAML,
    ".yml": Format.YAML,
}
"""By the suffix of a file's name."""


def format_of(name: str) -> Format | None:
    """The format that a file's name says, None if it says none."""
    return FORMATS.get(PurePath(name).suffix.lower())


OF_ROWS = (Format.CSV, Format.JSON_LINES)
"""The formats of files that consist of rows."""


def suffixes(formats: Collection[Format]) -> str:
    """The suffixes of these formats, in words."""
    return ", ".join(suffix for suffix, form in FORMATS.items() if form in formats)


@dataclass(frozen=True)
class RowError:
    line: int
    field: str
    detail: str

    def __str__(self) -> str:
        return ": ".join(filter(None, (f"line {self.line}", self.field, self.detail)))


class Unreadable(Exception):
    """The file cannot be read from here on. Carries what is wrong with it."""

    def __init__(self, *errors: RowError) -> None:
        super().__init__("; ".join(map(str, errors)))
        self.errors = errors


@dataclass(frozen=True)
class Row:
    """The values of one row, and the line on which it begins."""

    line: int
    values: dict[str, Any]


Columns: TypeAlias = Mapping[str, Callable[[str], Any]]
"""The columns that a CSV file may have, and what makes a value of a cell's text."""


def items(text: str) -> list[str]:
    """The items of a cell that holds several, separated by `|`."""
    return [item.strip() for item in text.split(BETWEEN_ITEMS) if item.strip()]


def whole_number(text: str) -> int | str:
    """A text that is no whole number is returned as it is, and refused by its field."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else text


def number(text: str) -> float | str:
    """A text that is no number is returned as it is, and refused by its field."""
    return float(text) if NUMBER.fullmatch(text) else text


def read_rows(
    file: BinaryIO, form: Format, columns: Columns, max_rows: int = MAX_ROWS
) -> Iterator[Row | RowError]:
    """The rows of a file, without empty ones. Raises Unreadable."""
    lines = _lines(file)
    found = _csv_rows(lines, columns) if form is Format.CSV else _json_rows(lines)
    for count, row in enumerate(found, start=1):
        if count > max_rows:
            raise Unreadable(RowError(row.line, "", f"A file has at most {max_rows:,} rows."))
        yield row


def _lines(file: BinaryIO) -> Iterator[str]:
    """The lines as text, without the byte order mark at the beginning."""
    left, number = MAX_BYTES, 0
    while raw := file.readline(left + 1):
        number += 1
        left -= len(raw)
        if left < 0:
            raise Unreadable(RowError(number, "", f"A file has at most {MAX_BYTES:,} bytes."))
        try:
            yield raw.decode("utf-8-sig" if number == 1 else "utf-8")
        except UnicodeDecodeError:
            raise Unreadable(RowError(number, "", "Save the file as UTF-8.")) from None


def _json_rows(lines: Iterator[str]) -> Iterator[Row | RowError]:
    for line, text in enumerate(lines, start=1):
        if not text.strip():
            continue
        try:
            values = parse_json(text.encode())
        except InvalidJson as error:
            detail = ONE_OBJECT if error.code == "malformed_json" else str(error)
            yield RowError(line, "", detail)
            continue
        if isinstance(values, dict):
            yield Row(line, values)
        else:
            yield RowError(line, "", ONE_OBJECT)


def _csv_rows(lines: Iterator[str], columns: Columns) -> Iterator[Row | RowError]:
    header = next(lines, "")
    names = _names(header, columns)
    reader = _reader(lines, header)
    before = 1
    for cells in _records(reader, lines_before=1):
        line, before = before + 1, reader.line_num + 1
        if any(cell.strip() for cell in cells):
            yield _row(line, names, [cell.strip() for cell in cells], columns)


def _reader(lines: Iterable[str], header: str) -> Any:
    """Splits lines at the delimiter that is in the header more often."""
    delimiter = max(DELIMITERS, key=header.count)
    return csv.reader(lines, delimiter=delimiter, strict=True, skipinitialspace=True)


def _records(reader: Any, lines_before: int) -> Iterator[list[str]]:
    try:
        yield from reader
    except csv.Error as error:
        line = reader.line_num + lines_before
        raise Unreadable(RowError(line, "", f"This is not CSV: {error}.")) from None


def _names(header: str, columns: Columns) -> list[str]:
    """The columns' names. Raises Unreadable that names each unknown and each repeated one."""
    cells = next(_records(_reader([header], header), lines_before=0), [])
    names = [cell.strip().lower() for cell in cells]
    unknown = [RowError(1, n[:NAME_MAX], "Unknown column.") for n in names if n not in columns]
    repeated = [
        RowError(1, name, "The column is there twice.")
        for name, count in Counter(names).items()
        if count > 1 and name in columns
    ]
    if not names:
        raise Unreadable(RowError(1, "", "The first line names the columns."))
    if unknown or repeated:
        raise Unreadable(*unknown, *repeated)
    return names


def _row(line: int, names: list[str], cells: list[str], columns: Columns) -> Row | RowError:
    """An empty cell is a value that is left out."""
    if len(cells) != len(names):
        return RowError(line, "", f"{len(cells)} cells for {len(names)} columns.")
    named = zip(names, cells, strict=True)
    return Row(line, {name: columns[name](cell) for name, cell in named if cell})
