"""Asking for an archive of one's data, and building it outside of a transaction."""

from datetime import timedelta
from tempfile import SpooledTemporaryFile

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from core.export.archive import write_archive
from core.export.selectors import KIND, Export, archives_of, export_of
from core.files.models import File
from core.files.services import delete_bytes, delete_files, write_file
from core.jobs.services import schedule
from core.users.models import User
from core.users.recipients import active_recipient

IN_MEMORY_BYTES = 8 * 2**20
MAIL_KIND = "export.mail_ready"


@transaction.atomic
def request_export(user: User) -> Export:
    """Schedule an archive of the user's data; no-op while one is under way."""
    schedule(KIND, user_id=user.pk, key=str(user.pk))
    return export_of(user)


def build_export(user: User) -> None:
    """Store a new archive, which replaces earlier ones, and have a mail sent. Locks nothing while
    it is written; without effect for a user who is erased meanwhile."""
    with SpooledTemporaryFile(IN_MEMORY_BYTES) as content:
        write_archive(user, content)
        file = write_file(
            owner_id=user.pk,
            purpose=File.Purpose.EXPORT,
            content=content,
            content_type="application/zip",
            expires_at=timezone.now() + timedelta(days=settings.EXPORT_DAYS),
        )
    if not _replace_archives(user, file):
        delete_bytes([file.name])


@transaction.atomic
def _replace_archives(user: User, file: File) -> bool:
    """Whether the user still exists and is active."""
    if active_recipient(user.pk) is None:
        return False
    delete_files(archives_of(user))
    file.save(force_insert=True)
    schedule(MAIL_KIND, user_id=user.pk)
    return True
