"""The second factor: setting it up, and logging in with it."""

import base64
from urllib.parse import parse_qs, urlsplit

import pytest
from cryptography.exceptions import InvalidTag
from django.utils import timezone

from core.erasure.services import erase_user
from core.users import second_factor
from core.users.encryption import decrypt, encrypt
from core.users.mailed_links import mark_verified
from core.users.models import ApiToken, RecoveryCode, TotpSecret, User
from core.users.one_time_tokens import Purpose, issue
from core.users.services import add_user, set_password, update_user
from ongoza_contracts.vocabulary import Role
from tests.unit.core.authenticator import (
    EMAIL,
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
    Refusal,
    api_token,
    person,
    refusal,
    signed_in,
)

pytestmark = pytest.mark.django_db

WRONG_CODE: Refusal = (403, "wrong_code", [])


# --- setting it up -------------------------------------------------------------------------------
def test_an_enrolment_gives_the_secret_in_three_forms(amina: User, clock: list[int]) -> None:
    _, body = signed_in(amina).post("auth/totp/", {"password": PASSWORD})
    uri = urlsplit(body["otpauth_uri"])
    assert (uri.scheme, uri.netloc) == ("otpauth", "totp")
    assert parse_qs(uri.query)["secret"] == [body["secret"]]
    assert body["qr_svg"].startswith("data:image/svg+xml")


def test_the_secret_is_stored_encrypted_for_its_user(amina: User, clock: list[int]) -> None:
    _, body = signed_in(amina).post("auth/totp/", {"password": PASSWORD})
    secret, stored = base64.b32decode(body["secret"]), bytes(TotpSecret.objects.get().encrypted)
    assert secret not in stored
    assert decrypt(stored, context=f"totp:{amina.id}") == secret
    with pytest.raises(InvalidTag):
        decrypt(stored, context=f"totp:{amina.id + 1}")
    assert encrypt(secret, context=f"totp:{amina.id}") != stored


def test_enrolment_takes_the_password(amina: User) -> None:
    answer = signed_in(amina).post("auth/totp/", {"password": "another-passphrase-10"})
    assert refusal(answer) == (403, "wrong_password", [])
    assert not TotpSecret.objects.exists()


def test_an_enrolment_counts_once_a_code_is_confirmed(amina: User, clock: list[int]) -> None:
    caller = signed_in(amina)
    _, body = caller.post("auth/totp/", {"password": PASSWORD})
    assert log_in()[0] == 200
    assert refusal(caller.post("auth/totp/confirm/", {"code": "000000"})) == WRONG_CODE
    assert log_in()[0] == 200
    assert caller.get("auth/totp/")[1] == {"enrolled": False, "recovery_codes_left": 0}
    assert caller.post("auth/totp/confirm/", {"code": App(body, clock).code()})[0] == 200
    assert caller.get("auth/totp/")[1] == {"enrolled": True, "recovery_codes_left": 10}
    assert log_in()[0] == 401


def test_an_enrolment_ends_the_other_sign_ins(amina: User, clock: list[int]) -> None:
    earlier, other = signed_in(amina), signed_in(person("baraka"))
    enrol(amina, clock)
    assert (earlier.get("users/me/")[0], other.get("users/me/")[0]) == (401, 200)


def test_an_enrolment_ends_the_api_tokens(amina: User, clock: list[int]) -> None:
    token = api_token(amina)
    enrol(amina, clock)
    assert refusal(exchange(token)) == (401, "not_authenticated", [])
    assert not ApiToken.objects.exists()


