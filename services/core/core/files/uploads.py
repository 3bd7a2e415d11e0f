"""Everything that changes uploads: files that users send in chunks.

One request at a time writes to an upload (`staging`), and the row says how far it is. After the
last chunk the bytes are checked as a whole and written to the store, also where it has them: no
answer tells whether somebody else has the same file. The copy that is not needed is deleted.
"""

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import QuerySet, Sum
from django.utils import timezone

from core.files import staging
from core.files.content_types import HEAD_BYTES, TypeDetector, TypeNotAllowed
from core.files.models import Blob, Upload
from core.files.selectors import own_upload, uploads_of
from core.files.services import PART_BYTES, SHARED, delete_bytes, is_stored, write_blob
from core.files.staging import StagedFile, open_staged
from core.kit.errors import Conflict, DomainError, NotFound, Unavailable
from core.kit.limits import lock_parent, require_below_limit
from core.kit.retention import lock_rows

MAX_CHUNK_BYTES = 192 * 1024
MAX_UPLOADS = 1000
"""Of one user: the quota alone would allow millions of small files."""
UNUSED_NAME = f"{SHARED}/none"
"""A name that no bytes in the store have: deleting it takes as long as deleting a copy."""


class FileTooLarge(DomainError):
    code = "file_too_large"


class QuotaExceeded(Conflict):
    code = "quota_exceeded"


class TooManyUploads(QuotaExceeded):
    detail = f"You have {MAX_UPLOADS} files, as many as there can be: delete some."


class WrongOffset(Conflict):
    code = "wrong_offset"

    def __init__(self, offset: int) -> None:
        super().__init__(f"The next chunk begins at byte {offset}.")
        self.offset = offset


class ChunkHashMismatch(DomainError):
    code = "chunk_hash_mismatch"
    detail = "The chunk does not have the SHA-256 of Content-SHA256: send it again."


class ChunkTooLong(DomainError):
    code = "chunk_too_long"
    detail = "The chunk ends after the end of the file."


class HashMismatch(DomainError):
    code = "hash_mismatch"
    detail = "The bytes do not have the SHA-256 of the file: upload it again from byte 0."


@dataclass(frozen=True)
class Chunk:
    offset: int
    content: bytes
    sha256: str

    @property
    def end(self) -> int:
        return self.offset + len(self.content)


# --- creating and deleting -----------------------------------------------------------------------
def create_upload(*, owner_id: int, name: str, size: int, sha256: str) -> tuple[Upload, bool]:
    """The owner's upload of this name and these bytes, and whether it is new: a repeated request
    finds the one that is there, and begins it again if its bytes were lost. A new one is complete
    at once if the owner has the same bytes under another name.

    Raises FileTooLarge, QuotaExceeded, Busy, NotFound for a user who is erased meanwhile, and
    Unavailable if the store does not answer for a complete upload.
    """
    if size > settings.UPLOAD_MAX_BYTES:
        raise FileTooLarge(f"A file has at most {settings.UPLOAD_MAX_BYTES} bytes.")
    equal = uploads_of(owner_id).filter(size=size, sha256=sha256)
    lost = _find_lost(equal)
    with lock_parent(_owners(owner_id)):
        if (existing := equal.filter(name=name).first()) is not None:
            if existing.blob is not None and existing.blob.name == lost:
                _reopen(existing)
            return existing, False
        _require_quota(owner_id, size)
        new = Upload(owner_id=owner_id, name=name, size=size, sha256=sha256)
        return _add(new, equal, lost), True


def _find_lost(uploads: QuerySet[Upload]) -> str:
    """The name of the bytes that these uploads share, if the store has lost them, else empty."""
    upload = uploads.exclude(blob=None).first()
    return "" if upload is None or is_stored(upload.content) else upload.content.name


def _reopen(upload: Upload) -> None:
    """The bytes are to be sent again; the blob takes them over from the first upload that has
    them."""
    upload.blob, upload.offset, upload.last_chunk_sha256 = None, 0, ""
    upload.changed_at = timezone.now()
    upload.save()
    _free_blobs([upload.sha256])


