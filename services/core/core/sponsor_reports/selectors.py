"""Reads of reports: each sponsor's own, and nobody else's."""

from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet, TextField
from django.db.models.functions import Cast
from django.utils import timezone

from core.files.models import File
from core.jobs.models import IN_STATE, Job, JobState
from core.kit.errors import NotFound
from core.sponsor_dashboard.selectors import sponsored_organizations
from core.sponsor_reports.models import ReportFileState, SponsorReport
from core.users.models import User

KIND = "sponsor_reports.write"


def reports_of(user: User) -> QuerySet[SponsorReport]:
    """Each with `failed`, whether its job has no attempts left."""
    jobs = Job.objects.filter(
        IN_STATE[JobState.FAILED], kind=KIND, subject=Cast(OuterRef("pk"), TextField())
    )
    rows = SponsorReport.objects.filter(owner=user).select_related("file")
    return rows.annotate(failed=Exists(jobs))


def report_of(user: User, report_id: UUID) -> SponsorReport:
    """Raises NotFound, also for one of somebody else."""
    found = reports_of(user).filter(pk=report_id).first()
    if found is None:
        raise NotFound
    return found


def state_of(row: SponsorReport) -> ReportFileState:
    """Of a row of `reports_of`."""
    if row.file and row.file.expires_at > timezone.now():
        return ReportFileState.READY
    if row.ended_at is not None:
        return ReportFileState.EXPIRED if row.was_written else ReportFileState.REFUSED
    failed: bool = row.failed  # type: ignore[attr-defined]
    return ReportFileState.FAILED if failed else ReportFileState.UNDER_WAY


def file_of(user: User, report_id: UUID) -> File:
    """Raises NotFound too without a file, and for who sponsors the organization no more."""
    row = report_of(user, report_id)
    may_read = sponsored_organizations(user).filter(pk=row.organization_id).exists()
    if row.file is None or state_of(row) != ReportFileState.READY or not may_read:
        raise NotFound
    return row.file
