"""Sign-ins: refreshing, reuse of refresh tokens, and all that ends tokens."""

from datetime import timedelta
from importlib import import_module
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.test import override_settings

from core.outbox.models import DeletedEntityKey, FactHistory
from core.users import passwords
from core.users.models import SignIn, User, whole_second
from core.users.passwords import check_password
from core.users.services import add_user, set_password, sign_in, update_user
from core.users.tokens import issue, read_bearer, read_refresh
from ongoza_contracts.vocabulary import Role
from tests.unit.core.world import (
    NOBODY,
    Answer,
    Caller,
    Refusal,
    admin_site_client,
    appended,
    forget_appended,
    log_in,
    person,
    refusal,
)

pytestmark = pytest.mark.django_db

EMAIL, PASSWORD = "amina@ongoza.example", "a-long-passphrase-9"
OTHER_PASSWORD = "another-passphrase-10"
REFUSED: Refusal = (401, "not_authenticated", [])
ME = "users/me/"


@pytest.fixture
def amina() -> User:
    user = add_user(email=EMAIL, password=PASSWORD, role=Role.MENTOR)
    forget_appended()
    return user


def logged_in() -> dict[str, str]:
    """Both tokens of a new sign-in, whose fact is removed from the outbox."""
    tokens = log_in(EMAIL, PASSWORD)
    forget_appended()
    return tokens


def refresh(token: str) -> Answer:
    return NOBODY.post("auth/token/refresh/", {"refresh_token": token})


def refreshed(token: str) -> dict[str, str]:
    status, body = refresh(token)
    assert status == 200
    return dict(body)


def works(tokens: dict[str, str]) -> bool:
    """Whether the access token is accepted."""
    return Caller(tokens["access_token"]).get(ME)[0] == 200


def key_of(tokens: dict[str, str]) -> str:
    claims = read_refresh(tokens["refresh_token"])
    return f"{claims.user_id}:{claims.sid}"


def ended(tokens: dict[str, str]) -> tuple[str, str, int]:
    return ("signin.ended", key_of(tokens), 2)


def pass_time(seconds: int) -> None:
    SignIn.objects.update(refreshed_at=whole_second() - timedelta(seconds=seconds))


# --- refreshing ----------------------------------------------------------------------------------
def test_a_log_in_is_published_as_a_sign_in_and_a_refresh_is_not(amina: User) -> None:
    _, body = NOBODY.post("auth/login/", {"email": EMAIL, "password": PASSWORD})
    assert appended() == [("signin.started", key_of(body), 1)]
    assert works(refreshed(body["refresh_token"]))
    assert appended() == [("signin.started", key_of(body), 1)]


def test_each_refresh_gives_another_token_of_the_same_sign_in(amina: User) -> None:
    first = logged_in()
    second = refreshed(first["refresh_token"])
    third = refreshed(second["refresh_token"])
    assert len({tokens["refresh_token"] for tokens in (first, second, third)}) == 3
    assert key_of(first) == key_of(second) == key_of(third)
    assert works(first)
    assert works(third)


def test_a_used_token_gets_the_same_successor_again_within_the_grace_period(amina: User) -> None:
    """The answer was lost, or two tabs refreshed at once."""
    first = logged_in()
    lost = refreshed(first["refresh_token"])
    pass_time(50)
    again = refreshed(first["refresh_token"])
    old, new = (read_refresh(tokens["refresh_token"]) for tokens in (lost, again))
    assert (new.jti, new.sid) == (old.jti, old.sid)
    assert new.exp - new.iat == old.exp - old.iat
    assert again["access_token"] != lost["access_token"]
    assert works(again)
    assert works(refreshed(again["refresh_token"]))
    assert appended() == []


def test_the_repeated_successor_is_the_same_token(amina: User) -> None:
    first = logged_in()
    answers = [refreshed(first["refresh_token"])["refresh_token"] for _ in range(3)]
    assert len(set(answers)) == 1


@override_settings(REFRESH_GRACE_SECONDS=5)
def test_the_grace_period_is_a_setting(amina: User) -> None:
    first = logged_in()
    refreshed(first["refresh_token"])
    pass_time(10)
    assert refusal(refresh(first["refresh_token"])) == REFUSED


def test_reuse_after_the_grace_period_ends_the_sign_in(amina: User) -> None:
    stolen = logged_in()
    current = refreshed(stolen["refresh_token"])
    pass_time(61)
    assert refusal(refresh(stolen["refresh_token"])) == REFUSED
    assert appended() == [ended(current)]
    assert not works(current)
    assert refusal(refresh(current["refresh_token"])) == REFUSED
    assert appended() == [ended(current)]


