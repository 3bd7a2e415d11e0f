from datetime import timedelta

from core.files.services import sweep_orphans
from core.jobs.models import Job
from core.jobs.registry import job_kind


@job_kind("files.sweep", every=timedelta(hours=1))
def sweep(job: Job) -> None:
    """Delete bytes that no row names any more."""
    sweep_orphans()
