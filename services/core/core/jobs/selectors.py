from datetime import timedelta
from typing import NamedTuple

from django.db.models import QuerySet
from django.utils import timezone

from core.jobs.models import IN_STATE, Job, JobState, Tick
from core.jobs.queue_names import QueueName

LATE = timedelta(minutes=5)


class JobsHealth(NamedTuple):
    tick_seconds: float | None
    """Since the latest tick, in the queue where that is longest ago; None if one had none."""
    failed: int

    @property
    def is_degraded(self) -> bool:
        """Whether the tick is late or jobs have failed, which an operator has to look at."""
        late = self.tick_seconds is None or self.tick_seconds > LATE.total_seconds()
        return late or self.failed > 0


def jobs_health() -> JobsHealth:
    ticks = dict(Tick.objects.values_list("queue", "at"))
    seconds = None
    if ticks.keys() >= {*QueueName}:
        seconds = (timezone.now() - min(ticks[name] for name in QueueName)).total_seconds()
    return JobsHealth(seconds, Job.objects.filter(IN_STATE[JobState.FAILED]).count())


def jobs(*, kind: str | None, state: JobState | None) -> QuerySet[Job]:
    """The newest first."""
    rows = Job.objects.all()
    if kind is not None:
        rows = rows.filter(kind=kind)
    return rows.filter(IN_STATE[state]) if state else rows
