"""`manage.py import_progress progress.csv`: bring in learners' past progress."""

from collections.abc import Iterator
from typing import Any, BinaryIO

from core.imports.command import ImportCommand
from core.imports.progress import ProgressWriter
from core.imports.reading import Format
from core.imports.rows import CheckedRow, progress_rows
from core.imports.services import Writer


class Command(ImportCommand):
    help = "Bring in learners' progress from CSV or JSON lines: docs/import.md. May be repeated."

    def rows(self, file: BinaryIO, form: Format, options: dict[str, Any]) -> Iterator[CheckedRow]:
        return progress_rows(file, form)

    def writer(self) -> Writer:
        return ProgressWriter()