def _add(new: Upload, equal: QuerySet[Upload], lost: str) -> Upload:
    complete = equal.exclude(blob=None).first()
    if complete is not None and complete.content.name != lost:
        new.blob, new.offset = complete.blob, new.size
    new.save(force_insert=True)
    return new


def delete_upload(*, owner_id: int, upload_id: UUID) -> None:
    """Raises NotFound and Busy."""
    with lock_parent(_owners(owner_id)):
        if not delete_uploads(Upload.objects.filter(owner_id=owner_id, pk=upload_id)):
            raise NotFound


def delete_uploads(uploads: QuerySet[Upload]) -> int:
    """Delete the rows now; once the transaction commits, bytes that no other row refers to. How
    many rows."""
    rows = lock_rows(uploads)
    found = [*rows.values_list("owner_id", "pk", "blob_id")]
    rows.delete()
    release_blobs({blob for _, _, blob in found if blob is not None})
    for owner_id, upload_id, blob in found:
        if blob is None:
            remove = partial(staging.delete_staged, owner_id, upload_id)
            transaction.on_commit(remove, robust=True)
    return len(found)


def erase_uploads(user_id: int) -> int:
    """Delete the user's rows, and once the transaction commits the bytes; how many rows."""
    transaction.on_commit(partial(staging.delete_all_staged, user_id), robust=True)
    return delete_uploads(Upload.objects.filter(owner_id=user_id))


def _owners(owner_id: int) -> QuerySet[Any]:
    """The one user, by whose lock requests count and change the user's uploads in turn."""
    return get_user_model()._default_manager.filter(pk=owner_id)


def _require_quota(owner_id: int, size: int) -> None:
    """Uploads count with their whole size as soon as they are created."""
    uploads = Upload.objects.filter(owner_id=owner_id)
    left = settings.UPLOAD_QUOTA_BYTES - int(uploads.aggregate(size=Sum("size"))["size"] or 0)
    if size > left:
        raise QuotaExceeded(f"{max(left, 0)} bytes are left for your files: delete some.")
    require_below_limit(uploads, MAX_UPLOADS, TooManyUploads)


def release_blobs(hashes: Iterable[str]) -> None:
    """Delete those that no row refers to any more, and their bytes once the transaction commits."""
    if names := _free_blobs(hashes):
        transaction.on_commit(partial(delete_bytes, names), robust=True)


def _free_blobs(hashes: Iterable[str]) -> list[str]:
    """Delete the rows of those that no row refers to; the names of their bytes."""
    unreferred = dict.fromkeys(relation.name for relation in Blob._meta.related_objects)
    unused = lock_rows(Blob.objects.filter(pk__in=hashes)).filter(**unreferred)
    names = [*unused.values_list("name", flat=True)]
    unused.delete()
    return names


# --- chunks --------------------------------------------------------------------------------------
def append_chunk(*, owner_id: int, upload_id: UUID, chunk: Chunk) -> Upload:
    """Write a chunk, and after the last one the whole file to the store. No-op for a chunk that has
    arrived before.

    Raises NotFound, ChunkHashMismatch, InFlight, WrongOffset, ChunkTooLong, TypeNotAllowed,
    HashMismatch and Unavailable. After the last one the same chunk tries again.
    """
    if hashlib.sha256(chunk.content).hexdigest() != chunk.sha256:
        raise ChunkHashMismatch
    upload = own_upload(owner_id, upload_id)
    if upload.blob_id is None:
        with open_staged(owner_id, upload_id) as staged:
            upload = own_upload(owner_id, upload_id)  # as the request before has left it
            if upload.blob_id is None:
                _receive(upload, staged, chunk)
                if upload.offset == upload.size:
                    _finish(upload, staged)
                return own_upload(owner_id, upload_id)
    _require_last(upload, chunk)
    return upload


def _require_last(upload: Upload, chunk: Chunk) -> None:
    """A complete upload takes its last chunk again. Raises WrongOffset."""
    if chunk.end != upload.size or chunk.sha256 != upload.last_chunk_sha256:
        raise WrongOffset(upload.size)


