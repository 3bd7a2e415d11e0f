"""Asking for a table as a file, and writing it outside of a transaction."""

from datetime import timedelta
from tempfile import SpooledTemporaryFile
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from core.access.selectors import has_permission
from core.exports.models import ExportKind, TableExport, TableFormat
from core.exports.selectors import KIND
from core.exports.tables import TABLES, Table
from core.exports.writers import CONTENT_TYPES, write_table
from core.files.models import File
from core.files.services import delete_bytes, write_file
from core.jobs.services import schedule
from core.kit.errors import BadParameter, DomainError, NotFound
from core.users.models import User
from core.users.recipients import active_recipient

IN_MEMORY_BYTES = 8 * 2**20


class NotPermitted(DomainError):
    status = 403
    code = "permission_denied"
    detail = "You may not read this table."


@transaction.atomic
def request_table(
    *,
    user: User,
    kind: ExportKind,
    form: TableFormat,
    byte_order_mark: bool,
    cohort_id: UUID | None,
) -> TableExport:
    """Schedule the file of a table. Raises NotPermitted, BadParameter for a format or a filter that
    the table does not have, and NotFound for a cohort out of reach."""
    wanted = TABLES[kind]
    if not has_permission(user, wanted.permission):
        raise NotPermitted
    if form not in wanted.formats:
        raise BadParameter(f"{kind} is exported as {' or '.join(sorted(wanted.formats))}.")
    if cohort_id is not None:
        if not wanted.takes_cohort:
            raise BadParameter(f"{kind} takes no cohort.")
        wanted.check_cohort(user, cohort_id)
    row = TableExport.objects.create(
        owner=user,
        kind=kind,
        format=form,
        byte_order_mark=byte_order_mark,
        cohort_id=cohort_id,
    )
    schedule(KIND, subject=str(row.pk), user_id=user.pk, key=str(row.pk))
    return row


def build_table(row: TableExport) -> None:
    """Write the file by what its owner may read now. Without effect for one who was erased."""
    user = active_recipient(row.owner_id)
    if user is None:
        return
    try:
        table, sources = _read(user, row)
    except (NotFound, NotPermitted):
        TableExport.objects.filter(pk=row.pk).update(ended_at=timezone.now())
        return
    TableExport.objects.filter(pk=row.pk).update(
        rows=len(table.rows), as_of=table.as_of, read_from=sources, named=[*table.named]
    )
    file = _write(row, table)
    if not _end(row, file):
        delete_bytes([file.name])


def _read(user: User, row: TableExport) -> tuple[Table, list[str]]:
    wanted = TABLES[ExportKind(row.kind)]
    if not has_permission(user, wanted.permission):
        raise NotPermitted
    sources = wanted.sources(user)
    return wanted.read(user, row.cohort_id), sorted(sources)


def _write(row: TableExport, table: Table) -> File:
    def note(written: int) -> None:
        TableExport.objects.filter(pk=row.pk).update(rows_written=written)

    with SpooledTemporaryFile(IN_MEMORY_BYTES) as content:
        form = TableFormat(row.format)
        write_table(table, form, content, mark=row.byte_order_mark, progress=note)
        return write_file(
            owner_id=row.owner_id,
            purpose=File.Purpose.TABLE,
            content=content,
            content_type=CONTENT_TYPES[form],
            expires_at=timezone.now() + timedelta(days=settings.EXPORT_DAYS),
        )


@transaction.atomic
def _end(row: TableExport, file: File) -> bool:
    """Whether the export still waits for its file, and its owner exists."""
    waiting = TableExport.objects.filter(pk=row.pk, ended_at=None)
    if active_recipient(row.owner_id) is None or not waiting.select_for_update().exists():
        return False
    file.save(force_insert=True)
    waiting.update(file=file, ended_at=timezone.now())
    return True