def test_reuse_after_the_successor_was_exchanged_ends_the_sign_in_at_once(amina: User) -> None:
    first = logged_in()
    second = refreshed(first["refresh_token"])
    third = refreshed(second["refresh_token"])
    assert refusal(refresh(first["refresh_token"])) == REFUSED
    assert appended() == [ended(third)]
    assert not works(third)


def test_reuse_ends_no_other_sign_in_of_the_user(amina: User) -> None:
    phone, stolen = logged_in(), logged_in()
    refreshed(refreshed(stolen["refresh_token"])["refresh_token"])
    assert refresh(stolen["refresh_token"])[0] == 401
    assert works(phone)
    assert works(refreshed(phone["refresh_token"]))


def test_a_refresh_token_with_the_sign_in_of_another_user_ends_nothing(amina: User) -> None:
    tokens = logged_in()
    forged = issue(person("baraka"), SignIn.objects.get())
    forget_appended()
    assert refusal(refresh(forged.refresh)) == REFUSED
    assert appended() == []
    assert works(refreshed(tokens["refresh_token"]))


def test_an_expired_sign_in_ends_with_the_next_one(amina: User) -> None:
    expired = logged_in()
    pass_time(7 * 24 * 3600 + 1)
    _, body = NOBODY.post("auth/login/", {"email": EMAIL, "password": PASSWORD})
    assert appended() == [ended(expired), ("signin.started", key_of(body), 1)]
    assert not works(expired)


# --- what ends tokens ----------------------------------------------------------------------------
def test_logging_out_ends_the_sign_in_of_one_device(amina: User) -> None:
    phone, laptop = logged_in(), logged_in()
    body = {"refresh_token": phone["refresh_token"]}
    assert NOBODY.post("auth/logout/", body)[0] == 204
    assert NOBODY.post("auth/logout/", body)[0] == 204
    assert appended() == [ended(phone)]
    assert refusal(refresh(phone["refresh_token"])) == REFUSED
    assert (works(phone), works(laptop)) == (False, True)
    amina.refresh_from_db()
    assert (amina.version, amina.token_generation) == (1, 0)


def test_a_new_password_ends_every_sign_in_and_begins_one(amina: User) -> None:
    """All within one second, as likely as not: no clock is asked."""
    phone, laptop = logged_in(), logged_in()
    body = {"current_password": PASSWORD, "new_password": OTHER_PASSWORD}
    status, new = Caller(laptop["access_token"]).post("users/me/password/", body)
    assert status == 200
    ends = sorted([ended(phone), ended(laptop)])
    assert appended() == [
        ("user.updated", str(amina.id), 2),
        *ends,
        ("signin.started", key_of(new), 1),
    ]
    for old in (phone, laptop):
        assert not works(old)
        assert refusal(refresh(old["refresh_token"])) == REFUSED
    assert works(new)
    assert works(refreshed(new["refresh_token"]))
    claims: Any = read_bearer(new["access_token"])
    assert claims.gen == 1


def test_a_wrong_current_password_changes_and_publishes_nothing(amina: User) -> None:
    tokens = logged_in()
    body = {"current_password": OTHER_PASSWORD, "new_password": "yet-another-passphrase-11"}
    answer = Caller(tokens["access_token"]).post("users/me/password/", body)
    assert refusal(answer) == (403, "wrong_password", [])
    assert appended() == []
    assert works(tokens)
    assert works(logged_in())


