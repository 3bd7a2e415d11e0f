"""The file store: private bytes, which end with their row."""

import hashlib
import io
import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction
from django.test import RequestFactory
from django.utils import timezone
from rest_framework.request import Request

from core.config import env
from core.erasure.services import erase_user
from core.files import stores
from core.files.folder import PrivateFolderStorage
from core.files.models import File
from core.files.responses import attachment
from core.files.services import FileGone, delete_files, open_file, sweep_orphans, write_file
from core.jobs.models import Job
from core.jobs.services import run_due, schedule
from core.kit.errors import Unavailable
from core.users.models import User
from tests.unit.core.test_kit_startup import import_settings, start
from tests.unit.core.world import forget_appended, person, service

pytestmark = pytest.mark.django_db

BYTES = b"PK\x03\x04 some bytes of a user"
Committed = Callable[..., Any]


@pytest.fixture
def root(settings: Any, tmp_path: Path) -> Path:
    """A store of its own, with the backend and options of the settings."""
    options = {**settings.STORAGES["files"]["OPTIONS"], "location": str(tmp_path / "files")}
    settings.STORAGES = {
        **settings.STORAGES,
        "files": {**settings.STORAGES["files"], "OPTIONS": options},
    }
    return tmp_path / "files"


@pytest.fixture
def amina() -> User:
    return person("amina")


def stored(owner: User, days: int = 1) -> File:
    file = write_file(
        owner_id=owner.pk,
        purpose=File.Purpose.EXPORT,
        content=io.BytesIO(BYTES),
        content_type="application/zip",
        expires_at=timezone.now() + timedelta(days=days),
    )
    file.save()
    return file


def names(root: Path) -> set[str]:
    return {str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()}


def request(method: str) -> Request:
    return Request(RequestFactory().generic(method, "/"))


def sweep_all() -> int:
    """How many jobs it takes."""
    schedule("files.sweep")
    count = 0
    while run_due():
        count += 1
    return count


def make_old(path: Path) -> None:
    old = (timezone.now() - timedelta(days=2)).timestamp()
    os.utime(path, (old, old))


def test_a_file_is_stored_privately_with_its_size_and_digest(amina: User, root: Path) -> None:
    file = stored(amina)
    assert (file.size, file.sha256) == (len(BYTES), hashlib.sha256(BYTES).hexdigest())
    assert names(root) == {file.name} == {f"{amina.pk}/{file.pk}"}
    assert (root / file.name).stat().st_mode & 0o777 == 0o600
    assert (root / str(amina.pk)).stat().st_mode & 0o777 == 0o700
    with open_file(file) as opened:
        assert opened.read() == BYTES


def test_a_download_is_neither_shown_nor_stored_by_browsers(amina: User, root: Path) -> None:
    response = attachment(request("GET"), stored(amina), "a.zip")
    assert b"".join(response.streaming_content) == BYTES  # type: ignore[arg-type]
    headers = response.headers
    assert headers["Content-Disposition"] == 'attachment; filename="a.zip"'
    assert headers["Content-Type"] == "application/zip"
    assert headers["Content-Length"] == str(len(BYTES))
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("damage", [Path.unlink, lambda path: path.write_bytes(b"short")])
def test_bytes_that_are_missing_or_cut_off_are_gone(
    damage: Callable[[Path], Any], amina: User, root: Path
) -> None:
    file = stored(amina)
    damage(root / file.name)
    with pytest.raises(FileGone):
        open_file(file)


