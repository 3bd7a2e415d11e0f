"""The tick of a queue, once a minute: adds its jobs that recur and sends those that are due."""

from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from core.jobs.models import IS_OPEN, Job, Tick
from core.jobs.queue import MOST_WAITING, queue
from core.jobs.queue_names import QueueName
from core.jobs.registry import in_queue, job_kinds
from core.jobs.selectors import due
from core.jobs.services import schedule

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
RECURRING_KEY = "recurring"
REDELIVERY = timedelta(seconds=settings.CELERY_BROKER_TRANSPORT_OPTIONS["visibility_timeout"])


def tick(name: QueueName) -> None:
    """Several ticks at once do what one does."""
    add_recurring(name)
    send_due(name)


def send_due(name: QueueName) -> None:
    """Ask the workers of a queue to run its due jobs; no-op while the broker does not answer."""
    waiting = queue.waiting(name)
    if waiting is None:
        return
    ids = _mark_sent(name, waiting)
    unsent = ids[queue.send(ids, name) :]
    Job.objects.filter(pk__in=unsent).update(sent_at=None)


@transaction.atomic
def _mark_sent(name: QueueName, waiting: int) -> list[int]:
    """The due jobs that no worker has been asked to run, as many as fit at the broker.

    An id that was sent once it was due still waits, or a worker has it: it is sent again when
    Celery would deliver it again too. If none waits at the broker, which may have been wiped, every
    one that is due is sent.
    """
    now = timezone.now()
    found = due().filter(in_queue(name))
    if waiting:
        again = Q(sent_at__lt=F("due_at")) | Q(sent_at__lt=now - REDELIVERY)
        found = found.filter(Q(sent_at=None) | again)
    rows = found.select_for_update(skip_locked=True).values_list("id", flat=True)
    ids = [*rows[: max(0, MOST_WAITING - waiting)]]
    Job.objects.filter(pk__in=ids).update(sent_at=now)
    return ids


@transaction.atomic
def add_recurring(name: QueueName) -> None:
    """Add the next job of each recurring kind of the queue that has no open one.

    The row of the tick is locked until then: another tick sees what this one has added, and what it
    adds itself is due in the future.
    """
    now = timezone.now()
    Tick.objects.update_or_create(queue=name, defaults={"at": now})
    is_open = Job.objects.filter(IS_OPEN, key=RECURRING_KEY)
    present = {*is_open.values_list("kind", flat=True)}
    for kind in job_kinds().values():
        if kind.queue == name and kind.every and kind.name not in present:
            schedule(kind.name, due_at=next_time(kind.every, timezone.now()), key=RECURRING_KEY)


def next_time(every: timedelta, now: datetime) -> datetime:
    """The first multiple of `every` since 1970 in UTC that is after `now`."""
    return now - (now - EPOCH) % every + every