def test_a_change_never_overwrites_a_password_that_was_set_meanwhile(
    amina: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def check_before_a_reset(password: str, user: User) -> bool:
        is_right = check_password(password, user)
        set_password(user_id=user.id, password=OTHER_PASSWORD)
        return is_right

    tokens = logged_in()
    monkeypatch.setattr(passwords, "check_password", check_before_a_reset)
    body = {"current_password": PASSWORD, "new_password": "yet-another-passphrase-11"}
    answer = Caller(tokens["access_token"]).post("users/me/password/", body)
    assert refusal(answer) == (401, "wrong_credentials", [])
    assert not SignIn.objects.exists()
    assert check_password(OTHER_PASSWORD, User.objects.get(pk=amina.id))


def test_a_change_of_password_does_not_replace_the_required_second_factor(
    amina: User, settings: Any
) -> None:
    update_user(user_id=amina.id, role=Role.ADMIN)
    tokens = logged_in()
    settings.SECOND_FACTOR_REQUIRED = True
    body = {"current_password": PASSWORD, "new_password": OTHER_PASSWORD}
    status, refused = Caller(tokens["access_token"]).post("users/me/password/", body)
    assert (status, refused["code"]) == (401, "second_factor_enrolment_required")
    enrolment = {"challenge": refused["challenge"]}
    assert NOBODY.post("auth/login/second-factor/enrol/", enrolment)[0] == 201
    assert appended() == []


def test_an_operator_who_sets_a_password_ends_every_sign_in(amina: User) -> None:
    tokens = logged_in()
    set_password(user_id=amina.id, password=OTHER_PASSWORD)
    assert appended() == [("user.updated", str(amina.id), 2), ended(tokens)]
    assert not works(tokens)


def test_deactivation_ends_every_sign_in(amina: User) -> None:
    tokens = logged_in()
    update_user(user_id=amina.id, is_active=False)
    assert ended(tokens) in appended()
    assert not works(tokens)
    assert refusal(refresh(tokens["refresh_token"])) == REFUSED
    update_user(user_id=amina.id, is_active=True)
    assert not works(tokens)
    assert works(logged_in())


def test_a_new_role_voids_access_tokens_and_ends_no_sign_in(amina: User) -> None:
    tokens = logged_in()
    update_user(user_id=amina.id, role=Role.LEARNER)
    assert ("user.updated", str(amina.id), 2) in appended()
    assert ended(tokens) not in appended()
    assert not works(tokens)
    new = refreshed(tokens["refresh_token"])
    assert works(new)
    claims: Any = read_bearer(new["access_token"])
    assert (claims.role, claims.gen) == ("learner", 1)


def test_a_new_name_voids_nothing(amina: User) -> None:
    tokens = logged_in()
    update_user(user_id=amina.id, first_name="Amina", organization=None)
    assert works(tokens)


def test_erasing_with_a_wrong_password_erases_and_publishes_nothing(amina: User) -> None:
    tokens = logged_in()
    answer = Caller(tokens["access_token"]).call("DELETE", ME, {"password": OTHER_PASSWORD})
    assert refusal(answer) == (403, "wrong_password", [])
    assert appended() == []
    assert works(tokens)


def test_an_erasure_ends_every_token_and_leaves_no_key_of_a_sign_in(amina: User) -> None:
    phone, laptop, logged_out = logged_in(), logged_in(), logged_in()
    NOBODY.post("auth/logout/", {"refresh_token": logged_out["refresh_token"]})
    forget_appended()
    status, _ = Caller(phone["access_token"]).call("DELETE", ME, {"password": PASSWORD})
    assert status == 204
    forgotten = {("key.forgotten", key_of(one), 0) for one in (phone, laptop, logged_out)}
    assert {*appended()} >= {*forgotten, ("user.erased", str(amina.id), 2)}
    for tokens in (phone, laptop):
        assert not works(tokens)
        assert refusal(refresh(tokens["refresh_token"])) == REFUSED
    assert not DeletedEntityKey.objects.exists()


def test_the_admin_shows_sign_ins_and_changes_none(amina: User) -> None:
    admin, started = admin_site_client(person("admin", Role.ADMIN)), sign_in(amina)
    page = f"/admin/users/signin/{read_refresh(started.tokens.refresh).sid}/change/"
    assert admin.get(page).status_code == 200
    assert admin.post(page, {}).status_code == 403


# --- databases older than published sign-ins -----------------------------------------------------
def test_the_migration_ends_and_publishes_sign_ins_whose_current_token_is_unknown(
    amina: User,
) -> None:
    keys = {f"{amina.id}:{amina.sign_ins.create().id}" for _ in range(3)}
    FactHistory.objects.all().delete()
    migration = import_module("core.users.migrations.0003_published_sign_ins")
    before = [
        ("users", "0002_user_tokens_valid_from"),
        ("outbox", "0005_history_of_existing_entities"),
    ]
    apps = MigrationLoader(connection).project_state(before).apps

    migration.end_sign_ins(apps, None)

    assert {*appended()} == {("signin.ended", key, 1) for key in keys}
    assert len(appended()) == FactHistory.objects.count() == 3
    assert {row.key for row in DeletedEntityKey.objects.all()} == keys
    assert not SignIn.objects.exists()
