"""Imports of files that users upload: asked for, and carried out by a job."""

from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict
from tempfile import SpooledTemporaryFile
from typing import Any, BinaryIO, cast
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from core.access.selectors import extent
from core.files.selectors import complete_upload
from core.files.services import FileGone, open_file
from core.imports.competencies import CompetencyWriter
from core.imports.content import ContentWriter
from core.imports.mission_file import mission_rows
from core.imports.missions import MissionWriter
from core.imports.models import Import, ImportState
from core.imports.program_file import program_rows
from core.imports.programs import ProgramWriter
from core.imports.progress import ProgressWriter
from core.imports.reading import OF_ROWS, Format, RowError, Unreadable, format_of, suffixes
from core.imports.rows import CheckedRow, competency_rows, content_rows, progress_rows
from core.imports.selectors import JOB_KIND
from core.imports.services import Outcome, Writer, import_rows
from core.jobs.services import schedule
from core.kit.errors import DomainError
from core.users.models import User
from core.users.recipients import active_recipient
from ongoza_contracts.access import Permission

MAX_ROWS = 5_000
"""Fewer than a command takes, so that a job ends soon."""
ERRORS_STORED = 100
IN_MEMORY_BYTES = 4 * 2**20
PART_BYTES = 2**16
PERMISSIONS = {
    Import.Kind.CONTENT: Permission.CONTENT_MANAGE,
    Import.Kind.PROGRESS: Permission.PROGRESS_RECORD,
    Import.Kind.PROGRAM: Permission.CONTENT_MANAGE,
    Import.Kind.COMPETENCY: Permission.CONTENT_MANAGE,
    Import.Kind.MISSION: Permission.CONTENT_MANAGE,
}
IN_YAML = (Import.Kind.PROGRAM, Import.Kind.MISSION)


class NotForEverybody(DomainError):
    status = 403
    code = "forbidden"
    detail = "Importing needs the permission for everybody, not for an organization."


class UnknownFormat(DomainError):
    code = "unknown_format"


@transaction.atomic
def request_import(
    *, user: User, kind: Import.Kind, file_id: UUID, dry_run: bool, skip_invalid: bool
) -> Import:
    """Schedule the import of an upload of the user's own.

    Raises NotForEverybody, NotFound, UploadIncomplete and UnknownFormat.
    """
    if not extent(user, PERMISSIONS[kind]).everyone:
        raise NotForEverybody
    upload = complete_upload(user.pk, file_id)
    formats = (Format.YAML,) if kind in IN_YAML else OF_ROWS
    if format_of(upload.name) not in formats:
        raise UnknownFormat(f"The name of the file must end in one of {suffixes(formats)}.")
    row = Import.objects.create(
        owner=user, kind=kind, file=upload, dry_run=dry_run, skip_invalid=skip_invalid
    )
    schedule(JOB_KIND, subject=str(row.pk), user_id=user.pk)
    return row


def run_import(import_id: UUID) -> None:
    """Import a file; no-op for one that has ended. Reads the whole file before it locks anything.

    Raises Unavailable if the store does not answer.
    """
    found = Import.objects.select_related("file__blob").filter(pk=import_id, ended_at=None).first()
    if found is None:
        return
    with SpooledTemporaryFile(IN_MEMORY_BYTES) as copy, suppress(FileGone):
        form = _copy_file(found, copy)
        if form is not None and _may_import(found):
            _carry_out(found, cast("BinaryIO", copy), form)
            return
    _end(found, ImportState.FAILED, Counter(), [])


def _copy_file(row: Import, copy: Any) -> Format | None:
    """None for a file that its owner has deleted. Raises FileGone."""
    if row.file is None:
        return None
    with open_file(row.file.content) as content:
        while part := content.read(PART_BYTES):
            copy.write(part)
    copy.seek(0)
    return format_of(row.file.name)


def _may_import(row: Import) -> bool:
    """Whether the owner still has the permission."""
    owner = active_recipient(row.owner_id)
    return owner is not None and extent(owner, PERMISSIONS[Import.Kind(row.kind)]).everyone


@transaction.atomic
def _carry_out(row: Import, file: BinaryIO, form: Format) -> None:
    """Commits the counts together with what was written, so that a repeated job counts the same."""
    if not Import.objects.select_for_update().filter(pk=row.pk, ended_at=None).exists():
        return
    errors: list[RowError] = []
    try:
        counts = import_rows(
            _rows(row, file, form),
            _writer(row),
            dry_run=row.dry_run,
            skip_invalid=row.skip_invalid,
            on_error=lambda error: errors.append(error) if len(errors) < ERRORS_STORED else None,
            on_row=lambda rows: None,
        )
    except Unreadable as unreadable:
        _end(row, ImportState.INVALID, Counter(), [*unreadable.errors])
        return
    refused = counts[Outcome.INVALID] and not row.skip_invalid
    _end(row, ImportState.INVALID if refused else ImportState.DONE, counts, errors)


def _rows(row: Import, file: BinaryIO, form: Format) -> Iterator[CheckedRow]:
    match Import.Kind(row.kind):
        case Import.Kind.CONTENT:
            return content_rows(file, form, MAX_ROWS)
        case Import.Kind.PROGRESS:
            return progress_rows(file, form, MAX_ROWS)
        case Import.Kind.PROGRAM:
            return program_rows(file)
        case Import.Kind.COMPETENCY:
            return competency_rows(file, form, MAX_ROWS)
        case Import.Kind.MISSION:
            return mission_rows(file)


def _writer(row: Import) -> Writer:
    match Import.Kind(row.kind):
        case Import.Kind.CONTENT:
            return ContentWriter()
        case Import.Kind.PROGRESS:
            return ProgressWriter(row.owner_id)
        case Import.Kind.PROGRAM:
            return ProgramWriter()
        case Import.Kind.COMPETENCY:
            return CompetencyWriter()
        case Import.Kind.MISSION:
            return MissionWriter()


def _end(row: Import, state: ImportState, counts: Counter[Outcome], errors: list[RowError]) -> None:
    row.state, row.ended_at = state, timezone.now()
    for outcome in Outcome:
        setattr(row, outcome.value, counts[outcome])
    row.errors = [asdict(error) for error in errors[:ERRORS_STORED]]
    row.save()
