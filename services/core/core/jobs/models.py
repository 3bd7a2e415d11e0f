from enum import StrEnum

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from core.kit.choices import enum_choices

IS_OPEN = Q(done_at=None, failed_at=None)


class JobState(StrEnum):
    OPEN = "open"
    DONE = "done"
    FAILED = "failed"


STATES = enum_choices(JobState)
IN_STATE = {
    JobState.OPEN: IS_OPEN,
    JobState.DONE: ~Q(done_at=None),
    JobState.FAILED: ~Q(failed_at=None),
}


class Job(models.Model):
    """Work that is due at a time. The row holds ids alone; what runs it reads the rest again."""

    kind = models.CharField(max_length=64)
    subject = models.CharField(max_length=128, blank=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="+"
    )
    key = models.CharField(max_length=128, null=True, blank=True)  # noqa: DJ001  (no key is not a text)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    due_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True, editable=False)
    """When a tick sent its id to the workers."""
    running_until = models.DateTimeField(null=True, editable=False)
    """Until when a worker may run it outside of a transaction, which holds no lock of the row."""
    attempts = models.PositiveIntegerField(default=0)
    last_error = models.CharField(max_length=128, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    failed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(
                fields=("kind", "key"), condition=IS_OPEN, name="one_open_job_of_a_key"
            ),
        )
        indexes = (
            models.Index("due_at", condition=IS_OPEN, name="jobs_open_by_due_at"),
            models.Index("failed_at", condition=~Q(failed_at=None), name="jobs_failed"),
            models.Index("done_at", condition=~Q(done_at=None), name="jobs_by_done_at"),
            models.Index(
                "done_at", condition=~Q(done_at=None) & Q(user=None), name="jobs_of_no_user"
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}".strip()

    @property
    def state(self) -> JobState:
        if self.done_at is not None:
            return JobState.DONE
        return JobState.OPEN if self.failed_at is None else JobState.FAILED


class Tick(models.Model):
    """When jobs of a queue were last looked for: the sign of life of its worker, broker and beat.
    One row for each queue."""

    queue = models.CharField(max_length=32, unique=True)
    at = models.DateTimeField()

    class Meta:
        db_table = "jobs_tick"

    def __str__(self) -> str:
        return f"{self.queue} {self.at.isoformat()}"
