"""Asking for an archive of one's data, and building it."""

from datetime import timedelta
from tempfile import SpooledTemporaryFile

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from core.export.archive import write_archive
from core.export.selectors import KIND, Export, archives_of, export_of
from core.files.models import File
from core.files.services import delete_files, store_file
from core.jobs.services import schedule
from core.users.models import User

IN_MEMORY_BYTES = 8 * 2**20
MAIL_KIND = "export.mail_ready"


@transaction.atomic
def request_export(user: User) -> Export:
    """Schedule an archive of the user's data; no-op while one is under way."""
    schedule(KIND, user_id=user.pk, key=str(user.pk))
    return export_of(user)


def build_export(user: User) -> None:
    """Store a new archive, which replaces earlier ones, and have a mail sent. The caller's lock
    keeps the user from being erased meanwhile."""
    with SpooledTemporaryFile(IN_MEMORY_BYTES) as content:
        write_archive(user, content)
        delete_files(archives_of(user))
        store_file(
            owner_id=user.pk,
            purpose=File.Purpose.EXPORT,
            content=content,
            content_type="application/zip",
            expires_at=timezone.now() + timedelta(days=settings.EXPORT_DAYS),
        )
    schedule(MAIL_KIND, user_id=user.pk)
