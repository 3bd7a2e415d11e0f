"""Tables as files: CSV, XLSX and PDF."""

import csv
import re
from collections.abc import Callable, Iterator, Mapping
from io import TextIOWrapper
from typing import IO, Any
from xml.sax.saxutils import escape

from reportlab.lib import colors
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.styles import ParagraphStyle
from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer
from reportlab.platypus import Table as DrawnTable
from xlsxwriter import Workbook

from core.certificates.documents import FONT, load_font, missing_letters
from core.exports.models import TableFormat
from core.exports.tables import Cell, Table

FORMULA_STARTS = re.compile(r'(?:^|(?<=[;\t\r\n]))(?=[\s"]*[=+@-]|[\t\r])')
"""Before what a spreadsheet takes for a formula at the start of a cell; those that split at
semicolons or tabs, as French ones, see cells within ours."""
BYTE_ORDER_MARK = "\ufeff"

Progress = Callable[[int], None]
"""Is told how many rows were written."""


def write_table(
    table: Table, form: TableFormat, target: IO[bytes], *, mark: bool, progress: Progress
) -> None:
    """`mark` begins a CSV file with a byte order mark, by which some spreadsheets know UTF-8."""
    if form is TableFormat.CSV:
        _write_csv(table, target, mark=mark, progress=progress)
    else:
        WRITERS[form](table, target, progress)


def without_formula(cell: Cell) -> Cell:
    """With an apostrophe before what a spreadsheet would take for a formula."""
    return FORMULA_STARTS.sub("'", cell) if isinstance(cell, str) else cell


def _write_csv(table: Table, target: IO[bytes], *, mark: bool, progress: Progress) -> None:
    text = TextIOWrapper(target, encoding="utf-8", newline="", write_through=True)
    text.write(BYTE_ORDER_MARK if mark else "")
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)
    for row in _lines(table, progress):
        writer.writerow(without_formula(cell) for cell in row)
    text.detach()


def _write_xlsx(table: Table, target: IO[bytes], progress: Progress) -> None:
    book = Workbook(target, {"constant_memory": True})
    sheet = book.add_worksheet()
    for number, row in enumerate(_lines(table, progress)):
        for column, cell in enumerate(row):
            if isinstance(cell, str):  # else it would guess, and find formulas and links
                sheet.write_string(number, column, cell)
            else:
                sheet.write(number, column, cell)
    book.close()


def _write_pdf(table: Table, target: IO[bytes], progress: Progress) -> None:
    load_font()
    style = ParagraphStyle("cell", fontName=FONT, fontSize=7, leading=9)
    title = ParagraphStyle("title", fontName=FONT, fontSize=14, leading=20)
    cells = [
        [Paragraph(_printable(cell), style) for cell in row]
        for row in _counted([[*table.columns], *table.rows], progress)
    ]
    drawn = DrawnTable(cells, repeatRows=1, splitInRow=1)
    drawn.setStyle(
        [("GRID", (0, 0), (-1, -1), 0.3, colors.grey), ("VALIGN", (0, 0), (-1, -1), "TOP")]
    )
    (name,), *facts = table.head
    lines: list[Any] = [Paragraph(_printable(name), title)]
    lines += [Paragraph(": ".join(map(_printable, fact)), style) for fact in facts]
    document = SimpleDocTemplate(target, pagesize=landscape(A4), title=table.title, invariant=1)
    document.build([*lines, Spacer(1, 12), drawn])


def _printable(cell: Cell) -> str:
    """As text of a PDF; letters that the font lacks become question marks."""
    text = "" if cell is None else str(cell)
    return escape(text.translate({ord(letter): "?" for letter in missing_letters(text)}))


PROGRESS_EVERY = 500


def _lines(table: Table, progress: Progress) -> Iterator[list[Cell]]:
    """What a spreadsheet shows: the head, the names of the columns, and the rows."""
    yield from (*table.head, [])
    yield from _counted([[*table.columns], *table.rows], progress)


def _counted(lines: list[list[Cell]], progress: Progress) -> Iterator[list[Cell]]:
    """The names of the columns, and the rows, which are counted."""
    for number, line in enumerate(lines):
        yield line
        if number % PROGRESS_EVERY == 0:
            progress(number)
    progress(len(lines) - 1)


WRITERS: Mapping[TableFormat, Callable[[Table, IO[bytes], Progress], None]] = {
    TableFormat.XLSX: _write_xlsx,
    TableFormat.PDF: _write_pdf,
}
CONTENT_TYPES: Mapping[str, str] = {
    TableFormat.CSV: "text/csv; charset=utf-8",
    TableFormat.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    TableFormat.PDF: "application/pdf",
}
