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
from django.core.files.storage import FileSystemStorage
from django.db import transaction
from django.utils import timezone

from core.config import env
from core.erasure.services import erase_user
from core.files import services
from core.files.models import File
from core.files.responses import attachment
from core.files.services import FileGone, delete_files, open_file, store_file, sweep_orphans
from core.jobs.services import run_due, schedule
from core.kit.errors import Unavailable
from core.users.models import User
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
    return store_file(
        owner_id=owner.pk,
        purpose=File.Purpose.EXPORT,
        content=io.BytesIO(BYTES),
        content_type="application/zip",
        expires_at=timezone.now() + timedelta(days=days),
    )


def names(root: Path) -> set[str]:
    return {str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()}


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
    response = attachment(stored(amina), "a.zip")
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
    def fail(*_: Any) -> int:
        raise ConnectionError

    file = stored(amina)
    monkeypatch.setattr(FileSystemStorage, "size", fail)
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
    assert sweep_orphans() == 2
    assert names(root) == {kept.name, f"{amina.pk}/young"}


def test_the_sweep_of_a_store_without_files_does_nothing(root: Path) -> None:
    schedule("files.sweep")
    assert run_due() == 1
    assert not root.exists()


def test_a_file_that_disappears_during_the_sweep_is_no_error(
    amina: User, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (root / str(amina.pk)).mkdir(parents=True)
    monkeypatch.setattr(services, "_list", lambda folder: ([str(amina.pk)], ["gone"]))
    assert sweep_orphans() == 0


# --- settings ------------------------------------------------------------------------------------
def test_options_of_a_store_are_a_json_object(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FILES_OPTIONS", '{"bucket_name": "ongoza"}')
    assert env.mapping("FILES_OPTIONS") == {"bucket_name": "ongoza"}
    monkeypatch.delenv("FILES_OPTIONS")
    assert env.mapping("FILES_OPTIONS") == {}


@pytest.mark.parametrize("value", ["[]", "{", "7", "null"])
def test_other_options_stop_the_process(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FILES_OPTIONS", value)
    with pytest.raises(ImproperlyConfigured, match="FILES_OPTIONS"):
        env.mapping("FILES_OPTIONS")
