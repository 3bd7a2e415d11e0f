from uuid import UUID

from core.imports.requests import run_import
from core.imports.selectors import JOB_KIND
from core.jobs.models import Job
from core.jobs.registry import job_kind


@job_kind(JOB_KIND, atomic=False, max_attempts=5)
def run(job: Job) -> None:
    run_import(UUID(job.subject))
