from datetime import timedelta

from django.utils import timezone

from core.jobs.models import Job
from core.jobs.registry import job_kind
from core.outbox.partitions import ensure_partitions

KEPT = timedelta(days=30)


@job_kind("jobs.purge", every=timedelta(days=1))
def purge(job: Job) -> None:
    """Delete jobs that were done long ago. Failed ones stay until they are retried."""
    Job.objects.filter(done_at__lt=timezone.now() - KEPT).delete()


@job_kind("outbox.partitions", every=timedelta(days=1))
def create_partitions(job: Job) -> None:
    """Next month's facts have their partition long before they are written."""
    ensure_partitions()
