from uuid import UUID

from core.jobs.models import Job
from core.jobs.registry import job_kind
from core.sponsor_reports.models import SponsorReport
from core.sponsor_reports.selectors import KIND
from core.sponsor_reports.services import write_report


@job_kind(KIND, atomic=False, max_attempts=5)
def write(job: Job) -> None:
    rows = SponsorReport.objects.filter(pk=UUID(job.subject), ended_at=None)
    if row := rows.select_related("organization").first():
        write_report(row)
