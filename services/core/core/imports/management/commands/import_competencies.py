"""`manage.py import_competencies attack.csv`: bring in the competencies of frameworks."""

from collections.abc import Iterator
from typing import Any, BinaryIO

from core.imports.command import ImportCommand
from core.imports.competencies import CompetencyWriter
from core.imports.reading import Format
from core.imports.rows import CheckedRow, competency_rows
from core.imports.services import Writer


class Command(ImportCommand):
    help = "Bring in competencies from CSV or JSON lines: docs/import.md. May be repeated."

    def rows(self, file: BinaryIO, form: Format, options: dict[str, Any]) -> Iterator[CheckedRow]:
        return competency_rows(file, form)

    def writer(self) -> Writer:
        return CompetencyWriter()
