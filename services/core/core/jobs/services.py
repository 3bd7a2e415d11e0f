"""Scheduling, running and retrying jobs."""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial

from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from core.jobs.models import IS_OPEN, Job
from core.jobs.queue import queue
from core.jobs.registry import DEFAULT_ATTEMPTS, Run, job_kinds, queue_of
from core.jobs.selectors import due
from core.kit.errors import Conflict, NotFound
from core.kit.failpoints import failpoint
from core.outbox.restore_state import State, state
from ongoza_ops import trace

log = logging.getLogger(__name__)

FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=30), timedelta(hours=6)
LONGEST_RUN = timedelta(minutes=10)
"""The longest run of a kind that is not atomic. Celery's limit is far lower, but threads do not
enforce it."""
WORKER_LOST = "WorkerLost"

# Without the error of a duplicate, which would end the caller's transaction.
ADD = """
INSERT INTO jobs_job (kind, subject, user_id, due_at, key, created_at, attempts, last_error)
VALUES (%s, %s, %s, %s, %s, %s, 0, '') ON CONFLICT DO NOTHING RETURNING id
"""


class UnknownKind(LookupError):
    """No app declares jobs of this kind."""


class JobRunning(Conflict):
    code = "job_running"
    detail = "The job is running. Try again when it has ended."


class JobDone(Conflict):
    code = "job_done"
    detail = "The job is done."


class OtherJobOpen(Conflict):
    code = "other_job_open"
    detail = "Another job of this kind and key is open."


def schedule(
    kind: str,
    *,
    subject: str = "",
    user_id: int | None = None,
    due_at: datetime | None = None,
    key: str | None = None,
) -> None:
    """Add a job in the caller's transaction; no-op while a job of this kind and key is open.

    `subject` holds ids alone. With `user_id` the job is deleted when that user is erased. Once the
    transaction commits, a worker is asked to run it if it is due. Raises UnknownKind.
    """
    if kind not in job_kinds():
        raise UnknownKind(kind)
    now = timezone.now()
    due = due_at or now
    with connection.cursor() as cursor:
        cursor.execute(ADD, [kind, subject, user_id, due, key, now])
        added = cursor.fetchone()
    if added and due <= now:
        _send_on_commit(added[0], kind)


def _send_on_commit(job_id: int, kind: str) -> None:
    transaction.on_commit(partial(queue.send_later, job_id, queue_of(kind)), robust=True)


@transaction.atomic
def retry(job_id: int) -> Job:
    """Make a job that is not done due now, with all its attempts again.

    Raises NotFound, JobRunning, JobDone and OtherJobOpen.
    """
    rows = Job.objects.filter(pk=job_id)
    job = rows.select_for_update(skip_locked=True).first()
    if job is None:
        raise JobRunning if rows.exists() else NotFound
    if job.done_at is not None:
        raise JobDone
    if job.running_until is not None and job.running_until > timezone.now():
        raise JobRunning
    job.attempts, job.failed_at, job.due_at = 0, None, timezone.now()
    try:
        with transaction.atomic():
            job.save()
    except IntegrityError:
        raise OtherJobOpen from None
    _send_on_commit(job.pk, job.kind)
    return job


def run_due(limit: int = 100) -> int:
    """Run jobs that are due, the oldest first; how many there were."""
    return sum(run_job(job_id) for job_id in [*due().values_list("id", flat=True)[:limit]])


def run_job(job_id: int) -> bool:
    """Run one job if it is open and due, and nobody else is running it; whether it was run.

    While a restore is pending nothing runs: a job could publish a version a second time.
    """
    attempt = None if state() is State.PENDING else _begin_attempt(job_id)
    if attempt is None:
        return False
    trace.begin_work()
    trace.set_actor(f"job:{attempt.kind}")
    try:
        return _run(attempt) if _is_atomic(attempt) else _run_outside(attempt)
    finally:
        trace.end()


@transaction.atomic
def _begin_attempt(job_id: int) -> Job | None:
    """Count the attempt before it begins, so that a job that kills its worker backs off too."""
    job = due().filter(pk=job_id).select_for_update(skip_locked=True).first()
    if job is None:
        return None
    if job.attempts >= _max_attempts(job):
        job.failed_at, job.last_error = timezone.now(), WORKER_LOST
        job.running_until = None
        job.save()
        return None
    now = timezone.now()
    job.attempts += 1
    job.due_at = now + min(FIRST_PAUSE * 2 ** (job.attempts - 1), LONGEST_PAUSE)
    job.running_until = None if _is_atomic(job) else now + LONGEST_RUN
    job.save()
    return job


@transaction.atomic
def _run(attempt: Job) -> bool:
    """Commit the job's writes together with its end, or not at all."""
    rows = Job.objects.filter(IS_OPEN, pk=attempt.pk, attempts=attempt.attempts)
    job = rows.select_for_update(skip_locked=True).first()
    if job is None:
        return False
    try:
        with transaction.atomic():
            _function_of(job)(job)
        failpoint("jobs.before_commit")
    except Exception as error:
        _note_failure(job, error)
    else:
        job.done_at = timezone.now()
    job.save()
    return True


def _run_outside(attempt: Job) -> bool:
    """For kinds that are not atomic. Stores the end unless another attempt began meanwhile."""
    try:
        _function_of(attempt)(attempt)
    except Exception as error:
        _note_failure(attempt, error)
    else:
        attempt.done_at = timezone.now()
    rows = Job.objects.filter(IS_OPEN, pk=attempt.pk, running_until=attempt.running_until)
    return bool(
        rows.update(
            running_until=None,
            done_at=attempt.done_at,
            failed_at=attempt.failed_at,
            last_error=attempt.last_error,
        )
    )


def _is_atomic(job: Job) -> bool:
    kind = job_kinds().get(job.kind)
    return kind is None or kind.atomic


def _function_of(job: Job) -> Run:
    """Raises UnknownKind, for instance in a worker of an earlier release."""
    kind = job_kinds().get(job.kind)
    if kind is None:
        raise UnknownKind(job.kind)
    return kind.run


def _note_failure(job: Job, error: Exception) -> None:
    """Only the error's type is stored: its text may hold personal data."""
    job.last_error = type(error).__name__
    log.warning("job %s (%s) failed: %s", job.pk, job.kind, job.last_error)
    if job.attempts >= _max_attempts(job):
        job.failed_at = timezone.now()


def _max_attempts(job: Job) -> int:
    kind = job_kinds().get(job.kind)
    return kind.max_attempts if kind else DEFAULT_ATTEMPTS


def delete_jobs(kind: str, subjects: Sequence[str]) -> None:
    """Delete the jobs of these subjects, whatever their state, so that an erasure leaves no id."""
    Job.objects.filter(kind=kind, subject__in=subjects).delete()
