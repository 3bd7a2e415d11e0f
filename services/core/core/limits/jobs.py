from datetime import timedelta

from core.jobs.models import Job
from core.jobs.registry import job_kind
from core.limits.services import purge


@job_kind("limits.purge", every=timedelta(hours=1))
def purge_expired(job: Job) -> None:
    purge()
