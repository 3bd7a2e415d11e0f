"""`manage.py import_bodies lessons/`: bring in texts of courses and modules."""

from collections import Counter
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.imports.bodies import read_text, write_text
from core.imports.services import Outcome
from core.kit.errors import DomainError


class Command(BaseCommand):
    help = "Bring in texts from a folder of Markdown files: docs/import.md. May be repeated."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path)
        parser.add_argument("--publish", action="store_true", help="do not leave them as drafts")
        parser.add_argument(
            "--replace-drafts", action="store_true", help="also those with another text"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        counts: Counter[Outcome] = Counter()
        for path in sorted(options["folder"].glob("*.md")):
            try:
                outcome = write_text(
                    read_text(path),
                    publish=options["publish"],
                    replace_draft=options["replace_drafts"],
                )
            except DomainError as refusal:
                outcome = Outcome.INVALID
                self.stderr.write(f"{path.name}: {refusal.detail}")
            counts[outcome] += 1
        self.stdout.write(", ".join(f"{one.value} {counts[one]:,}" for one in Outcome))
        if not counts:
            raise CommandError("the folder has no file that ends with .md")
        if counts[Outcome.INVALID]:
            raise CommandError("these files were left out; the others were written")
