"""`manage.py seed`: a demo catalogue and invented learners with histories, the same every time."""

import os
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from core.demo import plant
from core.demo.learners import AS_OF, demo_learner, invent_learners
from core.demo.loader import load_catalogue
from core.demo.people import staff
from core.programs.models import ContentItem


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--if-empty", action="store_true", help="do nothing if seeded before")
        parser.add_argument("--learners", type=int, default=200)

    def handle(self, *args: Any, **options: Any) -> None:
        console = Console()
        password = os.environ.get("DEMO_PASSWORD", "")
        if not password:
            raise CommandError("DEMO_PASSWORD is not set: the demo accounts sign in with it")
        if ContentItem.objects.exists():
            if options["if_empty"]:
                console.print("there is content already: nothing seeded")
                return
            raise CommandError("there is content already: `make reset` empties this stack")
        with transaction.atomic():
            accounts = _seed(console, password, options["learners"])
        table = Table("role", "e-mail")
        for role, email in accounts:
            table.add_row(role, email)
        console.print(table)


def _seed(console: Console, password: str, count: int) -> list[tuple[str, str]]:
    """All of it in one transaction: a seed that is cut off leaves nothing."""
    catalogue = load_catalogue()
    everybody = invent_learners(catalogue, count)
    guide = demo_learner(catalogue)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console) as bars:
        items = bars.add_task("catalogue", total=len(catalogue.items))
        people = bars.add_task("learners", total=len(everybody) + 1)
        organizations = plant.plant_organizations()
        plant.plant_catalogue(catalogue, lambda: bars.advance(items))
        for account in staff(AS_OF):
            plant.plant_account(account, organizations, password)
        plant.plant_learner(guide, organizations, password)
        bars.advance(people)
        for learner in everybody:
            plant.plant_learner(learner, organizations, password=None)
            bars.advance(people)
    accounts = [guide.account, *staff(AS_OF)]
    return [(account.role, account.email) for account in accounts]
