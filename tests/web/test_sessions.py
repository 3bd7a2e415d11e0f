"""Sessions of web users: no token reaches the browser, and no other site writes for a user."""

import httpx
import pytest
import redis

from scripts.stack.services import SESSIONS
from scripts.stack.stack import Stack
from tests.integration.story import ANSWER_SECONDS, eventually, rows
from tests.web.caller import SESSION, WebCaller

ME = "/bff/api/v1/users/me/"


def sessions_of(stack: Stack) -> redis.Redis:
    return redis.Redis.from_url(stack.servers[SESSIONS].url())  # type: ignore[union-attr]


def test_a_session_is_an_opaque_cookie_and_the_store_holds_no_token(web: Stack) -> None:
    caller = WebCaller.signed_up(web)
    assert caller.call("GET", ME).status_code == 200
    cookie = caller.cookies[SESSION]
    with sessions_of(web) as store:
        for key in store.keys("session:*"):
            value = bytes(store.get(key))
            assert cookie.encode() not in key
            assert b"eyJ" not in value


def test_without_a_session_nothing_of_a_user_is_readable(web: Stack) -> None:
    for cookies in ({}, {SESSION: "x" * 43}):
        answer = WebCaller(web, dict(cookies)).call("GET", ME)
        assert (answer.status_code, answer.json()["code"]) == (401, "not_authenticated")


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://elsewhere.example"},
        {"Origin": ""},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "null"},
    ],
    ids=str,
)
def test_a_write_from_another_site_is_refused(web: Stack, headers: dict[str, str]) -> None:
    caller = WebCaller.signed_up(web)
    for method, path in (("PATCH", ME), ("POST", "/bff/logout")):
        answer = caller.call(method, path, json={"first_name": "Other"}, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (403, "other_origin")
    assert caller.call("GET", ME).json()["first_name"] == "Amani"


@pytest.mark.parametrize(
    "path",
    [
        "auth/token/refresh/",
        "auth/token/exchange/",
        "auth/logout/",
        "internal/versions/users/",
        "profiling/sessions/",
        "users/1/view-as/",
    ],
)
def test_what_is_not_for_browsers_is_not_found(web: Stack, path: str) -> None:
    answer = WebCaller.signed_up(web).call("POST", f"/bff/api/v1/{path}", json={})
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_a_claim_of_a_browser_about_its_user_ends_at_the_door(web: Stack) -> None:
    caller = WebCaller.signed_up(web)
    claims = {"X-User-ID": "1", "Authorization": "Bearer x", "X-Forwarded-Host": "evil.example"}
    assert caller.call("GET", ME, headers=claims).status_code == 200


def test_only_json_and_chunks_of_files_are_passed_on(web: Stack) -> None:
    caller = WebCaller.signed_up(web)
    answer = caller.call("PATCH", ME, data={"first_name": "Form"})
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")


def test_logging_out_ends_the_session_and_the_sign_in(web: Stack) -> None:
    caller = WebCaller.signed_up(web)
    user_id = caller.call("GET", ME).json()["id"]
    kept = dict(caller.cookies)
    answer = caller.call("POST", "/bff/logout", headers={"Accept": "application/json"})
    assert answer.status_code == 204
    assert WebCaller(web, kept).call("GET", ME).status_code == 401
    assert eventually(
        lambda: rows(web, "relational", f"SELECT FROM users_signin WHERE user_id = {user_id}") == []
    )


def test_while_the_sessions_are_away_everybody_gets_503_and_nobody_is_signed_out(
    web: Stack,
) -> None:
    caller = WebCaller.signed_up(web)
    web.kill(SESSIONS)
    answer = caller.call("GET", ME)
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert httpx.get(f"{web.web_url}/log-in", timeout=ANSWER_SECONDS).status_code == 200
    web.run(SESSIONS)
    assert eventually(lambda: caller.call("GET", ME).status_code == 200)


def test_while_core_is_away_it_is_said_and_the_session_stays(web: Stack) -> None:
    caller = WebCaller.signed_up(web)
    web.kill("core")
    answer = caller.call("GET", ME)
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    web.run("core")
    assert caller.call("GET", ME).status_code == 200
