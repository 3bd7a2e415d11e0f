"""Nothing waits for the file store while it holds locks: a store may hang."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from core.erasure.services import erase_user
from core.files.folder import PrivateFolderStorage
from core.files.models import File
from core.jobs.services import run_due, schedule
from core.restore.published import Published
from core.restore.report import Report
from core.restore.services import _erase
from core.users.models import User
from core.users.services import add_user
from ongoza_contracts.vocabulary import Role
from tests.unit.core.test_export import EXPORT, PASSWORD, download
from tests.unit.core.test_files import root, stored
from tests.unit.core.world import admin_site_client, service, signed_in

__all__ = ["root"]
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("root")]

METHODS = ("save", "open", "delete", "listdir", "page")
LOCKS = """
SELECT relation::regclass::text FROM pg_locks
WHERE pid = pg_backend_pid() AND relation IS NOT NULL AND mode <> 'AccessShareLock'
"""


@pytest.fixture
def amina() -> User:
    return add_user(email="amina@ongoza.example", password=PASSWORD)


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    """The tables that were locked while the store was called, by its method."""
    found: dict[str, list[str]] = {}

    def watch(method: str) -> None:
        original = getattr(PrivateFolderStorage, method)

        def watched(*arguments: Any) -> Any:
            with connection.cursor() as cursor:
                cursor.execute(LOCKS)
                found.setdefault(method, []).extend(name for (name,) in cursor.fetchall())
            return original(*arguments)

        monkeypatch.setattr(PrivateFolderStorage, method, watched)

    for method in METHODS:
        watch(method)
    return found


def erase_oneself(user: User) -> None:
    assert signed_in(user).call("DELETE", "users/me/", {"password": PASSWORD})[0] == 204


def erase_in_the_admin(user: User) -> None:
    ada = add_user(email="ada@ongoza.example", password=None, role=Role.ADMIN)
    page = admin_site_client(ada).post(f"/admin/users/user/{user.pk}/erase/", {"email": user.email})
    assert page.status_code == 302


def erase_again_after_a_restore(user: User) -> None:
    _erase(user.pk, Published(), Report())


def report(user: User) -> None:
    assert service().get(f"internal/erasures/{user.pk}/")[0] == 200


def export_twice(user: User) -> None:
    for _ in range(2):
        assert signed_in(user).call("POST", EXPORT)[0] == 202
        run_due()


def fetch(user: User) -> None:
    assert b"".join(download(signed_in(user)).streaming_content)


def sweep(user: User) -> None:
    File.objects.all().delete()
    schedule("files.sweep")
    run_due()


def purge(user: User) -> None:
    File.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    schedule("retention.purge", subject="files.expired")
    run_due()


@pytest.mark.parametrize(
    ("act", "methods"),
    [
        (lambda user: erase_user(user_id=user.pk), {"listdir", "delete"}),
        (erase_oneself, {"listdir", "delete"}),
        (erase_in_the_admin, {"listdir", "delete"}),
        (erase_again_after_a_restore, {"listdir", "delete"}),
        (report, {"listdir"}),
        (fetch, {"open"}),
        (export_twice, {"save", "delete"}),
        (sweep, {"page", "listdir"}),
        (purge, {"delete"}),
    ],
)
def test_the_store_is_called_without_locks(
    act: Callable[[User], None],
    methods: set[str],
    amina: User,
    calls: dict[str, list[str]],
) -> None:
    stored(amina)
    calls.clear()
    act(amina)
    assert calls.keys() >= methods
    assert calls == {method: [] for method in calls}
