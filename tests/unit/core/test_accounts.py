"""Accounts: wrong credentials, an address that is taken, and how often one may try."""

import pytest
from django.core.cache import cache
from rest_framework.throttling import SimpleRateThrottle

from core.outbox.models import OutboxEvent
from core.users.models import SignIn, User
from core.users.services import add_user, update_user
from tests.unit.core.world import (
    NOBODY,
    Caller,
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


# --- throttles ---------------------------------------------------------------------------------
RATES = {"login": "3/min", "login_address": "5/min", "signup": "2/min"}


@pytest.fixture
def throttled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SimpleRateThrottle, "THROTTLE_RATES", RATES)
    cache.clear()


@pytest.fixture
def clock(throttled: None, monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [1_000_000.0]
    monkeypatch.setattr(SimpleRateThrottle, "timer", lambda _: now[0])
    return now


def test_a_throttled_account_refuses_the_right_password_and_unlocks_by_itself(
    clock: list[float],
) -> None:
    amina()
    wrong = [log_in(password="another-passphrase-9") for _ in range(3)]
    assert wrong == [(401, "wrong_credentials")] * 3

    assert log_in() == (429, "throttled")

    clock[0] += 61
    assert log_in() == (200, "")


def test_the_throttle_of_an_account_counts_an_address_once_in_whatever_case(
    throttled: None,
) -> None:
    tried = [log_in(email, "another-passphrase-9")[0] for email in (EMAIL, EMAIL.upper()) * 2]
    assert tried == [401, 401, 401, 429]


def test_the_throttle_of_an_address_counts_over_all_accounts(throttled: None) -> None:
    tried = [log_in(f"learner-{number}@ongoza.example")[0] for number in range(6)]
    assert tried == [401] * 5 + [429]


def test_sign_ups_of_one_network_address_are_throttled(throttled: None) -> None:
    statuses = [
        NOBODY.post("auth/signup/", {"email": f"l{number}@ongoza.example", "password": PASSWORD})[0]
        for number in range(3)
    ]
    assert statuses == [201, 201, 429]
    assert User.objects.count() == 2


def test_a_forged_forwarded_address_gets_no_limit_of_its_own(throttled: None) -> None:
    body = b'{"email": "amina@ongoza.example", "password": "another-passphrase-9"}'
    statuses = [
        Caller().call(
            "POST",
            "auth/login/",
            body,
            {"Content-Type": "application/json", "X-Forwarded-For": f"203.0.113.{number}"},
        )[0]
        for number in range(4)
    ]
    assert statuses == [401, 401, 401, 429]


def test_guessing_the_own_password_is_throttled(throttled: None) -> None:
    caller = signed_in(amina())
    body = {"current_password": "another-passphrase-9", "new_password": "a-third-passphrase-9"}
    assert [caller.post("users/me/password/", body)[0] for _ in range(4)] == [403, 403, 403, 429]


def test_a_throttled_caller_is_told_when_to_come_back(throttled: None) -> None:
    for number in range(3):
        answer = NOBODY.post(
            "auth/signup/", {"email": f"l{number}@ongoza.example", "password": PASSWORD}
        )
    assert refusal(answer) == (429, "throttled", [])