def test_a_secret_that_replaces_the_checked_one_is_not_confirmed(
    amina: User, clock: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    caller = signed_in(amina)
    _, enrolment = caller.post("auth/totp/", {"password": PASSWORD})
    after_check(monkeypatch, lambda: second_factor.begin(amina))
    answer = caller.post("auth/totp/confirm/", {"code": App(enrolment, clock).code()})
    assert refusal(answer) == WRONG_CODE
    assert not second_factor.is_enrolled(amina)
    assert not RecoveryCode.objects.exists()


def test_a_reset_after_the_check_leaves_no_second_factor(
    amina: User, clock: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    caller = signed_in(amina)
    _, enrolment = caller.post("auth/totp/", {"password": PASSWORD})
    after_check(monkeypatch, lambda: set_password(user_id=amina.id, password=NEW_PASSWORD))
    answer = caller.post("auth/totp/confirm/", {"code": App(enrolment, clock).code()})
    assert refusal(answer) == WRONG_CREDENTIALS
    assert not second_factor.is_enrolled(amina)


def test_a_secret_that_replaces_the_checked_one_is_not_removed(
    amina: User, clock: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    app, _ = enrol(amina, clock)
    after_check(monkeypatch, lambda: replace_second_factor(amina))
    code = {"code": app.next_code()}
    assert signed_in(amina).call("DELETE", "auth/totp/", code) == (204, None)
    assert second_factor.is_enrolled(amina)


def test_a_second_enrolment_needs_the_first_one_removed(amina: User, clock: list[int]) -> None:
    app, _ = enrol(amina, clock)
    caller = signed_in(amina)
    again = caller.post("auth/totp/", {"password": PASSWORD})
    assert refusal(again) == (409, "already_enrolled", [])
    confirm = caller.post("auth/totp/confirm/", {"code": app.next_code()})
    assert refusal(confirm) == (409, "already_enrolled", [])
    remove = {"code": "000000"}
    assert refusal(caller.call("DELETE", "auth/totp/", remove)) == WRONG_CODE
    assert caller.call("DELETE", "auth/totp/", {"code": app.next_code()}) == (204, None)
    assert not RecoveryCode.objects.exists()
    assert log_in()[0] == 200
    nothing = caller.call("DELETE", "auth/totp/", {"code": app.next_code()})
    assert refusal(nothing) == (409, "not_enrolled", [])


# --- logging in ----------------------------------------------------------------------------------
def test_a_log_in_is_finished_by_a_code(amina: User, clock: list[int]) -> None:
    app, _ = enrol(amina, clock)
    status, body = finish(app.next_code())
    assert (status, body["user"]["id"]) == (200, amina.id)
    assert Caller(body["access_token"]).get("users/me/")[0] == 200


def test_a_code_of_a_replaced_second_factor_finishes_no_log_in(
    amina: User, clock: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    app, _ = enrol(amina, clock)
    challenged = challenge()
    after_check(monkeypatch, lambda: replace_second_factor(amina))
    answer = finish(app.next_code(), challenged)
    assert refusal(answer) == (401, "invalid_challenge", [])


def test_a_wrong_password_gets_no_challenge(amina: User, clock: list[int]) -> None:
    enrol(amina, clock)
    body = {"email": EMAIL, "password": "another-passphrase-10"}
    assert refusal(NOBODY.post("auth/login/", body)) == (401, "wrong_credentials", [])


def test_a_code_works_once_and_none_before_it_after_it(amina: User, clock: list[int]) -> None:
    app, _ = enrol(amina, clock)
    earlier, current = app.next_code(), app.next_code()
    assert finish(current)[0] == 200
    assert refusal(finish(current)) == WRONG_CODE
    assert refusal(finish(earlier)) == WRONG_CODE


@pytest.mark.parametrize(("seconds", "status"), [(-60, 403), (-30, 200), (30, 200), (60, 403)])
def test_clocks_may_differ_by_half_a_minute(
    seconds: int, status: int, amina: User, clock: list[int]
) -> None:
    app, _ = enrol(amina, clock)
    clock[0] += 300
    assert finish(app.code(seconds))[0] == status


def test_an_unreadable_secret_refuses_codes_but_not_recovery_codes(
    amina: User, clock: list[int]
) -> None:
    app, codes = enrol(amina, clock)
    TotpSecret.objects.update(encrypted=encrypt(b"x" * 20, context=f"totp:{amina.id + 1}"))
    assert refusal(finish(app.next_code())) == WRONG_CODE
    assert finish(codes[0])[0] == 200


def test_a_recovery_code_works_once(amina: User, clock: list[int]) -> None:
    _, codes = enrol(amina, clock)
    assert len({*codes}) == 10
    assert finish(codes[0].lower().replace("-", " "))[0] == 200
    assert refusal(finish(codes[0])) == WRONG_CODE
    assert finish(codes[1])[0] == 200
    stored = {row.hash for row in RecoveryCode.objects.all()}
    assert not stored & {code.replace("-", "") for code in codes}


def test_the_recovery_codes_of_another_user_are_wrong(amina: User, clock: list[int]) -> None:
    enrol(amina, clock)
    _, codes = enrol(add_user(email="baraka@ongoza.example", password=PASSWORD), clock)
    assert refusal(finish(codes[0])) == WRONG_CODE


def test_attempts_are_limited_and_a_pause_allows_one_more(amina: User, clock: list[int]) -> None:
    app, _ = enrol(amina, clock)
    challenged = challenge()
    assert [finish("000000", challenged)[0] for _ in range(6)] == [403] * 5 + [429]
    assert refusal(finish(app.next_code(), challenged)) == (429, "throttled", [])
    TotpSecret.objects.update(attempted_at=timezone.now() - 2 * second_factor.PAUSE)
    assert finish(app.next_code(), challenged)[0] == 200
    assert TotpSecret.objects.get().failures == 0


def test_a_challenge_ends_with_the_password_the_role_and_in_time(
    amina: User, clock: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    app, _ = enrol(amina, clock)
    expired: Refusal = (401, "invalid_challenge", [])
    before_role = challenge()
    update_user(user_id=amina.id, role=Role.MENTOR)
    assert refusal(finish(app.next_code(), before_role)) == expired
    before_password = challenge()
    set_password(user_id=amina.id, password=PASSWORD)
    assert refusal(finish(app.next_code(), before_password)) == expired
    late = challenge()
    monkeypatch.setattr(second_factor, "CHALLENGE_SECONDS", -1)
    assert refusal(finish(app.next_code(), late)) == expired


@pytest.mark.parametrize("challenged", ["x", "a:b:c", "ä"])
def test_a_malformed_challenge_is_refused(challenged: str) -> None:
    assert refusal(finish("000000", challenged)) == (401, "invalid_challenge", [])


def test_a_mailed_link_does_not_replace_the_second_factor(amina: User, clock: list[int]) -> None:
    mark_verified(amina)
    app, _ = enrol(amina, clock)
    token = issue(amina, Purpose.LOG_IN_LINK)
    status, body = NOBODY.post("auth/login/link/", {"token": token})
    assert (status, body["code"]) == (401, "second_factor_required")
    assert NOBODY.post("auth/login/link/", {"token": token})[0] == 400
    assert finish(app.next_code(), body["challenge"])[0] == 200


def test_an_erasure_removes_the_second_factor(amina: User, clock: list[int]) -> None:
    enrol(amina, clock)
    erase_user(user_id=amina.id)
    assert not TotpSecret.objects.exists()
    assert not RecoveryCode.objects.exists()


def test_codes_are_those_of_the_standard() -> None:
    """RFC 6238, appendix B, cut to six digits."""
    secret = b"12345678901234567890"
    for seconds, code in ((59, "287082"), (1111111109, "081804"), (20000000000, "353130")):
        assert second_factor._code_at(secret, seconds // 30) == code
