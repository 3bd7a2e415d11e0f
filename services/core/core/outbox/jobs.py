from datetime import timedelta

from core.jobs.models import Job
from core.jobs.registry import job_kind
from core.outbox.partitions import ensure_partitions


@job_kind("outbox.partitions", every=timedelta(days=1))
def create_partitions(job: Job) -> None:
    """Next month's facts have their partition long before they are written."""
    ensure_partitions()
