"""Scheduling and running jobs."""

import logging
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from core.jobs.models import IS_OPEN, Job
from core.jobs.registry import JobKind, job_kinds

log = logging.getLogger(__name__)

FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=30), timedelta(hours=6)


class UnknownKind(LookupError):
    """No app declares jobs of this kind."""


def schedule(
    kind: str,
    *,
    subject: str = "",
    user_id: int | None = None,
    due_at: datetime | None = None,
    key: str | None = None,
) -> None:
    """Add a job in the caller's transaction; no-op while a job of this kind and key is open.

    `subject` holds ids alone. With `user_id` the job is deleted when that user is erased.
    Raises UnknownKind.
    """
    if kind not in job_kinds():
        raise UnknownKind(kind)
    due = due_at or timezone.now()
    job = Job(kind=kind, subject=subject, user_id=user_id, due_at=due, key=key)
    Job.objects.bulk_create([job], ignore_conflicts=True)


def run_due(limit: int = 100) -> int:
    """Run jobs that are due, the oldest first; how many there were."""
    due = Job.objects.filter(IS_OPEN, due_at__lte=timezone.now()).order_by("due_at")
    return sum(run_job(job_id) for job_id in [*due.values_list("id", flat=True)[:limit]])


def run_job(job_id: int) -> bool:
    """Run one job if it is open and due, and nobody else is running it; whether it was run."""
    with transaction.atomic():
        open_rows = Job.objects.filter(IS_OPEN, pk=job_id, due_at__lte=timezone.now())
        job = open_rows.select_for_update(skip_locked=True).first()
        if job is None:
            return False
        _run(job)
        job.save()
    return True


def _run(job: Job) -> None:
    kind = job_kinds().get(job.kind)
    job.attempts += 1
    try:
        if kind is None:
            raise UnknownKind(job.kind)
        with transaction.atomic():
            kind.run(job)
    except Exception as error:
        _postpone(job, kind, error)
    else:
        job.done_at = timezone.now()


def _postpone(job: Job, kind: JobKind | None, error: Exception) -> None:
    """Only the error's type is stored: its text may hold personal data."""
    job.last_error = type(error).__name__
    log.warning("job %s (%s) failed: %s", job.pk, job.kind, job.last_error)
    if kind is None or job.attempts >= kind.max_attempts:
        job.failed_at = timezone.now()
    job.due_at = timezone.now() + min(FIRST_PAUSE * 2 ** (job.attempts - 1), LONGEST_PAUSE)
