"""`manage.py seed`: a demo catalogue and invented learners with histories, the same every time."""

import os
from collections.abc import Callable
from io import StringIO
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from core.demo import cohorts, lessons, plant
from core.demo.learners import AS_OF, demo_learner, invent_learners
from core.demo.loader import load_catalogue
from core.demo.people import ACADEMY, further_mentors, staff
from core.lessons.models import Body
from core.programs.models import ContentItem
from core.users.models import User
from ongoza_contracts.vocabulary import Role

REPORTED_EVERY = 50


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--if-empty", action="store_true", help="do nothing if seeded before")
        parser.add_argument("--learners", type=int, default=200)

    def handle(self, *args: Any, **options: Any) -> None:
        password = os.environ.get("DEMO_PASSWORD", "")
        if not password:
            raise CommandError("DEMO_PASSWORD is not set: the demo accounts sign in with it")
        if ContentItem.objects.exists():
            if options["if_empty"]:
                self.stdout.write("there is content already: nothing seeded")
                return
            raise CommandError("there is content already: `make reset` empties this stack")
        with transaction.atomic():
            accounts = _seed(self.stdout.write, password, options["learners"])
        for role, email in accounts:
            self.stdout.write(f"{role:10} {email}")


def _seed(report: Callable[[str], object], password: str, count: int) -> list[tuple[str, str]]:
    """All of it in one transaction: a seed that is cut off leaves nothing."""
    catalogue = load_catalogue()
    guide = demo_learner(catalogue)
    organizations = plant.plant_organizations()
    plant.plant_catalogue(catalogue)
    report(f"{len(catalogue.items)} items of content")
    quizzes = lessons.plant_quizzes()
    report(f"{len(quizzes)} quizzes")
    call_command("import_bodies", lessons.LESSONS, publish=True, stdout=StringIO())
    report(f"{Body.objects.count()} texts")
    known = [plant.plant_account(account, organizations, password) for account in staff(AS_OF)]
    learners = [plant.plant_learner(guide, organizations, quizzes, password)]
    for number, learner in enumerate(invent_learners(catalogue, count), start=1):
        learners.append(plant.plant_learner(learner, organizations, quizzes, password=None))
        if number % REPORTED_EVERY == 0:
            report(f"{number} of {count} learners")
    mentors = [user for user in known if user.role == Role.MENTOR]
    for account in further_mentors(AS_OF):
        mentors += [plant.plant_account(account, organizations, password=None)]
    plant.assign_mentors(mentors, learners)
    director = next(user for user in known if user.role == Role.DIRECTOR)
    academy = organizations[ACADEMY.slug]
    cohorts.plant_cohorts(academy, director, [User.objects.get(pk=one.pk) for one in learners])
    cohorts.plant_events(academy, director)
    accounts = [guide.account, *staff(AS_OF)]
    return [(account.role, account.email) for account in accounts]
