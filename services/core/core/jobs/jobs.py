from datetime import timedelta

from core.jobs.models import Job
from core.jobs.registry import job_kind
from core.jobs.services import schedule
from core.kit.retention import rules
from core.outbox.partitions import ensure_partitions

RETENTION = "retention.purge"


@job_kind(RETENTION, every=timedelta(hours=1))
def purge(job: Job) -> None:
    """Carry out the rule that the job names, or schedule a job for each rule: every rule has a
    transaction of its own, and fails alone."""
    if not job.subject:
        for name in rules():
            schedule(RETENTION, subject=name, key=name)
    elif job.subject in rules() and rules()[job.subject].carry_out():
        job.key = None  # given to the job for the rest, so that one job at a time has it
        job.save(update_fields=["key"])
        schedule(RETENTION, subject=job.subject, key=job.subject)


@job_kind("outbox.partitions", every=timedelta(days=1))
def create_partitions(job: Job) -> None:
    """Next month's facts have their partition long before they are written."""
    ensure_partitions()