def _receive(upload: Upload, staged: StagedFile, chunk: Chunk) -> None:
    received = min(upload.offset, staged.size)  # the folder may have lost bytes
    if chunk.end <= received and staged.read(chunk.offset, len(chunk.content)) == chunk.content:
        return
    if chunk.offset != received:
        raise WrongOffset(received)
    if chunk.end > upload.size:
        raise ChunkTooLong
    if chunk.offset == 0 and chunk.end >= min(HEAD_BYTES, upload.size):
        TypeDetector().feed(chunk.content)
    staged.write(chunk.offset, chunk.content)
    _set_offset(upload, staged, chunk.end, chunk.sha256)


def _set_offset(upload: Upload, staged: StagedFile, offset: int, chunk_sha256: str = "") -> None:
    """Raises NotFound if the upload was deleted meanwhile."""
    upload.offset, upload.last_chunk_sha256 = offset, chunk_sha256
    changes = {"offset": offset, "last_chunk_sha256": chunk_sha256, "changed_at": timezone.now()}
    if not Upload.objects.filter(pk=upload.pk).update(**changes):
        staged.delete()
        raise NotFound


# --- the whole file ------------------------------------------------------------------------------
def _finish(upload: Upload, staged: StagedFile) -> None:
    """Locks nothing in the database while the store answers."""
    try:
        content_type = _check(upload, staged)
    except (HashMismatch, TypeNotAllowed):
        staged.clear()
        _set_offset(upload, staged, 0)
        raise
    new = write_blob(staged.file, sha256=upload.sha256, size=upload.size, content_type=content_type)
    unused = _complete(upload, new, _lost_name(new))
    staged.delete()
    with suppress(Unavailable):  # then `sweep_orphans` deletes them
        delete_bytes([unused])


def _lost_name(new: Blob) -> str:
    """The name that the blob of this hash has, if the store has lost its bytes, else empty. Asks
    the store for the new bytes where there is no blob: the request takes as long then."""
    blob = Blob.objects.filter(pk=new.pk).first() or new
    return "" if is_stored(blob) else blob.name


def _check(upload: Upload, staged: StagedFile) -> str:
    """The type of the bytes. Raises HashMismatch and TypeNotAllowed."""
    digest, detector = hashlib.sha256(), TypeDetector()
    for piece in _pieces(staged):
        digest.update(piece)
    if digest.hexdigest() != upload.sha256:
        raise HashMismatch
    for piece in _pieces(staged):
        detector.feed(piece)
    return detector.finish()


def _pieces(staged: StagedFile) -> Iterator[bytes]:
    staged.file.seek(0)
    while piece := staged.file.read(PART_BYTES):
        yield piece


@transaction.atomic
def _complete(upload: Upload, new: Blob, lost: str) -> str:
    """The name of the bytes that no row names any more. If the upload still exists, it gets the
    blob of its hash, which takes the name of the new bytes if its own were lost."""
    if Upload.objects.filter(pk=upload.pk).select_for_update().first() is None:
        return new.name
    former = get_or_create_blob(new).name
    if former == lost:
        Blob.objects.filter(pk=new.pk).update(name=new.name)
    Upload.objects.filter(pk=upload.pk).update(blob=new, changed_at=timezone.now())
    if former == new.name:
        return UNUSED_NAME
    return former if former == lost else new.name


def get_or_create_blob(new: Blob) -> Blob:
    """The blob of this hash, locked; `new`, inserted, where there is none."""
    Blob.objects.bulk_create(
        [new], update_conflicts=True, unique_fields=["sha256"], update_fields=["content_type"]
    )
    return Blob.objects.get(pk=new.pk)


# --- sweeping ------------------------------------------------------------------------------------
def sweep_staged() -> None:
    """Delete the bytes of uploads that are not under way any more, of erased users for instance."""
    for owner_id in staging.owners():
        files = staging.staged_files(owner_id)  # before the rows, which are older than their files
        rows = Upload.objects.filter(owner_id=owner_id, blob=None)
        under_way = {str(pk) for pk in rows.values_list("pk", flat=True)}
        for file in files:
            if file.name not in under_way:
                file.unlink(missing_ok=True)
        staging.delete_folder_if_empty(owner_id)
