"""While a key is changed, everybody stays signed in and nothing that was issued becomes void."""

import secrets
from typing import Any

import pytest

from core.notifications.models import PhoneNumber
from core.notifications.phone_numbers import confirm_phone_number, number_hash, send_code
from core.users.models import User
from core.users.second_factor import SecondFactorRequired, open_challenge
from core.users.tokens import InvalidToken, read_bearer, read_refresh
from ongoza_contracts.vocabulary import Role
from tests.unit.core.authenticator import EMAIL, PASSWORD, challenge, enrol, finish
from tests.unit.core.world import (
    NOBODY,
    Caller,
    admin_site_client,
    log_in,
    person,
    service,
)

pytestmark = pytest.mark.django_db


def change_token_key(settings: Any) -> None:
    settings.JWT_SECRET_KEY_PREVIOUS = settings.JWT_SECRET_KEY
    settings.JWT_SECRET_KEY = secrets.token_urlsafe(48)


def change_secret_key(settings: Any) -> None:
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = secrets.token_urlsafe(48)


def refreshed(tokens: dict[str, str]) -> dict[str, str]:
    status, body = NOBODY.post("auth/token/refresh/", {"refresh_token": tokens["refresh_token"]})
    assert status == 200
    return dict(body)


def test_a_sign_in_outlives_a_change_of_the_token_key(amina: User, settings: Any) -> None:
    old = log_in(EMAIL, PASSWORD)
    change_token_key(settings)
    assert Caller(old["access_token"]).get("users/me/")[0] == 200
    new = refreshed(old)

    settings.JWT_SECRET_KEY_PREVIOUS = ""  # every token of the earlier key has expired
    assert Caller(new["access_token"]).get("users/me/")[0] == 200
    assert Caller(refreshed(new)["access_token"]).get("users/me/")[0] == 200
    assert Caller(old["access_token"]).get("users/me/")[0] == 401
    with pytest.raises(InvalidToken):
        read_refresh(old["refresh_token"])


def test_a_process_accepts_the_next_key_before_it_signs_with_it(amina: User, settings: Any) -> None:
    """Processes that are restarted one after the other verify each other's tokens."""
    present, following = settings.JWT_SECRET_KEY, secrets.token_urlsafe(48)
    settings.JWT_SECRET_KEY_PREVIOUS = following
    before = log_in(EMAIL, PASSWORD)["access_token"]
    settings.JWT_SECRET_KEY, settings.JWT_SECRET_KEY_PREVIOUS = following, present
    after = log_in(EMAIL, PASSWORD)["access_token"]
    assert Caller(before).get("users/me/")[0] == 200
    settings.JWT_SECRET_KEY, settings.JWT_SECRET_KEY_PREVIOUS = present, following
    assert Caller(after).get("users/me/")[0] == 200


def test_tokens_of_a_third_key_and_malformed_ones_are_refused(amina: User, settings: Any) -> None:
    token = log_in(EMAIL, PASSWORD)["access_token"]
    change_token_key(settings)
    change_token_key(settings)
    assert Caller(token).get("users/me/")[0] == 401
    with pytest.raises(InvalidToken):
        read_bearer(f"{token[:-4]}AAAA")


def test_the_tokens_of_ai_outlive_a_change_of_the_token_key(settings: Any) -> None:
    caller = service()
    change_token_key(settings)
    assert caller.get("internal/versions/content/")[0] == 200


def test_recovery_codes_and_challenges_outlive_a_change_of_the_secret_key(
    amina: User, clock: list[int], settings: Any
) -> None:
    app, codes = enrol(amina, clock)
    challenged = challenge()
    change_secret_key(settings)
    assert open_challenge(challenged, SecondFactorRequired).user == amina
    assert finish(codes[0], challenged)[0] == 200
    assert finish(codes[0])[0] == 403
    assert finish(app.next_code())[0] == 200


def test_a_code_for_a_phone_outlives_a_change_of_the_secret_key(
    amina: User, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[str] = []
    monkeypatch.setattr(
        "core.notifications.phone_numbers.send_sms", lambda number, text, key: sent.append(text)
    )
    phone = PhoneNumber.objects.create(user=amina, number="+254700000001")
    wanted = number_hash(phone)
    change_secret_key(settings)
    send_code(amina, wanted)  # the job was added before
    change_secret_key(settings)
    assert confirm_phone_number(user=amina, code=sent[0][-6:]).verified_at


def test_a_session_of_the_admin_outlives_a_change_of_the_secret_key(settings: Any) -> None:
    client = admin_site_client(person("ada", Role.ADMIN))
    assert client.get("/admin/").status_code == 200
    change_secret_key(settings)
    assert client.get("/admin/").status_code == 200
    settings.SECRET_KEY_FALLBACKS = []
    assert client.get("/admin/").status_code == 200  # the first request renewed it
