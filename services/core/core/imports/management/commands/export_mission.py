"""`manage.py export_mission CODE`: print a mission with its rubric and hints as YAML."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.imports.mission_file import mission_document
from core.missions.models import Mission


class Command(BaseCommand):
    help = "Print a mission, its rubric and its hints as one YAML file: docs/import.md."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("code", help="of the mission")

    def handle(self, *args: Any, **options: Any) -> None:
        mission = Mission.objects.filter(code=options["code"]).first()
        if mission is None:
            raise CommandError(f"there is no mission {options['code']}")
        self.stdout.write(mission_document(mission), ending="")
