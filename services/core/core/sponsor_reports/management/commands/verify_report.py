"""`manage.py verify_report FILE`: whether a sponsor's report is what history says."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.sponsor_reports.documents import NotAReport, differences

DIFFERS = 2


class Command(BaseCommand):
    help = (
        "Check the signature of a sponsor's report and recount its numbers from the history of "
        "facts. Prints what differs: people who were erased since are not counted again."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            found = differences(json.loads(options["file"].read_text(encoding="utf-8")))
        except (OSError, ValueError, RecursionError) as error:
            raise CommandError(f"The file cannot be read: {error}") from error
        except NotAReport as error:
            raise CommandError(error.detail) from error
        for line in found:
            self.stdout.write(line)
        if found:
            raise CommandError(f"{len(found)} numbers differ.", returncode=DIFFERS)
        self.stdout.write("equal")
