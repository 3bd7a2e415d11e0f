from datetime import timedelta

from core.jobs.models import Job
from core.jobs.registry import job_kind
from core.jobs.services import schedule
from core.users.services import end_expired_sign_ins

BATCH = 1000


@job_kind("users.purge_tokens", every=timedelta(hours=1))
def purge_tokens(job: Job) -> None:
    """End expired sign-ins of people who have not come back."""
    if end_expired_sign_ins(BATCH) == BATCH:
        schedule(job.kind)  # the rest, in a transaction of its own
