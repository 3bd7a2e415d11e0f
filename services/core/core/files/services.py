"""The file store: bytes under the names that rows hold.

Bytes are written before their row commits and deleted after it is gone, so a crash leaves bytes
without a row, never a row without bytes; `sweep_orphans` deletes them. The store may take long to
answer, so nothing calls it in a transaction that holds locks.
"""

import hashlib
import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from functools import partial
from typing import IO, Any, cast

from django.contrib.auth import get_user_model
from django.core.files.base import File as OpenFile
from django.core.files.storage import storages
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from core.files import staging, stores
from core.files.models import Blob, File
from core.files.stores import FileStore, StoredBytes
from core.kit.errors import DomainError, Unavailable
from core.kit.retention import lock_rows
from ongoza_contracts.event import uuid7

log = logging.getLogger(__name__)

PART_BYTES = 2**16
SHARED = "shared"
"""The folder of the bytes that uploads refer to."""
ORPHAN_AGE = timedelta(days=1)
"""Younger bytes may belong to a transaction that has not committed yet."""


class FileGone(DomainError):
    """After a restore of the database without the store, for instance."""

    status = 410
    code = "file_gone"
    detail = "The bytes of this file were lost. Announce and upload it again, or request it again."


@contextmanager
def file_store() -> Iterator[FileStore]:
    """The store. Raises Unavailable for whatever it raises, but FileNotFoundError."""
    try:
        yield cast("FileStore", storages["files"])
    except FileNotFoundError:
        raise
    except Exception as error:  # each kind of store raises its own
        log.exception("the file store failed")
        raise Unavailable from error


def write_file(
    *,
    owner_id: int,
    purpose: File.Purpose,
    content: IO[bytes],
    content_type: str,
    expires_at: datetime,
) -> File:
    """Write bytes into the store; returns their row, which the caller saves. Raises Unavailable."""
    file_id = uuid7()
    content.seek(0)
    digest, size = hashlib.sha256(), 0
    while part := content.read(PART_BYTES):
        digest.update(part)
        size += len(part)
    content.seek(0)
    with file_store() as store:
        name = store.save(f"{owner_id}/{file_id}", OpenFile(content))
    return File(
        id=file_id,
        owner_id=owner_id,
        purpose=purpose,
        name=name,
        size=size,
        sha256=digest.hexdigest(),
        content_type=content_type,
        expires_at=expires_at,
    )


def write_blob(content: IO[bytes], *, sha256: str, size: int, content_type: str) -> Blob:
    """Write bytes of which the caller knows the hash, under a name that no others ever have;
    returns their row, which the caller saves. Raises Unavailable."""
    content.seek(0)
    with file_store() as store:
        name = store.save(f"{SHARED}/{uuid7()}", OpenFile(content))
    return Blob(sha256=sha256, name=name, size=size, content_type=content_type)


def open_file(file: File | Blob) -> "OpenFile[Any]":
    """The bytes, to be read once. Raises FileGone, and Unavailable if the store does not answer."""
    with suppress(FileNotFoundError), file_store() as store:
        opened = store.open(file.name)
        if opened.size == file.size:
            return opened
        opened.close()
    raise FileGone


def is_stored(file: File | Blob) -> bool:
    """Raises Unavailable if the store does not answer."""
    try:
        open_file(file).close()
    except FileGone:
        return False
    return True


# --- deleting ----------------------------------------------------------------------------------
def delete_files(files: QuerySet[File]) -> int:
    """Delete the rows now and the bytes once the transaction commits; how many rows."""
    rows = lock_rows(files)
    names = [*rows.values_list("name", flat=True)]
    rows.delete()
    transaction.on_commit(partial(delete_bytes, names), robust=True)
    return len(names)


def erase_files(user_id: int) -> int:
    """Delete the user's rows, and once the transaction commits all bytes in the user's folder;
    how many rows."""
    rows = File.objects.filter(owner_id=user_id).delete()[0]
    transaction.on_commit(partial(_delete_folder, str(user_id)), robust=True)
    return rows


def remaining_files(user_id: int) -> int:
    """How many files are in the user's folders: of the store, and of uploads under way."""
    return len(_names_in(str(user_id))) + len(staging.staged_files(user_id))


def delete_bytes(names: Iterable[str]) -> None:
    """No-op for a name that is not in the store."""
    with file_store() as store:
        for name in names:
            store.delete(name)


def _delete_folder(folder: str) -> None:
    delete_bytes(_names_in(folder))


def _names_in(folder: str) -> list[str]:
    with suppress(FileNotFoundError), file_store() as store:
        return [f"{folder}/{name}" for name in store.listdir(folder)[1]]
    return []


# --- sweeping ----------------------------------------------------------------------------------
def sweep_orphans(after: str = "") -> str:
    """Delete the bytes of one page of the store that no row names. Returns the name after which
    the next page begins, empty at the end of the store."""
    page = _page(after)
    delete_bytes(_orphans(page))
    return page[-1].name if len(page) == stores.PAGE else ""


def _page(after: str) -> list[StoredBytes]:
    with suppress(FileNotFoundError), file_store() as store:
        return store.page(after)
    return []


def _orphans(page: list[StoredBytes]) -> list[str]:
    """Those of users who do not exist, and those older than ORPHAN_AGE."""
    names = [one.name for one in page]
    rows = (model.objects.filter(name__in=names) for model in (File, Blob))
    known = {name for found in rows for name in found.values_list("name", flat=True)}
    unknown = [one for one in page if one.name not in known and "/" in one.name]
    owners = {_folder(one) for one in unknown if _folder(one).isdecimal()}
    users = get_user_model()._default_manager.filter(pk__in=[int(owner) for owner in owners])
    existing = {*users.values_list("pk", flat=True)}
    erased = {owner for owner in owners if int(owner) not in existing}
    limit = timezone.now() - ORPHAN_AGE
    return [one.name for one in unknown if _folder(one) in erased or one.modified_at < limit]


def _folder(stored: StoredBytes) -> str:
    return stored.name.partition("/")[0]
