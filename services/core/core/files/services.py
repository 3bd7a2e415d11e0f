"""The file store: bytes under the names that rows hold.

Bytes are written before their row commits and deleted after it is gone, so a crash leaves bytes
without a row, never a row without bytes; `sweep_orphans` deletes them.
"""

import hashlib
import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from functools import partial
from typing import IO, Any

from django.contrib.auth import get_user_model
from django.core.files.base import File as OpenFile
from django.core.files.storage import Storage, storages
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from core.files.models import File
from core.kit.errors import DomainError, Unavailable
from core.kit.retention import lock_rows
from ongoza_contracts.event import uuid7

log = logging.getLogger(__name__)

PART_BYTES = 2**16
ORPHAN_AGE = timedelta(days=1)
"""Younger bytes may belong to a transaction that has not committed yet."""


class FileGone(DomainError):
    """After a restore of the database without the store, for instance."""

    status = 410
    code = "file_gone"
    detail = "The bytes of this file are no longer stored. Ask for a new file."


@contextmanager
def file_store() -> Iterator[Storage]:
    """The store. Raises Unavailable for whatever it raises, but FileNotFoundError."""
    try:
        yield storages["files"]
    except FileNotFoundError:
        raise
    except Exception as error:  # each kind of store raises its own
        log.exception("the file store failed")
        raise Unavailable from error


def store_file(
    *,
    owner_id: int,
    purpose: File.Purpose,
    content: IO[bytes],
    content_type: str,
    expires_at: datetime,
) -> File:
    """Write bytes into the store, and their row in the caller's transaction. Raises Unavailable."""
    file_id = uuid7()
    content.seek(0)
    digest, size = hashlib.sha256(), 0
    while part := content.read(PART_BYTES):
        digest.update(part)
        size += len(part)
    content.seek(0)
    with file_store() as store:
        name = store.save(f"{owner_id}/{file_id}", OpenFile(content))
    return File.objects.create(
        id=file_id,
        owner_id=owner_id,
        purpose=purpose,
        name=name,
        size=size,
        sha256=digest.hexdigest(),
        content_type=content_type,
        expires_at=expires_at,
    )


def open_file(file: File) -> "OpenFile[Any]":
    """The bytes, to be read. Raises FileGone, and Unavailable when the store does not answer."""
    with suppress(FileNotFoundError), file_store() as store:
        if store.size(file.name) == file.size:
            opened = store.open(file.name)
            opened.seek(0)  # a bucket sends the bytes now, before an answer has begun
            return opened
    raise FileGone


# --- deleting ----------------------------------------------------------------------------------
def delete_files(files: QuerySet[File]) -> int:
    """Delete the rows now and the bytes once the transaction commits; how many rows."""
    rows = lock_rows(files)
    names = [*rows.values_list("name", flat=True)]
    rows.delete()
    transaction.on_commit(partial(_delete_bytes, names), robust=True)
    return len(names)


def erase_files(user_id: int) -> dict[str, int]:
    """Delete the user's rows, and once the transaction commits all bytes in the user's folder;
    how many of both."""
    stored = remaining_files(user_id)
    rows = File.objects.filter(owner_id=user_id).delete()[0]
    transaction.on_commit(partial(_delete_folder, str(user_id)), robust=True)
    return {"files.File": rows, "stored files": stored}


def remaining_files(user_id: int) -> int:
    """How many files are in the user's folder of the store."""
    return len(_names_in(str(user_id)))


def sweep_orphans() -> int:
    """Delete bytes that no row names: those of users who were erased, and those older than
    ORPHAN_AGE; how many."""
    return sum(_sweep(folder) for folder in _list("")[0])


def _sweep(folder: str) -> int:
    names = _names_in(folder)
    known = {*File.objects.filter(name__in=names).values_list("name", flat=True)}
    orphans = [name for name in names if name not in known]
    if folder.isdecimal() and not get_user_model()._default_manager.filter(pk=int(folder)).exists():
        _delete_folder(folder)
        return len(orphans)
    old = [name for name in orphans if _is_old(name)]
    _delete_bytes(old)
    return len(old)


def _is_old(name: str) -> bool:
    with suppress(FileNotFoundError), file_store() as store:
        return store.get_modified_time(name) < timezone.now() - ORPHAN_AGE
    return False  # deleted meanwhile


def _delete_folder(folder: str) -> None:
    _delete_bytes([*_names_in(folder), folder])


def _delete_bytes(names: Iterable[str]) -> None:
    """No-op for a name that is not in the store."""
    with file_store() as store:
        for name in names:
            store.delete(name)


def _names_in(folder: str) -> list[str]:
    return [f"{folder}/{name}" for name in _list(folder)[1]]


def _list(folder: str) -> tuple[list[str], list[str]]:
    """Folders and files; none in a folder that does not exist."""
    with suppress(FileNotFoundError), file_store() as store:
        return store.listdir(folder)
    return [], []
