"""The tick, once a minute: adds the jobs that recur and sends what is due."""

from datetime import UTC, datetime, timedelta

from django.db import transaction
from django.utils import timezone

from core.jobs.models import IS_OPEN, Job, Tick
from core.jobs.queue import queue
from core.jobs.registry import job_kinds
from core.jobs.services import due, schedule

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
RECURRING_KEY = "recurring"


def tick() -> None:
    """Several ticks at once do what one does."""
    add_recurring()
    queue.send([*due().values_list("id", flat=True)[: queue.room()]])


@transaction.atomic
def add_recurring() -> None:
    """Add the next job of each recurring kind that has no open one.

    The row of the tick is locked until then: another tick sees what this one has added, and what it
    adds itself is due in the future.
    """
    now = timezone.now()
    Tick.objects.update_or_create(pk=1, defaults={"at": now})
    is_open = Job.objects.filter(IS_OPEN, key=RECURRING_KEY)
    present = {*is_open.values_list("kind", flat=True)}
    for kind in job_kinds().values():
        if kind.every and kind.name not in present:
            schedule(kind.name, due_at=next_time(kind.every, timezone.now()), key=RECURRING_KEY)


def next_time(every: timedelta, now: datetime) -> datetime:
    """The first multiple of `every` since 1970 in UTC that is after `now`."""
    return now - (now - EPOCH) % every + every
