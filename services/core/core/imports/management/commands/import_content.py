"""`manage.py import_content content.csv`: bring in a catalogue of content."""

from collections.abc import Iterator
from typing import Any, BinaryIO

from django.core.management.base import CommandError, CommandParser

from core.imports.command import ImportCommand
from core.imports.content import ContentWriter
from core.imports.reading import Format
from core.imports.rows import Challenges, CheckedRow, challenge_rows, content_rows
from core.imports.services import Writer
from ongoza_contracts.vocabulary import Track

OF_CHALLENGES = ("program", "track", "duration_minutes")


class Command(ImportCommand):
    help = "Bring in content from CSV or JSON lines: docs/import.md. May be repeated."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--profile", choices=["ctf"], help="challenges of a CTF platform, as missions"
        )
        parser.add_argument("--program", help="of the challenges: its slug")
        parser.add_argument("--track", choices=[*Track], help="of the challenges")
        parser.add_argument("--duration-minutes", type=int, help="of the challenges")
        parser.add_argument(
            "--external-source", default="ctf", help="of the challenges, whose name is their id"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["profile"] and not all(options[name] for name in OF_CHALLENGES):
            raise CommandError("--profile ctf needs --program, --track and --duration-minutes")
        super().handle(*args, **options)

    def rows(self, file: BinaryIO, form: Format, options: dict[str, Any]) -> Iterator[CheckedRow]:
        if not options["profile"]:
            return content_rows(file, form)
        common = {name: options[name] for name in (*OF_CHALLENGES, "external_source")}
        return challenge_rows(file, form, Challenges(**common))

    def writer(self) -> Writer:
        return ContentWriter()