def test_a_store_that_fails_is_unavailable(
    amina: User, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        raise ConnectionError

    file = stored(amina)
    monkeypatch.setattr(PrivateFolderStorage, "_open", fail)
    with pytest.raises(Unavailable):
        open_file(file)


# --- deleting ------------------------------------------------------------------------------------
def test_bytes_are_deleted_once_the_transaction_commits(
    amina: User, root: Path, django_capture_on_commit_callbacks: Committed
) -> None:
    file = stored(amina)
    with django_capture_on_commit_callbacks(execute=True):
        assert delete_files(File.objects.all()) == 1
        assert names(root) == {file.name}
    assert names(root) == set()


@pytest.mark.django_db(transaction=True)
def test_a_deletion_that_is_undone_leaves_row_and_bytes(amina: User, root: Path) -> None:
    file = stored(amina)
    with transaction.atomic():
        delete_files(File.objects.all())
        transaction.set_rollback(True)
    assert (File.objects.get(), names(root)) == (file, {file.name})


def test_an_erasure_deletes_rows_and_bytes_and_says_so(
    amina: User, root: Path, django_capture_on_commit_callbacks: Committed
) -> None:
    kept = stored(person("baraka"))
    stored(amina)
    orphan = root / str(amina.pk) / str(uuid4())
    orphan.write_bytes(BYTES)
    address = f"internal/erasures/{amina.pk}/"
    forget_appended()
    assert service().get(address)[1]["remaining"]["stored files"] == 2
    with django_capture_on_commit_callbacks(execute=True):
        erase_user(user_id=amina.pk)
    report = service().get(address)[1]
    assert report["remaining"] == {}
    rows = {one["place"]: one["rows"] for one in report["receipts"]}
    assert (rows["files.File"], rows["stored files"]) == (1, 2)
    assert names(root) == {kept.name}
    assert not (root / str(amina.pk)).exists()


def test_the_sweep_deletes_old_orphans_and_those_of_users_who_do_not_exist(
    amina: User, root: Path
) -> None:
    kept = stored(amina)
    old, young = (root / str(amina.pk) / name for name in ("old", "young"))
    erased = root / "2147483647" / "young"
    erased.parent.mkdir()
    for path in (old, young, erased):
        path.write_bytes(BYTES)
    make_old(old)
    make_old(root / kept.name)
    assert sweep_orphans() == ""
    assert names(root) == {kept.name, f"{amina.pk}/young"}
    assert not erased.parent.exists()


def test_a_long_store_is_swept_by_one_job_for_each_page(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stores, "PAGE", 2)
    kept = {stored(person(f"user-{number}")).name for number in range(2)}
    for name in ("1000000/a", "1000000/b", "1000001/a", "100000/a", "100000/b"):
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_bytes(BYTES)
    assert sweep_all() == 4  # pages of 2, of 7 files
    assert names(root) == kept


@pytest.mark.django_db(transaction=True)
def test_a_sweep_that_fails_has_swept_the_pages_before(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stores, "PAGE", 1)
    delete = PrivateFolderStorage.delete

    def fail_late(store: PrivateFolderStorage, name: str) -> None:
        if name.startswith("1000001"):
            raise TimeoutError
        delete(store, name)

    monkeypatch.setattr(PrivateFolderStorage, "delete", fail_late)
    for folder in ("1000000", "1000001"):
        (root / folder).mkdir(parents=True)
        (root / folder / "a").write_bytes(BYTES)
    sweep_all()
    assert names(root) == {"1000001/a"}
    assert Job.objects.get(done_at=None).subject == "1000000/a"  # and is repeated from there


def test_the_sweep_of_a_store_without_files_does_nothing(root: Path) -> None:
    schedule("files.sweep")
    assert run_due() == 1
    assert not root.exists()


def test_a_file_that_disappears_during_the_sweep_is_no_error(
    amina: User, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (root / str(amina.pk)).mkdir(parents=True)
    listed = {"": ([str(amina.pk), "1000000"], []), f"{amina.pk}/": ([], ["gone"])}

    def listdir(store: object, path: str) -> object:
        if path not in listed:
            raise FileNotFoundError
        return listed[path]

    monkeypatch.setattr(PrivateFolderStorage, "listdir", listdir)
    assert sweep_orphans() == ""


# --- settings ------------------------------------------------------------------------------------
def test_a_setting_may_be_a_json_object(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RETENTION_DAYS", '{"jobs.done": 7}')
    assert env.mapping("RETENTION_DAYS") == {"jobs.done": 7}
    monkeypatch.delenv("RETENTION_DAYS")
    assert env.mapping("RETENTION_DAYS") == {}


@pytest.mark.parametrize("value", ["[]", "{", "7", "null"])
def test_a_setting_that_is_no_json_object_stops_the_process(
    value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RETENTION_DAYS", value)
    with pytest.raises(ImproperlyConfigured, match="RETENTION_DAYS"):
        env.mapping("RETENTION_DAYS")


@pytest.mark.parametrize("name", ["FILES_BACKEND", "FILES_OPTIONS"])
def test_a_removed_setting_of_the_store_stops_the_process(name: str) -> None:
    start()
    with pytest.raises(ImproperlyConfigured, match=f"{name} is not read any more: FILES_S3_BUCKET"):
        start(removed_settings=[name])
    done = import_settings({name: "x"})
    assert done.returncode != 0
    assert f"{name} is not read any more" in done.stderr
