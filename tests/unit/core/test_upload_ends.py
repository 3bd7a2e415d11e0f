"""Downloads of uploaded files, and how uploads end: deleted, expired, erased."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from core.erasure.services import erase_user
from core.files.folder import PrivateFolderStorage
from core.files.models import Blob, Upload
from core.files.uploads import sweep_staged
from core.jobs.services import run_due, schedule
from core.users.models import User
from ongoza_contracts.vocabulary import Role
from tests.unit.core.test_files import names, root
from tests.unit.core.uploaded import (
    TEXT,
    amina,
    baraka,
    content_of,
    create,
    digest,
    download,
    refusal_of,
    send,
    staged,
    upload,
    user,
)
from tests.unit.core.world import Caller, admin_site_client, person, service, signed_in

__all__ = ["amina", "baraka", "root", "staged", "user"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("staged")]

HALF = len(TEXT) // 2
Committed = Callable[..., Any]


# --- reading and deleting ------------------------------------------------------------------------
def test_users_list_their_own_files_and_no_others(amina: Caller, baraka: Caller) -> None:
    old, new = create(amina, b"a"), create(amina, b"b")
    create(baraka, b"c")
    listed = amina.get("files/")[1]
    assert [one["id"] for one in listed["results"]] == [new, old]


@pytest.mark.parametrize("role", list(Role))
def test_a_file_of_somebody_else_is_not_found_by_anybody(role: Role, amina: Caller) -> None:
    file_id = upload(amina, TEXT)["id"]
    caller = signed_in(person("caller", role))
    assert caller.get(f"files/{file_id}/")[0] == 404
    assert send(caller, file_id, HALF, TEXT[HALF:])[0] == 404
    assert caller.call("DELETE", f"files/{file_id}/")[0] == 404
    assert download(caller, file_id).status_code == 404
    assert caller.get("files/")[1]["count"] == 0
    assert Upload.objects.get().state == "complete"


def test_a_file_that_has_not_arrived_has_no_content(amina: Caller) -> None:
    file_id = create(amina, TEXT)
    assert refusal_of(download(amina, file_id)) == (409, "upload_incomplete")


def test_a_client_that_has_the_content_gets_it_no_second_time(amina: Caller) -> None:
    file_id = upload(amina, TEXT)["id"]
    tag = download(amina, file_id)["ETag"]
    response = download(amina, file_id, **{"If-None-Match": tag})
    assert (response.status_code, response["ETag"], response.content) == (304, tag, b"")
    head = download(amina, file_id, "HEAD")
    assert (head.status_code, head["Content-Length"], head["ETag"]) == (200, str(len(TEXT)), tag)


def test_an_upload_that_is_given_up_leaves_nothing(
    amina: Caller, staged: Path, django_capture_on_commit_callbacks: Committed
) -> None:
    file_id = create(amina, TEXT)
    send(amina, file_id, 0, TEXT[:HALF])
    with django_capture_on_commit_callbacks(execute=True):
        assert amina.call("DELETE", f"files/{file_id}/")[0] == 204
    assert names(staged) == set()
    assert send(amina, file_id, HALF, TEXT[HALF:])[0] == 404
    assert names(staged) == set()


# --- the end -------------------------------------------------------------------------------------
def test_an_upload_expires_a_day_after_its_last_chunk(
    amina: Caller, staged: Path, root: Path, django_capture_on_commit_callbacks: Committed
) -> None:
    whole, old, young = upload(amina, TEXT)["id"], create(amina, b"old"), create(amina, b"young")
    for file_id, content in ((old, b"ol"), (young, b"yo")):
        send(amina, file_id, 0, content)
    day_ago = timezone.now() - timedelta(days=1, seconds=1)
    Upload.objects.exclude(pk=young).update(changed_at=day_ago, created_at=day_ago)
    with django_capture_on_commit_callbacks(execute=True):
        schedule("retention.purge", subject="files.unfinished_uploads")
        run_due()
    assert {str(one.pk) for one in Upload.objects.all()} == {whole, young}
    assert [path.rpartition("/")[2] for path in names(staged)] == [young]


def test_the_sweep_deletes_what_belongs_to_no_upload_under_way(
    amina: Caller, user: User, staged: Path
) -> None:
    file_id = create(amina, TEXT)
    send(amina, file_id, 0, TEXT[:HALF])
    for orphan in (staged / str(user.pk) / "orphan", staged / "2147483647" / file_id):
        orphan.parent.mkdir(exist_ok=True)
        orphan.write_bytes(b"x")
    sweep_staged()
    assert names(staged) == {f"{user.pk}/{file_id}"}
    assert {one.name for one in staged.iterdir()} == {str(user.pk)}


def test_an_erasure_deletes_files_and_uploads_under_way_and_says_so(
    amina: Caller,
    baraka: Caller,
    user: User,
    root: Path,
    staged: Path,
    django_capture_on_commit_callbacks: Committed,
) -> None:
    upload(amina, b"only Amina's")
    upload(amina, TEXT)
    file_id = create(amina, TEXT + b"more")
    send(amina, file_id, 0, TEXT)
    shared = upload(baraka, TEXT)["id"]
    address = f"internal/erasures/{user.pk}/"
    before = service().get(address)[1]["remaining"]
    assert (before["files.Upload.owner"], before["stored files"]) == (3, 1)
    with django_capture_on_commit_callbacks(execute=True):
        erase_user(user_id=user.pk)
    report = service().get(address)[1]
    assert "files.Upload.owner" not in report["remaining"]
    assert "stored files" not in report["remaining"]
    rows = {one["place"]: one["rows"] for one in report["receipts"]}
    assert (rows["files.Upload"], rows["stored files"]) == (3, 1)
    assert names(staged) == set()
    assert content_of(download(baraka, shared)) == TEXT
    sha256 = {one.sha256 for one in Blob.objects.all()}
    assert sha256 == {digest(TEXT)}


def test_a_user_who_is_erased_while_the_store_answers_leaves_no_bytes(
    amina: Caller, root: Path, staged: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save = PrivateFolderStorage._save

    def save_late(store: Any, name: str, content: Any) -> str:
        saved = save(store, name, content)
        Upload.objects.all().delete()
        return saved

    file_id = create(amina, TEXT)
    monkeypatch.setattr(PrivateFolderStorage, "_save", save_late)
    assert send(amina, file_id, 0, TEXT)[0] == 404
    assert names(root) == names(staged) == set()


def test_nothing_is_locked_while_the_store_answers(
    amina: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[bool] = []
    save = PrivateFolderStorage._save

    def watched(store: Any, name: str, content: Any) -> str:
        blocks = len(connection.savepoint_ids)
        seen.append(blocks > outside)
        return save(store, name, content)

    outside = len(connection.savepoint_ids)
    monkeypatch.setattr(PrivateFolderStorage, "_save", watched)
    upload(amina, TEXT)
    assert seen == [False]


# --- the admin -----------------------------------------------------------------------------------
def test_admins_delete_a_file_and_see_neither_name_nor_content(
    amina: Caller, root: Path, django_capture_on_commit_callbacks: Committed
) -> None:
    file_id = upload(amina, TEXT, "my-secret-diary.md")["id"]
    browser = admin_site_client(person("ada", Role.ADMIN))
    for page in ("", f"{file_id}/change/"):
        content = browser.get(f"/admin/files/upload/{page}").content.decode()
        assert "secret-diary" not in content
        assert digest(TEXT) not in content
    with django_capture_on_commit_callbacks(execute=True):
        assert browser.post(f"/admin/files/upload/{file_id}/delete-file/").status_code == 302
    assert names(root) == set()
    assert amina.get("files/")[1]["count"] == 0
