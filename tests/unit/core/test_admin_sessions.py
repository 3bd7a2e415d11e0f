"""A session of the admin site and its sign-in: each ends with the other."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.signals import user_logged_in
from django.test import Client

from core.erasure.services import erase_any_user
from core.notifications.kinds import NEW_DEVICE
from core.notifications.models import Notification
from core.outbox.models import FactHistory
from core.users.models import SignIn, User
from core.users.services import add_user, end_all_sign_ins, set_password
from ongoza_contracts.sign_ins import SignInEnded, SignInStarted
from ongoza_contracts.vocabulary import Role
from tests.unit.core.world import admin_site_client, log_in, person, signed_in

pytestmark = pytest.mark.django_db

EMAIL, PASSWORD, NEW_PASSWORD = "ada@ongoza.example", "a-long-passphrase-9", "another-good-one-7"
LOG_IN, LOG_OUT, HOME = "/admin/login/?next=/admin/", "/admin/logout/", "/admin/"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:139.0) Gecko/20100101 Firefox/139.0"


@pytest.fixture
def ada() -> User:
    return add_user(email=EMAIL, password=PASSWORD, role=Role.ADMIN)


def log_in_to_site(client: Client, email: str = EMAIL) -> None:
    form = {"username": email, "password": PASSWORD}
    assert client.post(LOG_IN, form).status_code == 302


@pytest.fixture
def site(ada: User) -> Client:
    """The browser of an admin who has logged in to the admin site."""
    client = Client(headers={"user-agent": FIREFOX})
    log_in_to_site(client)
    assert is_open(client)
    return client


def is_open(client: Client) -> bool:
    status = client.get(HOME).status_code
    assert status in (200, 302)
    return status == 200


# --- the sign-in ---------------------------------------------------------------------------------
def test_a_log_in_begins_a_published_sign_in_which_ends_with_the_log_out(
    site: Client, ada: User
) -> None:
    sign_in = SignIn.objects.get()
    assert (sign_in.user, sign_in.device) == (ada, "Admin site, Firefox on Linux")
    assert FactHistory.objects.filter(type=SignInStarted.type).count() == 1
    assert site.post(LOG_OUT).status_code == 200
    assert not SignIn.objects.exists()
    assert FactHistory.objects.filter(type=SignInEnded.type).count() == 1


def test_a_log_out_by_get_changes_nothing(site: Client) -> None:
    assert site.get(LOG_OUT).status_code == 405
    assert SignIn.objects.count() == 1
    assert is_open(site)


def test_a_log_in_on_a_new_device_notifies(ada: User) -> None:
    log_in(EMAIL, PASSWORD, FIREFOX)
    log_in_to_site(Client(headers={"user-agent": FIREFOX}))
    assert [one.kind for one in Notification.objects.all()] == [NEW_DEVICE]


def test_a_session_lives_as_long_as_its_sign_in(site: Client, settings: Any) -> None:
    life = settings.SIMPLE_JWT["REFRESH_TOKEN_LIFETIME"]
    assert site.cookies["sessionid"]["max-age"] == life.total_seconds()


def test_another_log_in_in_a_session_ends_the_sign_in_before(site: Client) -> None:
    (before,) = SignIn.objects.all()
    log_in_to_site(site)
    assert SignIn.objects.get() != before
    zoe = add_user(email="zoe@ongoza.example", password=PASSWORD, role=Role.ADMIN)
    log_in_to_site(site, zoe.email)
    assert SignIn.objects.get().user == zoe
    assert is_open(site)


def erase(user: User) -> None:
    erase_any_user(user_id=user.pk, stored_files=0)


def change_password(user: User) -> None:
    set_password(user_id=user.pk, password=NEW_PASSWORD)


@pytest.mark.parametrize("change", [erase, change_password])
def test_a_user_who_is_changed_during_the_log_in_gets_no_session(
    change: Callable[[User], None], ada: User
) -> None:
    def receive(user: User, **_: Any) -> None:
        change(User.objects.get(pk=user.pk))

    client = Client()
    user_logged_in.connect(receive)
    try:
        log_in_to_site(client)
    finally:
        user_logged_in.disconnect(receive)
    assert not is_open(client)
    assert not SignIn.objects.exists()


# --- the end of the session ----------------------------------------------------------------------
def end_one(ada: User) -> None:
    phone, site = signed_in(ada), SignIn.objects.get(device__startswith="Admin site")
    assert phone.call("DELETE", f"auth/sessions/{site.pk}/")[0] == 204


def end_others(ada: User) -> None:
    assert signed_in(ada).call("DELETE", "auth/sessions/")[0] == 204


def sign_out_in_the_admin(ada: User) -> None:
    other = admin_site_client(person("zoe", Role.ADMIN))
    assert other.post(f"/admin/users/user/{ada.pk}/sign-out/").status_code == 302


def end_in_the_admin(ada: User) -> None:
    other = admin_site_client(person("zoe", Role.ADMIN))
    page = f"/admin/users/signin/{ada.sign_ins.get().pk}/end/"
    assert other.post(page).status_code == 302


@pytest.mark.parametrize("end", [end_one, end_others, sign_out_in_the_admin, end_in_the_admin])
def test_a_session_ends_with_its_sign_in(
    end: Callable[[User], None], site: Client, ada: User
) -> None:
    end(ada)
    assert not is_open(site)
    log_in_to_site(site)
    assert is_open(site)


def test_a_session_without_a_sign_in_of_its_own_opens_nothing(ada: User) -> None:
    log_in(EMAIL, PASSWORD)
    client = Client()
    client.force_login(ada)
    assert not is_open(client)
    session = client.session
    session["sign_in"] = str(person("zoe", Role.ADMIN).sign_ins.create().pk)
    session.save()
    assert not is_open(client)


# --- one's own password --------------------------------------------------------------------------
def change_on_the_page_for_it(site: Client, ada: User) -> None:
    form = {"old_password": PASSWORD, "new_password1": NEW_PASSWORD, "new_password2": NEW_PASSWORD}
    assert site.post("/admin/password_change/", form).status_code == 302


def change_on_the_users_page(site: Client, ada: User) -> None:
    form = {"usable_password": "true", "password1": NEW_PASSWORD, "password2": NEW_PASSWORD}
    page = f"/admin/users/user/{ada.pk}/password/"
    assert site.post(page, {**form, "set-password": "1"}).status_code == 302


@pytest.mark.parametrize("change", [change_on_the_page_for_it, change_on_the_users_page])
def test_a_new_password_of_ones_own_ends_every_sign_in_but_the_session(
    change: Callable[[Client, User], None], site: Client, ada: User
) -> None:
    phone, other = signed_in(ada), Client()
    log_in_to_site(other)
    change(site, ada)
    assert User.objects.get(pk=ada.pk).check_password(NEW_PASSWORD)
    assert is_open(site)
    assert (phone.get("users/me/")[0], is_open(other)) == (401, False)
    assert SignIn.objects.get().device == "Admin site, Firefox on Linux"


def test_a_new_password_of_somebody_else_begins_no_sign_in(site: Client, ada: User) -> None:
    before = {*SignIn.objects.all()}
    change_on_the_users_page(site, person("amina"))
    assert {*SignIn.objects.all()} == before
    end_all_sign_ins(user_id=ada.pk)
    assert not is_open(site)
