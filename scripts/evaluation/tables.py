"""Tables from text files: which encoding, which separator, which line is which row."""

import codecs
import csv
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from io import StringIO
from itertools import islice
from pathlib import Path

SEPARATORS = {"::": "::", "\t": "tabs", ";": "semicolons", ",": "commas", "|": "bars"}
"""With their names, in the order in which they are tried."""
QUOTED = (";", ",")
"""Where quotes enclose a cell; elsewhere they are characters like any other."""
SAMPLE = 50
BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # begins as that of UTF-16 does
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
PACKED = {b"PK": "a ZIP archive or an Excel file", b"\x1f\x8b": "compressed by gzip"}


class BrokenFile(ValueError):
    """The text says what is wrong with a file, and in which line if it is one."""


@dataclass(frozen=True)
class Row:
    line: int
    """The first of its lines, counted from 1."""
    cells: list[str]


@dataclass(frozen=True)
class Table:
    path: Path
    separator: str
    rows: list[Row]
    """Those that are not blank, a header among them."""
    lines: int
    blank: int
    within_cells: int
    """Lines that a quoted cell continues on."""
    announced: bool
    """Whether Excel's first line `sep=;` names the separator."""


@dataclass
class Account:
    """What became of each line of a file."""

    lines: int = 0
    blank: int = 0
    within_cells: int = 0
    headers: int = 0
    """The header, and Excel's line that names the separator."""
    rows: int = 0
    columns: dict[str, str] = field(default_factory=dict)
    """What was read from which column."""
    ignored: list[str] = field(default_factory=list)
    left_out: dict[str, list[int]] = field(default_factory=dict)
    """By reason, the lines of the rows that do not count."""

    def leave_out(self, line: int, reason: str) -> None:
        self.left_out.setdefault(reason, []).append(line)

    @property
    def kept(self) -> int:
        return self.rows - sum(map(len, self.left_out.values()))


def read_table(path: Path, knows: Callable[[str], bool]) -> Table:
    """`knows` tells names of columns, by which the separator is recognised. Raises BrokenFile."""
    text = _text(path)
    lines = [*StringIO(text, newline="")]  # `splitlines` ends lines at many a character within one
    if announced := re.fullmatch(r'"?sep=(.)"?[\r\n]*', lines[0], re.IGNORECASE):
        separator = announced[1]
        if separator not in SEPARATORS:
            raise BrokenFile(f"{path}, line 1: separator {separator!r}; {_separators()} are read")
    filled = [*islice((line for line in lines[bool(announced) :] if line.strip()), SAMPLE)]
    if not filled:
        raise BrokenFile(f"{path}: empty")
    if not announced:
        separator = _separator(filled, knows)
    first = 2 if announced else 1
    rows: list[Row] = []
    blank = within_cells = 0
    for row, ends in _split(path, lines[first - 1 :], separator, first):
        within_cells += ends - row.line
        if any(row.cells):
            rows.append(row)
        else:
            blank += 1
    return Table(path, separator, rows, len(lines), blank, within_cells, bool(announced))


def cells_of(line: str, separator: str) -> list[str]:
    return [_unquoted(cell.strip()) for cell in line.split(separator)]


def _text(path: Path) -> str:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise BrokenFile(f"{path}: {error.strerror}") from error
    for begins, what in PACKED.items():
        if data.startswith(begins):
            raise BrokenFile(f"{path}: {what}, not a text file")
    text = _decoded(path, data)
    if "\0" in text:
        raise BrokenFile(f"{path}: neither a text in UTF-8, UTF-16, UTF-32 nor in latin-1")
    if not text.strip():
        raise BrokenFile(f"{path}: empty")
    return text


def _decoded(path: Path, data: bytes) -> str:
    for mark, encoding in BYTE_ORDER_MARKS:
        if data.startswith(mark):
            try:
                return data.decode(encoding)
            except UnicodeDecodeError as error:
                raise BrokenFile(f"{path}: begins as {encoding} and is not") from error
    # In UTF-16 every other byte of a name of a column is zero. cp1252 is Windows' latin-1, which
    # MovieLens is written in.
    wide = {0: "utf-16-be", 1: "utf-16-le"}
    marked = [wide[at] for at in wide if len(data) > 1 and data[at] == 0 and data[1 - at]]
    for encoding in (*marked, "utf-8", "cp1252"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return data.decode("latin-1")


def _separator(lines: Sequence[str], knows: Callable[[str], bool]) -> str:
    """Under which the first line has most names of columns; else the first that is in every line,
    or else in the first."""
    named = {one: sum(map(knows, cells_of(lines[0], one))) for one in SEPARATORS}
    most = max(named.values())
    if most > 0:
        return max(SEPARATORS, key=lambda one: (named[one], lines[0].count(one)))
    in_all = (one for one in SEPARATORS if all(one in line for line in lines))
    in_first = (one for one in SEPARATORS if one in lines[0])
    return next(in_all, None) or next(in_first, ",")


def _split(
    path: Path, lines: Sequence[str], separator: str, first: int
) -> Iterator[tuple[Row, int]]:
    """Each row with its last line."""
    if separator not in QUOTED:
        for number, line in enumerate(lines, start=first):
            yield Row(number, cells_of(line, separator)), number
        return
    # Strict, because a quote that is opened by mistake would take the lines up to the next one.
    reader = csv.reader(lines, delimiter=separator, strict=True)
    began = first
    try:
        for cells in reader:
            ends = first - 1 + reader.line_num
            yield Row(began, [cell.strip() for cell in cells]), ends
            began = ends + 1
    except csv.Error as error:
        raise BrokenFile(f"{path}, line {began}: {error}") from error


def _unquoted(cell: str) -> str:
    """Without quotes that enclose it, as some write them beside every separator."""
    if len(cell) > 1 and cell[0] == cell[-1] == '"' and '"' not in cell[1:-1].replace('""', ""):
        return cell[1:-1].replace('""', '"')
    return cell


def _separators() -> str:
    return ", ".join(SEPARATORS.values())
