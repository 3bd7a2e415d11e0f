"""The bytes of uploads under way: a file for each, in the folder UPLOADS_ROOT.

All processes of core share the folder. Each user has a folder in it.
"""

import fcntl
import logging
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO
from uuid import UUID

from django.conf import settings

from core.kit.errors import InFlight, Unavailable

log = logging.getLogger(__name__)


class UploadInFlight(InFlight):
    detail = "Another chunk of this file is being processed. Try again shortly."


class StagedFile:
    """An open file that no other request reads or writes."""

    def __init__(self, path: Path, file: IO[bytes]) -> None:
        self.path = path
        self.file = file

    @property
    def size(self) -> int:
        return os.fstat(self.file.fileno()).st_size

    def read(self, offset: int, size: int) -> bytes:
        self.file.seek(offset)
        return self.file.read(size)

    def write(self, offset: int, content: bytes) -> None:
        """Drops what is there from this offset on, such as what a killed process has written."""
        self.file.truncate(offset)
        self.file.seek(offset)
        self.file.write(content)
        self.file.flush()

    def clear(self) -> None:
        self.file.truncate(0)

    def delete(self) -> None:
        self.path.unlink(missing_ok=True)


@contextmanager
def open_staged(owner_id: int, upload_id: UUID) -> Iterator[StagedFile]:
    """The file of an upload; deleted at the end if it is empty.

    Raises InFlight while another request has it open, and Unavailable when the folder fails.
    """
    path = _path(owner_id, upload_id)
    try:
        with _open(path) as file:
            _lock(file)
            try:
                yield StagedFile(path, file)
            finally:
                _delete_if_empty(path)
    except OSError as error:
        log.exception("the folder of uploads failed")
        raise Unavailable from error


def _open(path: Path) -> IO[bytes]:
    """Tries once more if `delete_folder_if_empty` has deleted the folder before the file was in."""
    with suppress(FileNotFoundError):
        return _create(path)
    return _create(path)


def _create(path: Path) -> IO[bytes]:
    for folder in (path.parent.parent, path.parent):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+b")


def _lock(file: IO[bytes]) -> None:
    """Until the file is closed, also by the end of the process."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise UploadInFlight from None
    if os.fstat(file.fileno()).st_nlink == 0:  # deleted by the request that had it open before
        raise UploadInFlight


def _delete_if_empty(path: Path) -> None:
    with suppress(FileNotFoundError):
        if path.stat().st_size == 0:
            path.unlink()


def delete_staged(owner_id: int, upload_id: UUID) -> None:
    _path(owner_id, upload_id).unlink(missing_ok=True)


def delete_all_staged(owner_id: int) -> None:
    """Deletes the user's folder."""
    shutil.rmtree(_folder(owner_id), ignore_errors=True)


def delete_folder_if_empty(owner_id: int) -> None:
    with suppress(OSError):  # it is not empty, or does not exist
        _folder(owner_id).rmdir()


def owners() -> list[int]:
    """The users who have a folder."""
    with suppress(FileNotFoundError):
        names = (one.name for one in Path(settings.UPLOADS_ROOT).iterdir())
        return sorted(int(name) for name in names if name.isdecimal())
    return []


def staged_files(owner_id: int) -> list[Path]:
    with suppress(FileNotFoundError):
        return sorted(_folder(owner_id).iterdir())
    return []


def _folder(owner_id: int) -> Path:
    return Path(settings.UPLOADS_ROOT) / str(owner_id)


def _path(owner_id: int, upload_id: UUID) -> Path:
    return _folder(owner_id) / str(upload_id)
