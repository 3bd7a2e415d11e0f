"""Jobs of reports."""

from uuid import UUID

from core.conduct.models import Report
from core.conduct.notifications import REPORTED
from core.jobs.models import Job
from core.jobs.registry import job_kind
from core.notifications.services import notify
from core.users.recipients import directors_of


@job_kind("conduct.new_report")
def notify_of_report(job: Job) -> None:
    """Notify those who decide, but neither the reporter nor the one who was reported."""
    row = Report.objects.filter(pk=UUID(job.subject)).select_related("match").first()
    if row is None or row.match is None:
        return
    for user_id in directors_of(row.match.learner_id, without={row.reporter_id, row.reported_id}):
        notify(user_id=user_id, kind=REPORTED, subject=str(row.pk), version=1)
