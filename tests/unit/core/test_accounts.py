"""Accounts: wrong credentials, and an address that is taken."""

import pytest

from core.outbox.models import OutboxEvent
from core.users.models import SignIn, User
from core.users.services import add_user, update_user
from tests.unit.core.world import (
    NOBODY,
    Refusal,
    appended,
    forget_appended,
    refusal,
    signed_in,
)

pytestmark = pytest.mark.django_db

EMAIL, PASSWORD = "amina@ongoza.example", "a-long-passphrase-9"
WRONG: Refusal = (401, "wrong_credentials", [])


def amina() -> User:
    user = add_user(email=EMAIL, password=PASSWORD)
    forget_appended()
    return user


def log_in(email: str = EMAIL, password: str = PASSWORD) -> tuple[int, str]:
    status, body = NOBODY.post("auth/login/", {"email": email, "password": password})
    return status, body.get("code", "")


# --- wrong credentials -------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("email", "password"),
    [
        (EMAIL, "another-passphrase-9"),
        (EMAIL, PASSWORD.upper()),
        (EMAIL, f" {PASSWORD}"),
        ("nobody@ongoza.example", PASSWORD),
    ],
    ids=["other password", "other case", "a space more", "other address"],
)
def test_wrong_credentials_are_refused_in_the_same_words(email: str, password: str) -> None:
    amina()

    answer = NOBODY.post("auth/login/", {"email": email, "password": password})

    assert refusal(answer) == WRONG
    assert answer[1]["detail"] == "E-mail address or password is wrong."
    assert not SignIn.objects.exists()
    assert appended() == []


def test_an_unknown_address_costs_one_hash_like_a_known_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    hashed: list[str] = []
    monkeypatch.setattr("core.users.passwords.make_password", hashed.append)

    assert log_in("nobody@ongoza.example") == (401, "wrong_credentials")

    assert hashed == [PASSWORD]


def test_a_user_without_a_password_cannot_log_in() -> None:
    add_user(email=EMAIL, password=None)
    assert log_in() == (401, "wrong_credentials")


def test_an_inactive_user_cannot_log_in() -> None:
    update_user(user_id=amina().id, is_active=False)
    assert log_in() == (401, "wrong_credentials")


def test_an_address_is_the_same_in_any_case() -> None:
    amina()
    assert log_in(EMAIL.upper()) == (200, "")


# --- an address that is taken ------------------------------------------------------------------
@pytest.mark.parametrize("email", [EMAIL, EMAIL.upper()])
def test_a_taken_address_is_refused_and_nothing_is_written_or_published(email: str) -> None:
    before = amina()

    answer = NOBODY.post("auth/signup/", {"email": email, "password": "another-passphrase-9"})

    assert refusal(answer) == (409, "email_taken", [])
    assert list(User.objects.values_list("id", "password")) == [(before.id, before.password)]
    assert not SignIn.objects.exists()
    assert appended() == []


@pytest.mark.parametrize(
    "email", ["a@localhost", "amina", "a@b@c.example", "amina @ongoza.example", "amína@ongoza.io"]
)
def test_what_is_no_address_is_refused(email: str) -> None:
    answer = NOBODY.post("auth/signup/", {"email": email, "password": PASSWORD})
    assert refusal(answer)[:2] == (400, "invalid")
    assert not User.objects.exists()


# --- erasing oneself ---------------------------------------------------------------------------
@pytest.mark.parametrize("password", ["another-passphrase-9", PASSWORD.upper()])
def test_a_wrong_password_erases_nobody(password: str) -> None:
    user = amina()

    answer = signed_in(user).call("DELETE", "users/me/", {"password": password})

    assert refusal(answer) == (403, "wrong_password", [])
    assert User.objects.filter(pk=user.pk).exists()
    assert not OutboxEvent.objects.exists()
