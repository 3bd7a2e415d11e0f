"""Reads of uploads: each user's own, and nobody else's."""

from uuid import UUID

from django.db.models import QuerySet

from core.files.models import Upload
from core.kit.errors import Conflict, NotFound


class UploadIncomplete(Conflict):
    code = "upload_incomplete"
    detail = "The file has no content yet: upload the rest of its chunks."


def uploads_of(owner_id: int) -> QuerySet[Upload]:
    """The newest first."""
    return Upload.objects.filter(owner_id=owner_id).select_related("blob")


def own_upload(owner_id: int, upload_id: UUID) -> Upload:
    """Raises NotFound, also for an upload of somebody else."""
    upload = uploads_of(owner_id).filter(pk=upload_id).first()
    if upload is None:
        raise NotFound
    return upload


def complete_upload(owner_id: int, upload_id: UUID) -> Upload:
    """Raises NotFound and UploadIncomplete."""
    upload = own_upload(owner_id, upload_id)
    if upload.blob is None:
        raise UploadIncomplete
    return upload
