"""One copy of equal bytes in the store, and files whose bytes the store has lost."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from core.files import staging
from core.files.folder import PrivateFolderStorage
from core.files.models import Blob, Upload
from core.users.models import User
from tests.unit.core.test_files import names, root
from tests.unit.core.uploaded import (
    TEXT,
    amina,
    baraka,
    content_of,
    create,
    download,
    request,
    send,
    staged,
    upload,
    user,
)
from tests.unit.core.world import Caller, refusal

__all__ = ["amina", "baraka", "root", "staged", "user"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("staged")]


def lose(root: Path, damage: Callable[[Path], Any]) -> None:
    damage(root / Blob.objects.get().name)


LOSSES = pytest.mark.parametrize("damage", [Path.unlink, lambda path: path.write_bytes(b"short")])


# --- one copy ------------------------------------------------------------------------------------
def test_one_file_under_five_names_is_stored_once(amina: Caller, root: Path) -> None:
    ids = [create(amina, TEXT, f"{number}.md") for number in range(5)]
    for file_id in ids:
        assert send(amina, file_id, 0, TEXT)[1]["state"] == "complete"
    assert names(root) == {Blob.objects.get().name}


def test_bytes_keep_their_name_when_somebody_else_uploads_them(
    amina: Caller, baraka: Caller, root: Path
) -> None:
    """A copy of the database from before the second upload names bytes that are there."""
    upload(amina, TEXT)
    before = Blob.objects.get().name
    upload(baraka, TEXT)
    assert Blob.objects.get().name == before
    assert names(root) == {before}


def test_the_store_is_asked_the_same_for_bytes_that_it_has_and_for_new_ones(
    amina: Caller, baraka: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else the time of the last answer tells whether somebody else has the file."""
    asked: list[str] = []

    def watch(method: str) -> None:
        real = getattr(PrivateFolderStorage, method)

        def watched(store: Any, *args: Any) -> Any:
            assert len(connection.savepoint_ids) == outside  # nothing is locked
            asked.append(method)
            return real(store, *args)

        monkeypatch.setattr(PrivateFolderStorage, method, watched)

    outside = len(connection.savepoint_ids)
    for method in ("_save", "_open", "delete"):
        watch(method)
    upload(amina, TEXT)
    of_new = [*asked]
    asked.clear()
    upload(baraka, TEXT)
    assert asked == of_new == ["_save", "_open", "delete"]


def test_a_store_that_fails_to_delete_a_copy_does_not_fail_the_upload(
    amina: Caller, baraka: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        raise ConnectionError

    upload(amina, TEXT)
    monkeypatch.setattr(PrivateFolderStorage, "delete", fail)
    assert upload(baraka, TEXT)["state"] == "complete"


# --- lost bytes ----------------------------------------------------------------------------------
@LOSSES
def test_the_owner_of_lost_bytes_uploads_them_again(
    damage: Callable[[Path], Any], amina: Caller, root: Path
) -> None:
    file_id = upload(amina, TEXT)["id"]
    lose(root, damage)
    response = download(amina, file_id)
    assert (response.status_code, response.json()["code"]) == (410, "file_gone")
    status, body = amina.post("files/", request(TEXT))
    assert (status, body["id"], body["state"], body["offset"]) == (200, file_id, "under_way", 0)
    assert send(amina, file_id, 0, TEXT)[1]["state"] == "complete"
    assert content_of(download(amina, file_id)) == TEXT


@LOSSES
def test_lost_bytes_do_not_complete_a_file_of_another_name(
    damage: Callable[[Path], Any], amina: Caller, root: Path
) -> None:
    first = upload(amina, TEXT)["id"]
    lose(root, damage)
    status, body = amina.post("files/", request(TEXT, "copy.md"))
    assert (status, body["state"], body["offset"]) == (201, "under_way", 0)
    send(amina, body["id"], 0, TEXT)
    for file_id in (first, body["id"]):
        assert content_of(download(amina, file_id)) == TEXT
    assert Blob.objects.get().name in names(root)


def test_an_upload_that_begins_again_mends_the_files_of_others(
    amina: Caller, baraka: Caller, root: Path
) -> None:
    mine, other = upload(amina, TEXT)["id"], upload(baraka, TEXT)["id"]
    lose(root, Path.unlink)
    amina.post("files/", request(TEXT))
    send(amina, mine, 0, TEXT)
    assert content_of(download(baraka, other)) == TEXT


def test_an_upload_that_begins_again_and_is_given_up_leaves_no_row(
    amina: Caller, root: Path
) -> None:
    file_id = upload(amina, TEXT)["id"]
    lose(root, Path.unlink)
    amina.post("files/", request(TEXT))
    assert amina.call("DELETE", f"files/{file_id}/")[0] == 204
    assert (Blob.objects.count(), Upload.objects.count()) == (0, 0)


def test_an_announcement_of_a_complete_file_waits_for_the_store(
    amina: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        raise ConnectionError

    upload(amina, TEXT)
    monkeypatch.setattr(PrivateFolderStorage, "_open", fail)
    assert refusal(amina.post("files/", request(TEXT)))[:2] == (503, "unavailable")
    assert amina.post("files/", request(b"other"))[0] == 201
    assert Upload.objects.filter(blob=None).count() == 1


# --- the folders ---------------------------------------------------------------------------------
def test_a_stored_file_and_its_folder_are_on_the_disk_before_its_row(
    amina: Caller, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synchronised: list[tuple[str, int]] = []
    fsync = os.fsync

    def watched(descriptor: int) -> None:
        path = os.readlink(f"/proc/self/fd/{descriptor}")
        synchronised.append((path, Blob.objects.count()))
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", watched)
    upload(amina, TEXT)
    path = root / Blob.objects.get().name
    assert synchronised == [(str(one), 0) for one in (path, path.parent, root)]


def test_a_folder_that_the_sweep_deletes_under_an_upload_is_made_again(
    amina: Caller, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, sweeps = os.open, iter([True])

    def open_after_the_sweep(*args: Any) -> int:
        if next(sweeps, False):
            staging.delete_folder_if_empty(user.pk)
        return real(*args)

    file_id = create(amina, TEXT)
    with monkeypatch.context() as patched:
        patched.setattr(os, "open", open_after_the_sweep)
        assert send(amina, file_id, 0, TEXT)[1]["state"] == "complete"
