"""What the file store of the settings offers: Django's storage, and a listing in pages."""

from datetime import datetime
from typing import IO, Any, NamedTuple, Protocol

from django.core.files.base import File as OpenFile

PAGE = 500
"""So few that a job lists and deletes them within its time."""


class StoredBytes(NamedTuple):
    """The bytes of one file or blob in the store, under `<id of the owner>/<id of the file>` or
    `shared/<id>`."""

    name: str
    modified_at: datetime


class FileStore(Protocol):
    """`core.files.folder` and `core.files.bucket` implement it, both as storages of Django."""

    def save(self, name: str, content: IO[Any]) -> str: ...

    def open(self, name: str) -> "OpenFile[Any]":
        """Raises FileNotFoundError. What is returned knows its `size` and may be read once."""

    def delete(self, name: str) -> None:
        """No-op for a name that is not in the store."""

    def listdir(self, path: str) -> tuple[list[str], list[str]]:
        """Folders and files. May raise FileNotFoundError."""

    def page(self, after: str) -> list[StoredBytes]:
        """At most PAGE files, in the order of their names, the first ones after this name."""
