from uuid import UUID

from core.exports.models import TableExport
from core.exports.selectors import KIND
from core.exports.services import build_table
from core.jobs.models import Job
from core.jobs.registry import job_kind


@job_kind(KIND, atomic=False, max_attempts=5)
def build(job: Job) -> None:
    row = TableExport.objects.filter(pk=UUID(job.subject), ended_at=None).first()
    if row is not None:
        build_table(row)
