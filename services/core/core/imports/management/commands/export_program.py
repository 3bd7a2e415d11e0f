"""`manage.py export_program SLUG`: print a program with its content as YAML."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.imports.program_file import program_document
from core.programs.models import Program


class Command(BaseCommand):
    help = "Print a program, its content and its milestones as one YAML file: docs/import.md."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", help="of the program")

    def handle(self, *args: Any, **options: Any) -> None:
        program = Program.objects.filter(slug=options["slug"]).first()
        if program is None:
            raise CommandError(f"there is no program {options['slug']}")
        self.stdout.write(program_document(program), ending="")
