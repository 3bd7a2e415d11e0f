"""The file store in a folder."""

import os
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import Any

from django.core.files.base import File as OpenFile
from django.core.files.storage import FileSystemStorage

from core.files import stores
from core.files.stores import StoredBytes


class PrivateFolderStorage(FileSystemStorage):
    """Files and folders are readable by their owner alone."""

    def __init__(self, location: str) -> None:
        super().__init__(location, file_permissions_mode=0o600, directory_permissions_mode=0o700)

    def _save(self, name: str, content: "OpenFile[Any]") -> str:
        """Returns once bytes and name are on the disk: rows that name them are committed after."""
        saved: str = super()._save(name, content)  # type: ignore[misc]  # the stubs lack it
        path = Path(self.path(saved))
        for written in (path, path.parent, path.parent.parent):  # the folders may be new
            _sync(written)
        return saved

    def delete(self, name: str) -> None:
        """Deletes the user's folder as well once it is empty. Folders of other names stay: several
        processes write into them at once."""
        super().delete(name)
        folder = Path(self.path(name)).parent
        if folder.name.isdecimal():
            with suppress(OSError):  # it is not empty, or does not exist
                folder.rmdir()

    def page(self, after: str) -> list[StoredBytes]:
        return [*islice(self._files(after), stores.PAGE)]

    def _files(self, after: str) -> Iterator[StoredBytes]:
        """Leaves out what is deleted meanwhile."""
        for name in self._names(after):
            with suppress(FileNotFoundError):
                yield StoredBytes(name, self.get_modified_time(name))

    def _names(self, after: str) -> Iterator[str]:
        for folder in sorted(f"{name}/" for name in self.listdir("")[0]):
            if folder > after or after.startswith(folder):
                names = (folder + name for name in self._names_in(folder))
                yield from sorted(name for name in names if name > after)

    def _names_in(self, folder: str) -> list[str]:
        with suppress(FileNotFoundError):
            return self.listdir(folder)[1]
        return []


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
