"""The last active admin is not erased."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from core.erasure.services import erase_any_user, erase_user
from core.users.administration import LastAdmin
from core.users.models import User
from core.users.services import add_user, update_user
from ongoza_contracts.vocabulary import Role
from tests.unit.core.world import (
    Answer,
    Refusal,
    admin_site_client,
    appended,
    forget_appended,
    refusal,
    signed_in,
)

pytestmark = pytest.mark.django_db

PASSWORD = "a-long-passphrase-9"
LAST_ADMIN: Refusal = (409, "last_admin", [])


def admin(name: str) -> User:
    return add_user(email=f"{name}@ongoza.example", password=PASSWORD, role=Role.ADMIN)


def erase_oneself(user: User) -> Answer:
    return signed_in(user).call("DELETE", "users/me/", {"password": PASSWORD})


def test_the_last_active_admin_is_not_erased() -> None:
    ada, zoe = admin("ada"), admin("zoe")
    update_user(user_id=zoe.id, is_active=False)
    forget_appended()
    assert refusal(erase_oneself(ada)) == LAST_ADMIN
    assert User.objects.filter(pk=ada.id).exists()
    assert appended() == []


def test_an_admin_beside_another_is_erased() -> None:
    ada, zoe = admin("ada"), admin("zoe")
    assert erase_oneself(ada)[0] == 204
    assert refusal(erase_oneself(zoe)) == LAST_ADMIN


def test_an_inactive_admin_is_erased() -> None:
    ada, zoe = admin("ada"), admin("zoe")
    update_user(user_id=zoe.id, is_active=False)
    site = admin_site_client(ada)
    page = site.post(f"/admin/users/user/{zoe.id}/erase/", {"email": zoe.email})
    assert page.status_code == 302
    assert not User.objects.filter(pk=zoe.id).exists()


def test_an_erasure_that_is_carried_out_again_spares_no_admin() -> None:
    ada = admin("ada")
    erase_any_user(user_id=ada.id, stored_files=0)
    assert not User.objects.exists()


def test_an_erasure_for_somebody_else_spares_the_last_admin() -> None:
    ada = admin("ada")
    with pytest.raises(LastAdmin):
        erase_user(user_id=ada.id)
    assert User.objects.filter(pk=ada.id).exists()


@pytest.mark.django_db(transaction=True)
def test_two_admins_who_erase_themselves_at_once_leave_one() -> None:
    def erase(user: User) -> int:
        try:
            return erase_oneself(user)[0]
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as threads:
        answers = sorted(threads.map(erase, [admin("ada"), admin("zoe")]))
    assert answers == [204, 409]
    assert User.objects.filter(role=Role.ADMIN, is_active=True).count() == 1


@pytest.mark.django_db(transaction=True)
def test_an_admin_who_is_erased_and_one_who_is_deactivated_at_once_leave_one() -> None:
    ada, zoe = admin("ada"), admin("zoe")
    caller = signed_in(ada)

    def run(number: int) -> int:
        try:
            path = f"users/{zoe.id}/deactivate/"
            return erase_oneself(ada)[0] if number else caller.call("POST", path)[0]
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as threads:
        deactivated, erased = threads.map(run, range(2))
    assert (deactivated == 200) is not (erased == 204)
    assert User.objects.filter(role=Role.ADMIN, is_active=True).count() == 1
