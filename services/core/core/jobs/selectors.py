from datetime import timedelta
from typing import NamedTuple

from django.db.models import QuerySet
from django.utils import timezone

from core.jobs.models import IN_STATE, Job, JobState, Tick

LATE = timedelta(minutes=5)


class JobsHealth(NamedTuple):
    tick_seconds: float | None
    """Since the latest tick; None if there was none."""
    failed: int

    @property
    def is_degraded(self) -> bool:
        """Whether the tick is late or jobs have failed, which an operator has to look at."""
        late = self.tick_seconds is None or self.tick_seconds > LATE.total_seconds()
        return late or self.failed > 0


def jobs_health() -> JobsHealth:
    latest = Tick.objects.values_list("at", flat=True).first()
    seconds = (timezone.now() - latest).total_seconds() if latest else None
    return JobsHealth(seconds, Job.objects.filter(IN_STATE[JobState.FAILED]).count())


def jobs(*, kind: str | None, state: JobState | None) -> QuerySet[Job]:
    """The newest first."""
    rows = Job.objects.all()
    if kind is not None:
        rows = rows.filter(kind=kind)
    return rows.filter(IN_STATE[state]) if state else rows
