"""How often one may try: log-in here and in the admin, sign-up, refresh, the own password."""

from datetime import timedelta
from typing import Any

import pytest
from django.db.models import F
from django.test import Client, RequestFactory

from core.config import settings as base_settings
from core.kit.retention import rules
from core.limits.models import RateLimit
from core.limits.throttles import client_address
from core.users.models import User
from core.users.services import add_user
from core.users.throttles import LinkThrottle, MailThrottle, ResetThrottle
from ongoza_contracts.vocabulary import Role
from tests.unit.core.world import NOBODY, Caller, refusal, signed_in

pytestmark = pytest.mark.django_db

EMAIL, PASSWORD, WRONG = "amina@ongoza.example", "a-long-passphrase-9", "another-passphrase-9"
RATES = {"login": (3, 60), "login_address": (5, 60), "signup": (2, 60), "refresh": (2, 60)}


@pytest.fixture(autouse=True)
def throttled(settings: Any) -> None:
    settings.RATE_LIMITS = RATES
    settings.VALKEY_URL = ""


def amina() -> User:
    return add_user(email=EMAIL, password=PASSWORD)


def wait(seconds: int) -> None:
    """As if so many seconds passed."""
    RateLimit.objects.update(unused_at=F("unused_at") - timedelta(seconds=seconds))


def post(path: str, body: Any, address: str = "127.0.0.1", **headers: str) -> Any:
    return Client(REMOTE_ADDR=address).post(
        f"/api/v1/{path}", body, content_type="application/json", headers=headers
    )


def log_in(email: str = EMAIL, password: str = PASSWORD, address: str = "127.0.0.1") -> Any:
    return post("auth/login/", {"email": email, "password": password}, address)


def test_a_throttled_account_refuses_the_right_password_and_unlocks_by_itself() -> None:
    amina()
    assert [log_in(password=WRONG).status_code for _ in range(3)] == [401] * 3
    refused = log_in()
    assert (refused.status_code, refused.json()["code"]) == (429, "throttled")
    wait(61)
    assert log_in().status_code == 200


def test_the_wrong_guesses_of_a_stranger_do_not_lock_the_owner_out() -> None:
    amina()
    tried = [log_in(password=WRONG, address="203.0.113.9").status_code for _ in range(30)]
    assert tried == [401] * 3 + [429] * 27
    assert log_in().status_code == 200


def test_the_throttle_of_an_account_counts_an_address_once_in_whatever_case() -> None:
    tried = [log_in(email, WRONG).status_code for email in (EMAIL, EMAIL.upper()) * 2]
    assert tried == [401, 401, 401, 429]


def test_the_throttle_of_an_address_counts_over_all_accounts() -> None:
    tried = [log_in(f"learner-{number}@ongoza.example").status_code for number in range(6)]
    assert tried == [401] * 5 + [429]


CREDENTIALS = {
    "login_address": ("auth/login/", {"email": EMAIL, "password": WRONG}, 401),
    "second_factor_address": (
        "auth/login/second-factor/",
        {"challenge": "x", "code": "000000"},
        401,
    ),
    "mailed_token_address": (
        "auth/password/reset/confirm/",
        {"token": "x", "new_password": PASSWORD},
        400,
    ),
    "oidc_address": ("auth/oidc/none/", None, 404),
    "exchange_address": ("auth/token/exchange/", {"token": "x"}, 401),
}


@pytest.mark.parametrize("spent", CREDENTIALS)
def test_attempts_on_one_route_leave_those_of_the_others(spent: str, settings: Any) -> None:
    settings.RATE_LIMITS = {**dict.fromkeys(CREDENTIALS, (2, 60)), "credential_address": (6, 60)}
    path, body, status = CREDENTIALS[spent]
    tried = [post(path, body).status_code for _ in range(20)]
    assert tried == [status] * 2 + [429] * 18
    others = [row for scope, row in CREDENTIALS.items() if scope != spent]
    assert [post(path, body).status_code for path, body, _ in others] == [
        status for _, _, status in others
    ]


def test_one_address_tries_so_many_credentials_of_all_kinds_together(settings: Any) -> None:
    settings.RATE_LIMITS = {**dict.fromkeys(CREDENTIALS, (2, 60)), "credential_address": (6, 60)}
    rows = [*CREDENTIALS.values()] * 2
    tried = [post(path, body).status_code for path, body, _ in rows]
    assert tried == [status for _, _, status in rows[:6]] + [429] * 4
    assert admin_log_in(WRONG).status_code == 429


def test_the_limits_of_one_kind_are_narrower_than_that_over_all() -> None:
    limits = base_settings._RATE_LIMITS
    widest = max(limits[scope][0] for scope in CREDENTIALS)
    assert widest < limits["credential_address"][0] < sum(limits[one][0] for one in CREDENTIALS)


def sign_up(number: int) -> Any:
    return post("auth/signup/", {"email": f"l{number}@ongoza.example", "password": PASSWORD})


def test_sign_ups_of_one_network_address_are_throttled() -> None:
    assert [sign_up(number).status_code for number in range(3)] == [201, 201, 429]
    assert User.objects.count() == 2


