from datetime import timedelta

from core.files.services import sweep_orphans
from core.files.uploads import sweep_staged
from core.jobs.models import Job
from core.jobs.registry import job_kind
from core.jobs.services import schedule


@job_kind("files.sweep", every=timedelta(hours=1), atomic=False)
def sweep(job: Job) -> None:
    """Delete bytes that no row names any more, from one page of the store; another job goes on."""
    last = sweep_orphans(after=job.subject)
    if last:
        schedule(job.kind, subject=last, key=last)


@job_kind("files.sweep_uploads", every=timedelta(hours=1), atomic=False)
def sweep_uploads(job: Job) -> None:
    """Delete what a crash left in the folder of uploads."""
    sweep_staged()
