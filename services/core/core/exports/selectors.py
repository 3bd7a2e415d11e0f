"""Reads of exported tables: each user's own, and nobody else's."""

from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet, TextField
from django.db.models.functions import Cast
from django.utils import timezone

from core.access.selectors import has_permission
from core.exports.models import ExportKind, TableExport, TableExportState
from core.exports.tables import TABLES
from core.files.models import File
from core.jobs.models import IN_STATE, Job, JobState
from core.kit.errors import NotFound
from core.sponsor_dashboard.selectors import all_may_be_named
from core.users.models import User

KIND = "exports.build"


def exports_of(user: User) -> QuerySet[TableExport]:
    """The newest first, each with `failed`, whether its job has no attempts left."""
    jobs = Job.objects.filter(
        IN_STATE[JobState.FAILED], kind=KIND, subject=Cast(OuterRef("pk"), TextField())
    )
    return (
        TableExport.objects.filter(owner=user).select_related("file").annotate(failed=Exists(jobs))
    )


def export_of(user: User, export_id: UUID) -> TableExport:
    """Raises NotFound, also for one of somebody else."""
    found = exports_of(user).filter(pk=export_id).first()
    if found is None:
        raise NotFound
    return found


def state_of(row: TableExport) -> TableExportState:
    """Of a row of `exports_of`."""
    if row.file and row.file.expires_at > timezone.now():
        return TableExportState.READY
    if row.ended_at is not None:
        return TableExportState.REFUSED if row.rows is None else TableExportState.EXPIRED
    failed: bool = row.failed  # type: ignore[attr-defined]
    return TableExportState.FAILED if failed else TableExportState.UNDER_WAY


def file_of(user: User, export_id: UUID) -> tuple[TableExport, File]:
    """Raises NotFound too when there is no file, when its owner lost a part of
    what it was read from, and when a learner may not be named to sponsors any more."""
    row = export_of(user, export_id)
    kind = TABLES[ExportKind(row.kind)]
    if row.file is None or state_of(row) != TableExportState.READY:
        raise NotFound
    if not has_permission(user, kind.permission) or not {*row.read_from} <= kind.sources(user):
        raise NotFound
    if not all_may_be_named({*row.named}):
        raise NotFound
    return row, row.file