def test_a_classroom_signs_up_from_one_address_in_a_minute_but_not_two_hundred(
    settings: Any,
) -> None:
    settings.RATE_LIMITS = {"signup": (120, 1800)}
    tried = [post("auth/signup/", {}).status_code for _ in range(200)]
    assert tried[:60] == [400] * 60
    assert tried[-1] == 429
    assert 120 <= tried.count(400) <= 124


def test_a_forged_forwarded_address_gets_no_limit_of_its_own() -> None:
    body = {"email": EMAIL, "password": WRONG}
    statuses = [
        post("auth/login/", body, **{"X-Forwarded-For": f"203.0.113.{number}"}).status_code
        for number in range(4)
    ]
    assert statuses == [401, 401, 401, 429]


def test_guessing_the_own_password_is_throttled() -> None:
    caller = signed_in(amina())
    body = {"current_password": WRONG, "new_password": "a-third-passphrase-9"}
    assert [caller.post("users/me/password/", body)[0] for _ in range(4)] == [403, 403, 403, 429]


def test_exchanging_refresh_tokens_is_throttled() -> None:
    tried = [post("auth/token/refresh/", {"refresh_token": "x"}).status_code for _ in range(3)]
    assert tried == [401, 401, 429]


def test_a_throttled_caller_is_told_when_to_come_back() -> None:
    answers = [sign_up(number) for number in range(3)]
    assert refusal((429, answers[2].json())) == (429, "throttled", [])
    assert 25 <= int(answers[2].headers["Retry-After"]) <= 30  # half of the minute: one of two
    wait(int(answers[2].headers["Retry-After"]))
    assert sign_up(4).status_code == 201


def test_the_answers_say_how_much_of_the_limit_is_left() -> None:
    answers = [sign_up(number) for number in range(3)]
    names = ("RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset")
    found = [[int(answer.headers[name]) for name in names] for answer in answers]
    assert [one[:2] for one in found] == [[2, 1], [2, 0], [2, 0]]
    for seconds, (_, _, reset) in zip((30, 60, 60), found, strict=True):
        assert seconds - 5 <= reset <= seconds
    assert "Retry-After" not in answers[1].headers
    assert "RateLimit-Limit" not in Client().get("/api/v1/health/").headers


def test_the_tighter_of_two_limits_is_shown() -> None:
    assert log_in(password=WRONG).headers["RateLimit-Remaining"] == "2"
    for number in range(3):
        answer = log_in(f"l{number}@ongoza.example")
    assert answer.headers["RateLimit-Remaining"] == "1"


# --- the admin -----------------------------------------------------------------------------------
def admin_log_in(password: str, username: str = EMAIL, address: str = "127.0.0.1") -> Any:
    body = {"username": username, "password": password}
    return Client(REMOTE_ADDR=address).post("/admin/login/?next=/admin/", body)


def test_the_log_in_of_the_admin_is_throttled_together_with_that_of_the_api() -> None:
    add_user(email=EMAIL, password=PASSWORD, role=Role.ADMIN)
    assert [admin_log_in(WRONG).status_code for _ in range(2)] == [200, 200]
    assert log_in(password=WRONG).status_code == 401
    refused = admin_log_in(PASSWORD)
    assert refused.status_code == 429
    assert 15 <= int(refused.headers["Retry-After"]) <= 20
    assert refused.headers["RateLimit-Remaining"] == "0"
    assert admin_log_in(PASSWORD, address="203.0.113.9").status_code == 302
    wait(21)
    assert admin_log_in(PASSWORD).status_code == 302


def test_one_address_tries_no_more_accounts_of_the_admin() -> None:
    tried = [admin_log_in(WRONG, f"l{number}@ongoza.example").status_code for number in range(6)]
    assert tried == [200] * 5 + [429]
    assert Client().get("/admin/login/").status_code == 200


# --- who is counted ------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("given", "counted"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("unix", "unix"),
    ],
)
def test_an_ipv6_network_is_one_client(given: str, counted: str) -> None:
    assert client_address(RequestFactory(REMOTE_ADDR=given).get("/")) == counted


def test_no_address_and_no_account_is_stored() -> None:
    log_in(address="203.0.113.9")
    keys = [*RateLimit.objects.values_list("key", flat=True)]
    assert len(keys) == 2
    assert not any(text in key for key in keys for text in ("203.0", "amina", "ongoza"))


def test_limits_that_are_unused_again_are_deleted() -> None:
    log_in()
    wait(30)
    log_in("late@ongoza.example")
    rules()["limits.unused"].carry_out()
    assert RateLimit.objects.count() == 2  # of the later account, and of the address


def test_mails_to_one_account_and_from_one_address_have_scopes_of_their_own() -> None:
    scopes = {throttle.scope for throttle in (ResetThrottle, LinkThrottle, MailThrottle)}
    assert scopes == {"reset", "link", "mail_address"}


def test_without_limits_nothing_is_counted(settings: Any) -> None:
    settings.RATE_LIMITS = {}
    assert [Caller().post("auth/login/", {})[0] for _ in range(20)] == [400] * 20
    assert not RateLimit.objects.exists()
    assert NOBODY.get("health/")[0] == 200
