"""Personal API tokens: what their access tokens may do, and what ends them."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core.erasure.services import erase_user
from core.kit.retention import rules
from core.organizations.services import add_organization
from core.users import api_tokens, second_factor
from core.users.models import ApiToken, SignIn, TotpSecret, User
from core.users.services import WrongCredentials, add_user, set_password, sign_in, update_user
from core.users.tokens import InvalidToken, issue_scoped, read_bearer
from ongoza_contracts.access import Permission
from ongoza_contracts.http.tokens import READ, WRITE, scope_allows
from ongoza_contracts.vocabulary import Role
from tests.unit.core.school import insert_world
from tests.unit.core.world import (
    NOBODY,
    Answer,
    Caller,
    Refusal,
    api_token,
    appended,
    forget_appended,
    goal_request,
    person,
    refusal,
    signed_in,
)

pytestmark = pytest.mark.django_db

PASSWORD = "a-long-passphrase-9"
TOKENS, EXCHANGE = "auth/tokens/", "auth/token/exchange/"
UNKNOWN: Refusal = (401, "not_authenticated", [])
GOALS = "coaching/goals/"


def ask(caller: Caller, **more: Any) -> Answer:
    body = {"name": "backup", "scope": [READ], "password": PASSWORD, **more}
    return caller.post(TOKENS, {name: value for name, value in body.items() if value is not None})


def create(caller: Caller, *scope: str, **more: Any) -> dict[str, Any]:
    status, body = ask(caller, scope=scope or [READ], **more)
    assert status == 201
    return dict(body)


def exchange(token: str) -> Answer:
    return NOBODY.post(EXCHANGE, {"token": token})


def program(user: User, *scope: str) -> Caller:
    """A program of the user, with an access token of this scope."""
    status, body = exchange(api_token(user, *scope))
    assert status == 200
    return Caller(body["access_token"])


def addresses(body: dict[str, Any]) -> set[str | None]:
    """The addresses in the answer about one user or a page of them."""
    rows = body.get("results", [body])
    return {row.get("user", row)["email"] for row in rows}


def set_up_second_factor(user: User) -> str:
    """A recovery code of it."""
    second_factor.begin(user)
    row = TotpSecret.objects.get(user=user)
    return second_factor.confirm(user, row.pk)[0]


@pytest.fixture
def amina() -> User:
    return add_user(email="amina@ongoza.example", password=PASSWORD)


# --- creating ------------------------------------------------------------------------------------
def test_a_token_is_shown_once_and_only_its_hash_is_stored(amina: User) -> None:
    caller = signed_in(amina)
    created = create(caller, READ, expires_in_days=7)
    assert created["token"].startswith("ongoza_pat_")
    _, page = caller.get(TOKENS)
    assert page["results"] == [{name: v for name, v in created.items() if name != "token"}]
    (row,) = ApiToken.objects.values()
    assert created["token"] not in str(row)
    days = (ApiToken.objects.get().expires_at - timezone.now()).total_seconds() / 86400
    assert 6.99 < days <= 7


@pytest.mark.parametrize(
    "change",
    [
        {"scope": []},
        {"scope": ["admin"]},
        {"scope": "read"},
        {"expires_in_days": 0},
        {"expires_in_days": 367},
        {"name": ""},
        {"name": "x" * 81},
    ],
)
def test_a_malformed_request_creates_nothing(amina: User, change: dict[str, Any]) -> None:
    assert ask(signed_in(amina), **change)[0] == 400
    assert not ApiToken.objects.exists()


@pytest.mark.parametrize(
    ("proof", "expected"),
    [
        ({"password": None}, (400, "invalid", [("password", "required")])),
        ({"password": "another-passphrase-9"}, (403, "wrong_password", [])),
        ({"password": None, "code": "000000"}, (400, "invalid", [("password", "required")])),
    ],
)
def test_a_token_is_created_for_the_password_alone(
    proof: dict[str, Any], expected: Any, amina: User
) -> None:
    assert refusal(ask(signed_in(amina), **proof)) == expected
    assert not ApiToken.objects.exists()


@pytest.mark.parametrize(
    ("proof", "expected"),
    [
        ({}, (400, "invalid", [("code", "required")])),
        ({"code": "000000"}, (403, "wrong_code", [])),
    ],
)
def test_with_a_second_factor_the_password_does_not_do(
    proof: dict[str, Any], expected: Any, amina: User
) -> None:
    set_up_second_factor(amina)
    assert refusal(ask(signed_in(amina), **proof)) == expected
    assert not ApiToken.objects.exists()


def test_with_a_second_factor_a_code_of_it_creates_a_token(amina: User) -> None:
    code = set_up_second_factor(amina)
    status, body = ask(signed_in(amina), password=None, code=code)
    assert (status, exchange(body["token"])[0]) == (201, 200)


def test_guessing_the_password_for_a_token_is_throttled(amina: User, settings: Any) -> None:
    settings.RATE_LIMITS, settings.VALKEY_URL = {"login": (2, 60)}, ""
    caller = signed_in(amina)
    tried = [ask(caller, password="another-passphrase-9")[0] for _ in range(3)]
    assert tried == [403, 403, 429]
    assert caller.get(TOKENS)[0] == 200


def test_the_number_of_tokens_is_limited(amina: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.users.api_tokens.MAX_TOKENS", 1)
    caller = signed_in(amina)
    create(caller)
    assert refusal(ask(caller)) == (409, "too_many_tokens", [])


def test_the_user_is_locked_once_for_a_new_token(amina: User) -> None:
    with CaptureQueriesContext(connection) as queries:
        api_tokens.create(user=amina, totp_id=None, name="ci", scope=[READ], days=1)
    locks = [one["sql"] for one in queries if 'FROM "users_user"' in one["sql"]]
    assert sum("FOR NO KEY UPDATE" in one for one in locks) == 1


def test_a_password_that_changed_since_it_was_checked_makes_no_token(amina: User) -> None:
    set_password(user_id=amina.pk, password="another-long-passphrase-9")
    with pytest.raises(WrongCredentials):
        api_tokens.create(user=amina, totp_id=None, name="ci", scope=[READ], days=1)
    assert not ApiToken.objects.exists()


def test_nobody_sees_or_revokes_the_tokens_of_somebody_else(amina: User) -> None:
    mine, other = create(signed_in(amina)), signed_in(person("baraka"))
    assert other.get(TOKENS)[1]["results"] == []
    foreign = other.call("DELETE", f"{TOKENS}{mine['id']}/")
    absent = other.call("DELETE", f"{TOKENS}018f0000-0000-7000-8000-00000000dead/")
    assert refusal(foreign) == refusal(absent) == (404, "not_found", [])
    assert exchange(mine["token"])[0] == 200


def test_a_token_is_no_device_in_the_list_of_sign_ins(amina: User) -> None:
    caller = signed_in(amina)
    created = create(caller)
    (shown,) = caller.get("auth/sessions/")[1]["results"]
    assert shown["current"]
    assert caller.call("DELETE", "auth/sessions/") == (204, None)
    assert exchange(created["token"])[0] == 200


# --- what its access tokens may do ---------------------------------------------------------------
def test_an_access_token_lives_15_minutes_and_names_its_scope(amina: User) -> None:
    _, body = exchange(create(signed_in(amina), WRITE, READ)["token"])
    claims: Any = read_bearer(body["access_token"])
    assert (body["expires_in"], body["scope"]) == (900, "read write")
    assert (claims.exp - claims.iat, claims.scope) == (900, "read write")


def test_an_access_token_does_not_outlive_its_api_token(amina: User) -> None:
    created = create(signed_in(amina))
    ApiToken.objects.update(expires_at=timezone.now() + timedelta(seconds=60))
    assert 55 <= exchange(created["token"])[1]["expires_in"] <= 60


def test_read_reads_and_changes_nothing(amina: User) -> None:
    reader = program(amina, READ)
    assert reader.get("users/me/")[0] == 200
    assert reader.call("HEAD", "users/me/")[0] == 200
    refused = [
        reader.call("PATCH", "users/me/", {"first_name": "Amina"}),
        reader.post(GOALS, goal_request()),
        reader.call("DELETE", "users/me/", {"password": "x"}),
    ]
    assert [refusal(answer) for answer in refused] == [(403, "forbidden", [])] * 3


def test_write_does_what_its_user_may_and_no_more(amina: User) -> None:
    writer = program(amina, WRITE)
    assert writer.post(GOALS, goal_request())[0] == 201
    assert writer.get(GOALS)[0] == 200
    assert writer.post("organizations/", {"name": "One", "kind": "school"})[0] == 403


def test_a_permission_allows_the_routes_that_require_it() -> None:
    admin = person("admin", Role.ADMIN)
    granted = program(admin, Permission.ORGANIZATION_MANAGE)
    assert granted.post("organizations/", {"name": "One", "kind": "school"})[0] == 201
    assert granted.get("users/me/")[0] == 403
    assert granted.get("memberships/")[0] == 403


def test_an_address_is_shown_and_searched_only_if_the_scope_allows_to_read_it() -> None:
    world = insert_world()
    routes = {
        f"users/{world.learner.id}/": Permission.LEARNER_READ,
        f"users/{world.admin.id}/": Permission.LEARNER_READ,
        "users/?role=learner": Permission.USER_LIST,
        f"organizations/{world.school.id}/members/": Permission.USER_LIST,
    }
    for route, permission in routes.items():
        status, body = program(world.admin, permission).get(route)
        assert (status, addresses(body)) == (200, {None})
        contact = program(world.admin, permission, Permission.LEARNER_CONTACT_READ)
        assert None not in addresses(contact.get(route)[1])
        assert None not in addresses(program(world.admin, READ).get(route)[1])
    search = f"users/?search={world.learner.email}"
    assert program(world.admin, Permission.USER_LIST).get(search)[1]["results"] == []
    assert len(program(world.admin, READ).get(search)[1]["results"]) == 1


def test_a_permission_that_the_user_does_not_have_gives_nothing(amina: User) -> None:
    nothing = program(amina, Permission.ORGANIZATION_MANAGE)
    assert nothing.post("organizations/", {"name": "One", "kind": "school"})[0] == 403


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", TOKENS, None),
        ("POST", TOKENS, {"name": "more", "scope": [WRITE]}),
        ("GET", "auth/sessions/", None),
        ("DELETE", "auth/sessions/", None),
        ("POST", "auth/totp/", {"password": "x"}),
        ("POST", "auth/verify-email/", {}),
        ("POST", "users/me/password/", {"current_password": "x", "new_password": "y"}),
        ("POST", "users/me/consents/", {"kind": "product_mail", "given": False}),
    ],
)
def test_no_api_token_manages_the_account(method: str, path: str, body: Any, amina: User) -> None:
    answer = program(amina, WRITE, READ).call(method, path, body)
    assert refusal(answer) == (403, "sign_in_required", [])


def test_a_scoped_token_with_a_longer_lifetime_is_refused(amina: User) -> None:
    sign_in = amina.sign_ins.create()
    assert read_bearer(issue_scoped(amina, sign_in, READ, 900))
    for scope, seconds in ((READ, 901), ("", 900), ("READ", 900), ("read  write", 900)):
        with pytest.raises(InvalidToken):
            read_bearer(issue_scoped(amina, sign_in, scope, seconds))


@pytest.mark.parametrize(
    ("scope", "method", "permission", "allowed"),
    [
        (None, "DELETE", None, True),
        ({WRITE}, "DELETE", None, True),
        ({WRITE}, "GET", None, True),
        ({READ}, "GET", None, True),
        ({READ}, "HEAD", None, True),
        ({READ}, "OPTIONS", None, False),
        ({READ}, "POST", "learner.read", False),
        ({"learner.read"}, "POST", "learner.read", True),
        ({"learner.read"}, "GET", None, False),
        ({"learner.read"}, "GET", "content.manage", False),
        (set(), "GET", None, False),
    ],
)
def test_a_scope_allows_methods_and_permissions(
    scope: set[str] | None, method: str, permission: str | None, allowed: bool
) -> None:
    assert scope_allows(scope, method, permission) is allowed


# --- what ends it --------------------------------------------------------------------------------
def test_a_revoked_token_ends_its_access_tokens_and_publishes_it(amina: User) -> None:
    caller = signed_in(amina)
    created = create(caller)
    running = Caller(exchange(created["token"])[1]["access_token"])
    forget_appended()
    assert caller.call("DELETE", f"{TOKENS}{created['id']}/") == (204, None)
    assert [kind for kind, _, _ in appended()] == ["signin.ended"]
    assert running.get("users/me/")[0] == 401
    assert refusal(exchange(created["token"])) == UNKNOWN
    assert caller.get("users/me/")[0] == 200


def test_a_new_password_a_deactivation_and_expiry_end_it(amina: User) -> None:
    for end in (
        lambda: set_password(user_id=amina.id, password="another-passphrase-10"),
        lambda: update_user(user_id=amina.id, is_active=False),
        lambda: ApiToken.objects.update(expires_at=timezone.now()),
    ):
        update_user(user_id=amina.id, is_active=True)
        amina.refresh_from_db()
        token = api_token(amina)
        end()
        assert refusal(exchange(token)) == UNKNOWN


def test_an_api_token_outlives_a_week_without_use(amina: User) -> None:
    created = create(signed_in(amina))
    SignIn.objects.update(refreshed_at=timezone.now() - timedelta(days=8))
    sign_in(amina)
    assert exchange(created["token"])[0] == 200


def test_the_sign_in_of_an_expired_token_ends(amina: User) -> None:
    caller = signed_in(amina)
    create(caller)
    kept = create(caller)
    ApiToken.objects.exclude(pk=kept["id"]).update(expires_at=timezone.now())
    forget_appended()
    rules()["users.api_tokens"].carry_out()
    assert [kind for kind, _, _ in appended()] == ["signin.ended"]
    assert [str(row.pk) for row in ApiToken.objects.all()] == [kept["id"]]


def test_an_unknown_token_is_refused() -> None:
    assert refusal(exchange("ongoza_pat_unknown")) == UNKNOWN


def test_a_program_of_a_director_without_the_required_factor_is_refused(settings: Any) -> None:
    school = add_organization(name="One", kind="school")
    token = api_token(person("dora", Role.DIRECTOR, school))
    settings.SECOND_FACTOR_REQUIRED = True
    assert refusal(exchange(token)) == UNKNOWN


def test_an_erasure_removes_the_tokens(amina: User) -> None:
    created = create(signed_in(amina))
    erase_user(user_id=amina.id)
    assert not ApiToken.objects.exists()
    assert refusal(exchange(created["token"])) == UNKNOWN


def test_the_purge_of_expired_sign_ins_spares_api_tokens(amina: User) -> None:
    token = create(signed_in(amina), expires_in_days=365)["token"]
    SignIn.objects.update(refreshed_at=timezone.now() - timedelta(days=90))
    rules()["users.sign_ins"].carry_out()
    assert SignIn.objects.count() == 1
    assert exchange(token)[0] == 200
