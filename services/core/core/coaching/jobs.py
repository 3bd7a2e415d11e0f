"""Jobs of goals, habits and the week in numbers."""

from datetime import timedelta
from uuid import UUID

from django.utils import timezone

from core.coaching import reminders, weeks
from core.coaching.models import Goal
from core.coaching.notifications import GOAL_DUE, GOAL_NEAR
from core.jobs.models import Job
from core.jobs.registry import job_kind
from core.jobs.services import schedule
from core.kit import clock
from core.notifications.services import notify
from ongoza_contracts.coaching import GoalState

BATCH = 500
NEAR = timedelta(days=3)
LATE = timedelta(days=7)  # for days on which no worker ran


@job_kind("coaching.goal_dates", every=timedelta(days=1))
def notify_of_dates(job: Job) -> None:
    """Notify learners of active goals whose date is near or has come: once of each date. The
    subject is the goal after which to go on."""
    today = timezone.now().date()
    dates = (today - LATE, today + NEAR)
    rows = Goal.objects.filter(state=GoalState.ACTIVE, target_date__range=dates).order_by("pk")
    if job.subject:
        rows = rows.filter(pk__gt=UUID(job.subject))
    goals = [*rows[:BATCH]]
    for goal in goals:
        kind = GOAL_NEAR if goal.target_date > today else GOAL_DUE
        date = goal.target_date.toordinal()
        notify(user_id=goal.user_id, kind=kind, subject=str(goal.pk), version=date)
    if len(goals) == BATCH:
        schedule(job.kind, subject=str(goals[-1].pk))  # the rest, in a transaction of its own


@job_kind("coaching.reminders", every=timedelta(minutes=5))
def send_reminders(job: Job) -> None:
    if reminders.send_due(clock.now(), BATCH) == BATCH:
        schedule(job.kind)  # the rest, in a transaction of its own


@job_kind("coaching.weeks", every=timedelta(hours=1))
def add_week_summaries(job: Job) -> None:
    """The subject is the user after whom to go on."""
    last = weeks.add_summaries(clock.now(), int(job.subject or 0), BATCH)
    if last is not None:
        schedule(job.kind, subject=str(last))
