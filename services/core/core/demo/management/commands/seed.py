"""`manage.py seed`: a demo catalogue and invented learners with histories, the same every time."""

import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from io import StringIO
from itertools import chain
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from core.access.selectors import reaches
from core.cohorts.models import Cohort, Enrolment
from core.demo import lessons, plant
from core.demo.attempts import DemoQuiz
from core.demo.cohorts import Academy, Member, plant_cohorts
from core.demo.events import plant_events
from core.demo.items import Catalogue
from core.demo.learners import AS_OF, DemoLearner, demo_learner, learners_in_turn
from core.demo.loader import load_catalogue
from core.demo.mentoring import Pair, plant_habits, plant_mentoring, plant_profiles
from core.demo.people import ACADEMY, further_mentors, staff
from core.demo.practice import REVIEWED, Pupil, plant_missions, plant_practice
from core.demo.sponsoring import plant_sponsorship
from core.demo.subscriptions import plant_plans, plant_subscriptions
from core.jobs.queue import queue
from core.jobs.queue_names import QueueName
from core.jobs.ticking import send_due
from core.kit.past import happened_at
from core.lessons.models import Body
from core.mentorship.models import Session
from core.outbox.partitions import ensure_partitions
from core.programs.models import ContentItem
from core.submissions.models import Submission
from core.users.models import User
from ongoza_contracts.access import Permission
from ongoza_contracts.vocabulary import Role

REPORTED_EVERY = 50
GOAL_OF_EVERY = 3
UNREAD_FOR = timedelta(days=7)
MATCHED, PRACTISING, WITH_HABITS = 24, 40, 9
FOUNDED = staff(AS_OF)[0].joined_at


class Command(BaseCommand):
    help = __doc__
    requires_system_checks = ()  # `migrate` runs them; they import every view

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
        ensure_partitions(since=FOUNDED.date())
        with queue.suppress_send_later(), transaction.atomic():
            accounts = _seed(self.stdout.write, password, options["learners"])
        for name in QueueName:
            send_due(name)
        for role, email in accounts:
            self.stdout.write(f"{role:10} {email}")


def _seed(report: Callable[[str], object], password: str, count: int) -> list[tuple[str, str]]:
    """All of it in one transaction: a seed that is cut off leaves nothing."""
    catalogue = load_catalogue()
    with happened_at(FOUNDED):
        organizations = plant.plant_organizations()
        quizzes = _plant_content(report, catalogue)
        plant_plans()
    known = [plant.plant_account(account, organizations, password) for account in staff(AS_OF)]
    guide = demo_learner(catalogue)
    members: list[Member] = []
    for learner in map(_without_reviewed, chain([guide], learners_in_turn(catalogue, count))):
        secret = None if members else password
        user = plant.plant_learner(learner, organizations, quizzes, secret)
        if len(members) % GOAL_OF_EVERY == 0:
            plant.plant_goal(user, learner, catalogue.by_id[learner.traits.goal].title)
        members.append(Member(user.pk, learner.account.joined_at))
        if len(members) % REPORTED_EVERY == 0:
            report(f"{len(members)} of {count + 1} learners")
    mentors = [user for user in known if user.role == Role.MENTOR]
    for account in further_mentors(AS_OF):
        mentors += [plant.plant_account(account, organizations, password=None)]
    assigned = plant.assign_mentors(mentors, members)
    director = next(user for user in known if user.role == Role.DIRECTOR)
    academy = Academy(organizations[ACADEMY.slug], director)
    plant_cohorts(academy, members)
    plant_events(academy)
    plant_subscriptions(academy, members)
    plant_sponsorship(academy, next(user for user in known if user.role == Role.SPONSOR))
    _plant_practice(academy, mentors, assigned)
    plant.read_notifications(timezone.now() - UNREAD_FOR)
    report(f"{Submission.objects.count()} attempts at missions, {Session.objects.count()} sessions")
    report(f"{Cohort.objects.count()} cohorts with {Enrolment.objects.count()} enrolments")
    accounts = [guide.account, *staff(AS_OF)]
    return [(account.role, account.email) for account in accounts]


def _without_reviewed(learner: DemoLearner) -> DemoLearner:
    """Without reports on the missions whose work is handed in."""
    steps = tuple(step for step in learner.steps if step.content_id not in REVIEWED)
    return replace(learner, steps=steps)


def _plant_practice(
    academy: Academy, mentors: Sequence[User], assigned: Sequence[tuple[User, User]]
) -> None:
    """Some learners of the academy, each with the mentor who is assigned to them and whom they may
    ask, hand in work, meet, and keep habits."""
    ours = academy.organization.pk
    pairs = [
        Pair(learner, mentor)
        for learner, mentor in assigned
        if learner.organization_id == ours and mentor.organization_id in (ours, None)
    ]
    plant_profiles([*dict.fromkeys([*(one.mentor for one in pairs), *mentors])])
    plant_mentoring(pairs[:MATCHED])
    # A mentor whose match ended reviews no more.
    reviewed = [
        one for one in pairs if reaches(one.mentor, Permission.SUBMISSION_REVIEW, one.learner.pk)
    ]
    pupils = [
        Pupil(number, one.learner, (one.mentor, academy.director))
        for number, one in enumerate(reviewed[:PRACTISING])
    ]
    plant_practice(pupils)
    plant_habits([one.learner for one in pairs[:WITH_HABITS]])


def _plant_content(report: Callable[[str], object], catalogue: Catalogue) -> dict[str, DemoQuiz]:
    """The quizzes, by the id of their item."""
    plant.plant_catalogue(catalogue)
    plant_missions(call_command)
    report(f"{len(catalogue.items)} items of content")
    quizzes = lessons.plant_quizzes()
    report(f"{len(quizzes)} quizzes")
    call_command("import_bodies", lessons.LESSONS, publish=True, stdout=StringIO())
    report(f"{Body.objects.count()} texts")
    return quizzes
