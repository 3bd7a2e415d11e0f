"""`manage.py import_missions missions.yaml`: bring in missions with their rubrics and hints."""

from collections.abc import Iterator
from typing import Any, BinaryIO

from core.imports.command import ImportCommand
from core.imports.mission_file import mission_rows
from core.imports.missions import MissionWriter
from core.imports.reading import Format
from core.imports.rows import CheckedRow
from core.imports.services import Writer


class Command(ImportCommand):
    help = "Bring in missions from a YAML file: docs/import.md. May be repeated."
    formats = (Format.YAML,)

    def rows(self, file: BinaryIO, form: Format, options: dict[str, Any]) -> Iterator[CheckedRow]:
        return mission_rows(file)

    def writer(self) -> Writer:
        return MissionWriter()
