"""The second factor: setting it up, logging in with it, and roles that need it."""

import base64
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from django.test import Client
from django.utils import timezone

from core.erasure.services import erase_user
from core.users import api_tokens, second_factor
from core.users.encryption import decrypt, encrypt
from core.users.mailed_links import mark_verified
from core.users.models import ApiToken, RecoveryCode, TotpSecret, User
from core.users.one_time_tokens import Purpose, issue
from core.users.services import add_user, set_password, update_user
from ongoza_contracts.http.tokens import READ
from ongoza_contracts.vocabulary import Role
from tests.unit.core.world import NOBODY, Answer, Caller, Refusal, person, refusal, signed_in

pytestmark = pytest.mark.django_db

EMAIL, PASSWORD = "amina@ongoza.example", "a-long-passphrase-9"
FINISH = "auth/login/second-factor/"
NEW_PASSWORD = "another-passphrase-10"
WRONG_CREDENTIALS: Refusal = (401, "wrong_credentials", [])
WRONG_CODE: Refusal = (403, "wrong_code", [])
START = 1_800_000_000


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The time that authenticator apps and core see; tests move it."""
    now = [START]
    monkeypatch.setattr(second_factor, "time", lambda: now[0])
    return now


@pytest.fixture
def amina() -> User:
    return add_user(email=EMAIL, password=PASSWORD)


@pytest.fixture
def required(settings: Any) -> None:
    settings.SECOND_FACTOR_REQUIRED = True


class App:
    """An authenticator app."""

    def __init__(self, enrolment: dict[str, str], clock: list[int]) -> None:
        self.totp = TOTP(base64.b32decode(enrolment["secret"]), 6, SHA1(), 30)  # noqa: S303
        self.clock = clock

    def code(self, seconds: int = 0) -> str:
        return self.totp.generate(self.clock[0] + seconds).decode()

    def next_code(self) -> str:
        self.clock[0] += 30
        return self.code()


def enrol(user: User, clock: list[int]) -> tuple[App, list[str]]:
    caller = signed_in(user)
    status, enrolment = caller.post("auth/totp/", {"password": PASSWORD})
    assert status == 201
    app = App(enrolment, clock)
    status, body = caller.post("auth/totp/confirm/", {"code": app.code()})
    assert status == 200
    return app, body["recovery_codes"]


def log_in() -> Answer:
    return NOBODY.post("auth/login/", {"email": EMAIL, "password": PASSWORD})


def challenge(code: str = "second_factor_required") -> str:
    status, body = log_in()
    assert (status, body["code"]) == (401, code)
    return str(body["challenge"])


def finish(code: str, challenged: str | None = None) -> Answer:
    return NOBODY.post(FINISH, {"challenge": challenged or challenge(), "code": code})


def api_token(user: User) -> str:
    return api_tokens.create(user=user, name="backup", scope=[READ], days=7).token


def exchange(token: str) -> Answer:
    return NOBODY.post("auth/token/exchange/", {"token": token})


def after_check(monkeypatch: pytest.MonkeyPatch, change: Callable[[], object]) -> None:
    """Make a change by somebody else after a code was checked, before it takes effect."""
    check = second_factor.check

    def check_and_change(*args: Any, **options: Any) -> int:
        totp_id = check(*args, **options)
        change()
        return totp_id

    monkeypatch.setattr(second_factor, "check", check_and_change)


def replace_second_factor(user: User) -> None:
    second_factor.remove(user)
    second_factor.begin(user)
    TotpSecret.objects.filter(user=user).update(confirmed_at=timezone.now())


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


# --- roles that need it --------------------------------------------------------------------------
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


def test_the_admin_lets_nobody_in_without_the_required_factor(
    required: None, clock: list[int]
) -> None:
    add_user(email=EMAIL, password=PASSWORD, role=Role.ADMIN)
    assert admin_log_in(Client()) == 302


def test_a_session_without_the_factor_is_not_let_in(clock: list[int]) -> None:
    user = add_user(email=EMAIL, password=PASSWORD, role=Role.ADMIN)
    enrol(user, clock)
    client = Client()
    client.force_login(user)
    assert client.get("/admin/").status_code == 302
    client.post("/admin/login/", {"username": EMAIL, "password": "wrong", "code": "000000"})
    assert client.get("/admin/").status_code == 302


def test_staff_remove_the_second_factor_of_a_user(amina: User, clock: list[int]) -> None:
    enrol(amina, clock)
    client = Client()
    client.force_login(person("admin", Role.ADMIN))
    body = {"action": "remove_second_factor", "_selected_action": [amina.id]}
    assert client.post("/admin/users/user/", body).status_code == 302
    assert not TotpSecret.objects.exists()
    assert log_in()[0] == 200


def test_codes_are_those_of_the_standard() -> None:
    """RFC 6238, appendix B, cut to six digits."""
    secret = b"12345678901234567890"
    for seconds, code in ((59, "287082"), (1111111109, "081804"), (20000000000, "353130")):
        assert second_factor._code_at(secret, seconds // 30) == code
