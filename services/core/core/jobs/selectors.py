from datetime import timedelta
from typing import NamedTuple

from django.db.models import Q, QuerySet
from django.utils import timezone

from core.jobs.models import IN_STATE, IS_OPEN, Job, JobState, Tick
from core.jobs.queue_names import QueueName
from ongoza_ops.promises import JOB_SECONDS

LATE = timedelta(seconds=JOB_SECONDS)


class JobsHealth(NamedTuple):
    oldest_tick: Tick | None
    """The tick of the queue in which jobs were last looked for longest ago; None without ticks."""
    queues_without_tick: tuple[QueueName, ...]
    failed: int
    """Only whether there are any, 1 or 0, if they were not counted."""
    are_late: bool
    """Whether one has been due for longer than is promised, as when all slots are taken."""

    @property
    def tick_age(self) -> timedelta | None:
        """Since the oldest tick; None if a queue had none."""
        if self.oldest_tick is None or self.queues_without_tick:
            return None
        return timezone.now() - self.oldest_tick.at

    @property
    def is_degraded(self) -> bool:
        """Whether the tick or jobs are late or have failed, which an operator has to look at."""
        age = self.tick_age
        return age is None or age > LATE or self.are_late or self.failed > 0


def due() -> QuerySet[Job]:
    """Those that no worker is running outside of a transaction, the oldest first."""
    now = timezone.now()
    is_free = Q(running_until=None) | Q(running_until__lte=now)
    return Job.objects.filter(IS_OPEN, is_free, due_at__lte=now).order_by("due_at", "id")


def jobs_health(*, count_failed: bool = True) -> JobsHealth:
    """Without `count_failed` it reads one failed job at most."""
    ticks = [*Tick.objects.filter(queue__in=[*QueueName]).order_by("at")]
    queues = {tick.queue for tick in ticks}
    failed = Job.objects.filter(IN_STATE[JobState.FAILED])
    return JobsHealth(
        oldest_tick=ticks[0] if ticks else None,
        queues_without_tick=tuple(name for name in QueueName if name not in queues),
        failed=failed.count() if count_failed else int(failed.exists()),
        are_late=due().filter(due_at__lt=timezone.now() - LATE).exists(),
    )


def jobs(*, kind: str | None, state: JobState | None) -> QuerySet[Job]:
    """The newest first."""
    rows = Job.objects.all()
    if kind is not None:
        rows = rows.filter(kind=kind)
    return rows.filter(IN_STATE[state]) if state else rows
