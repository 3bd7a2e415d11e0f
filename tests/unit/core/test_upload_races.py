"""Requests of one user, and of several with the same file, at the same time."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from django.db import connection
from django.db.models import Sum

from core.files.folder import PrivateFolderStorage
from core.files.models import Blob, Upload
from core.files.uploads import Chunk, append_chunk, create_upload, delete_upload
from core.kit.errors import DomainError
from core.users.models import User
from tests.unit.core.test_files import names, root
from tests.unit.core.uploaded import TEXT, digest
from tests.unit.core.world import person

__all__ = ["root"]
pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

THREADS = 6
Act = Callable[[int], Any]


@pytest.fixture(autouse=True)
def folders(root: Path, settings: Any, tmp_path: Path) -> None:
    settings.UPLOADS_ROOT = str(tmp_path / "uploads")


def at_once(act: Act, count: int = THREADS) -> list[Any]:
    """What each of several threads got: a result, or the code of a refusal."""
    barrier = Barrier(count)

    def run(number: int) -> Any:
        try:
            barrier.wait()
            return act(number)
        except DomainError as refusal:
            return refusal.code
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as threads:
        return [*threads.map(run, range(count))]


def create(user: User, number: int = 0) -> Upload:
    return create_upload(
        owner_id=user.pk, name=f"{number}.md", size=len(TEXT), sha256=digest(TEXT)
    )[0]


def send(upload: Upload, content: bytes = TEXT) -> Upload:
    chunk = Chunk(offset=0, content=content, sha256=digest(content))
    return append_chunk(owner_id=upload.owner_id, upload_id=upload.pk, chunk=chunk)


def test_requests_at_once_do_not_exceed_the_quota(settings: Any) -> None:
    settings.UPLOAD_QUOTA_BYTES = 3 * len(TEXT)
    amina = person("amina")
    for _ in range(5):
        found = at_once(lambda number: create(amina, number))
        assert found.count("quota_exceeded") == THREADS - 3
        assert Upload.objects.aggregate(size=Sum("size"))["size"] == 3 * len(TEXT)
        Upload.objects.all().delete()


def test_requests_at_once_with_the_same_file_create_one() -> None:
    amina = person("amina")
    assert len({*at_once(lambda _: create(amina).pk)}) == Upload.objects.count() == 1


def test_one_of_several_equal_chunks_at_once_is_written(root: Path) -> None:
    upload = create(person("amina"))
    found = at_once(lambda _: send(upload).state)
    assert {*found} <= {"complete", "in_flight"}
    assert "complete" in found
    assert send(upload).state == "complete"
    assert len(names(root)) == 1


def test_equal_files_of_several_users_at_once_are_one_blob(root: Path) -> None:
    uploads = [create(person(f"user-{number}")) for number in range(THREADS)]
    found = at_once(lambda number: send(uploads[number]).state)
    assert found == ["complete"] * THREADS
    assert Upload.objects.filter(blob=Blob.objects.get()).count() == THREADS
    assert names(root) == {Blob.objects.get().name}


def test_a_file_keeps_its_bytes_while_others_with_the_same_are_deleted_and_uploaded(
    root: Path,
) -> None:
    users = [person(f"user-{number}") for number in range(THREADS)]

    def upload_and_delete(number: int) -> None:
        for attempt in range(5):
            one = create(users[number], attempt)
            if one.state == "under_way":  # else the user has the file
                send(one)
            if number:
                delete_upload(owner_id=one.owner_id, upload_id=one.pk)

    assert at_once(upload_and_delete) == [None] * THREADS
    blob = Blob.objects.get()
    assert Upload.objects.count() == Upload.objects.filter(blob=blob).count() == 5
    assert (root / blob.name).read_bytes() == TEXT


def test_files_with_the_same_bytes_that_are_deleted_at_once_leave_no_blob(root: Path) -> None:
    uploads = [send(create(person(f"user-{number}"))) for number in range(THREADS)]
    at_once(lambda n: delete_upload(owner_id=uploads[n].owner_id, upload_id=uploads[n].pk))
    assert not Blob.objects.exists()


def test_bytes_that_change_while_they_are_stored_are_not_stored(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another user's file with this hash would get them."""
    upload = create(person("amina"))
    save = PrivateFolderStorage._save
    refused: list[Any] = []

    def save_slowly(store: Any, name: str, content: Any) -> str:
        refused.extend(at_once(lambda _: send(upload, bytes(reversed(TEXT))), 1))
        saved: str = save(store, name, content)
        return saved

    monkeypatch.setattr(PrivateFolderStorage, "_save", save_slowly)
    send(upload)
    assert refused == ["in_flight"]
    assert (root / Blob.objects.get().name).read_bytes() == TEXT
