"""`manage.py import_program program.yaml`: bring in a program with its content."""

from collections.abc import Iterator
from typing import Any, BinaryIO

from core.imports.command import ImportCommand
from core.imports.program_file import program_rows
from core.imports.programs import ProgramWriter
from core.imports.reading import Format
from core.imports.rows import CheckedRow
from core.imports.services import Writer


class Command(ImportCommand):
    help = "Bring in a program from a YAML file: docs/import.md. May be repeated."
    formats = (Format.YAML,)

    def rows(self, file: BinaryIO, form: Format, options: dict[str, Any]) -> Iterator[CheckedRow]:
        return program_rows(file)

    def writer(self) -> Writer:
        return ProgramWriter()
