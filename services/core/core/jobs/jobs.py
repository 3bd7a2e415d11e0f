from datetime import timedelta

from django.utils import timezone

from core.jobs.models import Job
from core.jobs.registry import job_kind
from core.jobs.services import schedule
from core.outbox.partitions import ensure_partitions

BATCH = 1000
RETENTION = timedelta(days=30)


@job_kind("jobs.purge", every=timedelta(days=1))
def purge(job: Job) -> None:
    """Delete jobs that were done long ago. Failed ones stay until they are retried."""
    old = Job.objects.filter(done_at__lt=timezone.now() - RETENTION)
    deleted, _ = Job.objects.filter(pk__in=old.values("pk")[:BATCH]).delete()
    if deleted == BATCH:
        schedule(job.kind)  # the rest, in a transaction of its own


@job_kind("outbox.partitions", every=timedelta(days=1))
def create_partitions(job: Job) -> None:
    """Next month's facts have their partition long before they are written."""
    ensure_partitions()
