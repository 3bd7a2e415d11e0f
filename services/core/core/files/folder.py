"""The file store in a folder."""

from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from pathlib import Path

from django.core.files.storage import FileSystemStorage

from core.files import stores
from core.files.stores import StoredBytes


class PrivateFolderStorage(FileSystemStorage):
    """Files and folders are readable by their owner alone."""

    def __init__(self, location: str) -> None:
        super().__init__(location, file_permissions_mode=0o600, directory_permissions_mode=0o700)

    def delete(self, name: str) -> None:
        """Deletes the user's folder as well once it is empty."""
        super().delete(name)
        with suppress(OSError):  # it is not empty, or does not exist
            Path(self.path(name)).parent.rmdir()

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
