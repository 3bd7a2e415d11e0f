from django.db.models import QuerySet

from core.jobs.models import IN_STATE, Job, JobState


def jobs(*, kind: str | None, state: JobState | None) -> QuerySet[Job]:
    """The newest first."""
    rows = Job.objects.all()
    if kind is not None:
        rows = rows.filter(kind=kind)
    return rows.filter(IN_STATE[state]) if state else rows
