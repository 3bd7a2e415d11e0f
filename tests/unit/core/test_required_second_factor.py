"""Roles that need a second factor, and the admin site, whose log-in asks for it."""

from typing import Any

import pytest
from django.test import Client

from core.users import second_factor
from core.users.models import TotpSecret, User
from core.users.services import add_user, set_password, update_user
from ongoza_contracts.vocabulary import Role
from tests.unit.core.authenticator import (
    EMAIL,
    FINISH,
    NEW_PASSWORD,
    PASSWORD,
    WRONG_CREDENTIALS,
    App,
    after_check,
    challenge,
    enrol,
    exchange,
    finish,
    log_in,
    replace_second_factor,
)
from tests.unit.core.world import (
    NOBODY,
    Caller,
    admin_site_client,
    api_token,
    person,
    refusal,
    signed_in,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def required(settings: Any) -> None:
    settings.SECOND_FACTOR_REQUIRED = True


# --- the API -------------------------------------------------------------------------------------
@pytest.mark.parametrize("role", Role)
def test_admins_and_directors_need_it_when_the_setting_says_so(
    role: Role, required: None, clock: list[int]
) -> None:
    add_user(email=EMAIL, password=PASSWORD, role=role)
    needed = role in (Role.ADMIN, Role.DIRECTOR)
    status, body = log_in()
    assert status == (401 if needed else 200)
    if needed:
        assert body["code"] == "second_factor_enrolment_required"


def test_a_required_enrolment_finishes_the_log_in(required: None, clock: list[int]) -> None:
    user = add_user(email=EMAIL, password=PASSWORD, role=Role.ADMIN)
    earlier, token = signed_in(user), api_token(user)
    challenged = challenge("second_factor_enrolment_required")
    assert refusal(finish("000000", challenged)) == (401, "invalid_challenge", [])
    status, enrolment = NOBODY.post(f"{FINISH}enrol/", {"challenge": challenged})
    assert status == 201
    body = {"challenge": challenged, "code": App(enrolment, clock).code()}
    status, enrolled = NOBODY.post(f"{FINISH}enrol/confirm/", body)
    assert (status, len(enrolled["recovery_codes"])) == (200, 10)
    assert Caller(enrolled["access_token"]).get("users/me/")[0] == 200
    assert earlier.get("users/me/")[0] == 401
    assert refusal(exchange(token)) == (401, "not_authenticated", [])
    again = NOBODY.post(f"{FINISH}enrol/", {"challenge": challenged})
    assert refusal(again) == (409, "already_enrolled", [])


def test_a_required_enrolment_that_is_begun_again_has_the_same_secret(
    required: None, clock: list[int]
) -> None:
    add_user(email=EMAIL, password=PASSWORD, role=Role.ADMIN)
    challenged = challenge("second_factor_enrolment_required")
    begun = NOBODY.post(f"{FINISH}enrol/", {"challenge": challenged})
    assert NOBODY.post(f"{FINISH}enrol/", {"challenge": challenged}) == begun
    body = {"challenge": challenged, "code": App(begun[1], clock).code()}
    assert NOBODY.post(f"{FINISH}enrol/confirm/", body)[0] == 200


def test_another_log_in_gets_no_secret_that_an_earlier_one_saw(required: None) -> None:
    add_user(email=EMAIL, password=PASSWORD, role=Role.ADMIN)
    secrets = set()
    for _ in range(2):
        challenged = challenge("second_factor_enrolment_required")
        _, enrolment = NOBODY.post(f"{FINISH}enrol/", {"challenge": challenged})
        secrets.add(enrolment["secret"])
    assert len(secrets) == 2


@pytest.mark.parametrize("change", [{"role": Role.DIRECTOR}, {"password": NEW_PASSWORD}])
def test_a_change_after_the_check_leaves_no_required_second_factor(
    change: dict[str, Any], required: None, clock: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    user = add_user(email=EMAIL, password=PASSWORD, role=Role.ADMIN)
    challenged = challenge("second_factor_enrolment_required")
    _, enrolment = NOBODY.post(f"{FINISH}enrol/", {"challenge": challenged})
    change_user = set_password if "password" in change else update_user
    after_check(monkeypatch, lambda: change_user(user_id=user.id, **change))
    body = {"challenge": challenged, "code": App(enrolment, clock).code()}
    assert refusal(NOBODY.post(f"{FINISH}enrol/confirm/", body)) == WRONG_CREDENTIALS
    assert not second_factor.is_enrolled(user)
    assert not user.sign_ins.exists()


def test_an_earlier_sign_in_is_not_refreshed_without_the_required_factor(
    settings: Any, clock: list[int]
) -> None:
    add_user(email=EMAIL, password=PASSWORD, role=Role.DIRECTOR)
    _, tokens = log_in()
    settings.SECOND_FACTOR_REQUIRED = True
    body = {"refresh_token": tokens["refresh_token"]}
    assert refusal(NOBODY.post("auth/token/refresh/", body)) == (401, "not_authenticated", [])


# --- the admin -----------------------------------------------------------------------------------
def admin_log_in(client: Client, **more: str) -> int:
    body = {"username": EMAIL, "password": PASSWORD, **more}
    logged_in = client.post("/admin/login/?next=/admin/", body).status_code
    page = client.get("/admin/").status_code
    assert (logged_in, page) in ((302, 200), (200, 302))
    return page


def test_the_admin_asks_for_the_second_factor(clock: list[int]) -> None:
    user = add_user(email=EMAIL, password=PASSWORD, role=Role.ADMIN)
    before = Client()
    assert admin_log_in(before) == 200
    app, _ = enrol(user, clock)
    assert before.get("/admin/").status_code == 302
    assert b'name="code"' in Client().get("/admin/login/").content
    assert admin_log_in(Client()) == 302
    assert admin_log_in(Client(), code="000000") == 302
    code = app.next_code()
    inside = Client()
    assert admin_log_in(inside, code=code) == 200
    assert admin_log_in(Client(), code=code) == 302
    second_factor.remove(user)
    assert inside.get("/admin/").status_code == 200
    enrol(user, clock)
    assert inside.get("/admin/").status_code == 302


def test_a_factor_replaced_while_its_code_was_checked_opens_no_session(
    clock: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    user = add_user(email=EMAIL, password=PASSWORD, role=Role.ADMIN)
    app, _ = enrol(user, clock)
    after_check(monkeypatch, lambda: replace_second_factor(user))
    client = Client()
    body = {"username": EMAIL, "password": PASSWORD, "code": app.next_code()}
    assert client.post("/admin/login/?next=/admin/", body).status_code == 302
    assert client.get("/admin/").status_code == 302


def test_a_factor_set_up_after_its_code_was_not_asked_for_opens_no_session(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    user = add_user(email=EMAIL, password=PASSWORD, role=Role.ADMIN)
    is_enrolled = second_factor.is_enrolled

    def enrol_afterwards(asked: User) -> bool:
        found = is_enrolled(asked)
        monkeypatch.undo()
        replace_second_factor(user)
        return found

    monkeypatch.setattr(second_factor, "is_enrolled", enrol_afterwards)
    client = Client()
    body = {"username": EMAIL, "password": PASSWORD}
    assert client.post("/admin/login/?next=/admin/", body).status_code == 302
    assert client.get("/admin/").status_code == 302


def test_the_admin_lets_nobody_in_without_the_required_factor(
    required: None, clock: list[int]
) -> None:
    add_user(email=EMAIL, password=PASSWORD, role=Role.ADMIN)
    assert admin_log_in(Client()) == 302


def test_a_session_without_the_factor_is_not_let_in(clock: list[int]) -> None:
    user = add_user(email=EMAIL, password=PASSWORD, role=Role.ADMIN)
    enrol(user, clock)
    client = admin_site_client(user)
    assert client.get("/admin/").status_code == 302
    client.post("/admin/login/", {"username": EMAIL, "password": "wrong", "code": "000000"})
    assert client.get("/admin/").status_code == 302


def test_staff_remove_the_second_factor_of_a_user(amina: User, clock: list[int]) -> None:
    enrol(amina, clock)
    client = admin_site_client(person("admin", Role.ADMIN))
    body = {"action": "remove_second_factor", "_selected_action": [amina.id]}
    assert client.post("/admin/users/user/", body).status_code == 302
    assert not TotpSecret.objects.exists()
    assert log_in()[0] == 200
