from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from core.jobs.models import Job
from core.jobs.registry import job_kind
from core.jobs.services import schedule
from core.outbox.partitions import ensure_partitions

BATCH = 1000
RETENTION = timedelta(days=30)
RETENTION_WITHOUT_USER = timedelta(hours=23)


@job_kind("jobs.purge", every=timedelta(hours=1))
def purge(job: Job) -> None:
    """Delete jobs that were done long ago. Failed ones stay until they are retried.

    Those without a user are deleted within a day: their key may be the hash of an address, which
    no erasure finds.
    """
    now = timezone.now()
    without_user = Q(user=None, done_at__lt=now - RETENTION_WITHOUT_USER)
    old = Job.objects.filter(Q(done_at__lt=now - RETENTION) | without_user)
    deleted, _ = Job.objects.filter(pk__in=old.values("pk")[:BATCH]).delete()
    if deleted == BATCH:
        schedule(job.kind)  # the rest, in a transaction of its own


@job_kind("outbox.partitions", every=timedelta(days=1))
def create_partitions(job: Job) -> None:
    """Next month's facts have their partition long before they are written."""
    ensure_partitions()
