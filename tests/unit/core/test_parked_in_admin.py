"""Parked records in the admin: ai lists them and decides on them, for the admin."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from time import sleep
from typing import Any

import pytest
from django.test import Client

from ai.operations.schemas import ParkedPage, ParkedRecord
from core.config import parked_records
from core.config.parked_records import NO_ANSWER, UNKNOWN_OUTCOME
from core.users.models import User
from core.users.services import add_user, end_all_sign_ins
from core.users.tokens import UserClaims, read_bearer
from ongoza_contracts.http.tokens import scope_allows
from ongoza_contracts.vocabulary import Role
from scripts.embedded.ports import free_ports
from tests.http_double import serve
from tests.unit.core.world import admin_site_client, person

pytestmark = pytest.mark.django_db

EMAIL, PASSWORD = "ada@ongoza.example", "a-long-passphrase-9"
PAGE, RETRY, DISCARD = "/admin/parked/", "/admin/parked/7/retry/", "/admin/parked/7/discard/"
RECORD = ParkedRecord(
    id=7,
    generation="g1",
    topic="ongoza.progress",
    partition=2,
    offset=4711,
    cause_code="bad_payload",
    cause="<b>bad</b> payload",
    parked_at=datetime(2026, 11, 27, tzinfo=UTC),
)


class FakeAi:
    """Answers after `delay` with `status` and `body`, and remembers what it was asked; without a
    body it closes the connection."""

    def __init__(self) -> None:
        page = ParkedPage(results=(RECORD,), total=21, next_after=7)
        self.status, self.delay = 200, 0.0
        self.body: bytes | None = page.model_dump_json().encode()
        self.asked: list[tuple[str, str, Any]] = []
        self.tokens: list[str] = []
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        serve(self.server)
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        ai = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                length = int(self.headers.get("Content-Length", 0))
                sent = json.loads(self.rfile.read(length)) if length else None
                ai.asked.append((self.command, self.path, sent))
                ai.tokens.append(self.headers["Authorization"].removeprefix("Bearer "))
                sleep(ai.delay)
                if ai.body is None:
                    return
                self.send_response(ai.status)
                self.send_header("Content-Length", str(len(ai.body)))
                self.end_headers()
                self.wfile.write(ai.body)

            do_POST = do_GET

            def log_message(self, *_: Any) -> None:
                pass

        return Handler


@pytest.fixture
def ai(settings: Any) -> Iterator[FakeAi]:
    started = FakeAi()
    settings.FASTAPI_BASE_URL = started.url
    yield started
    started.server.shutdown()
    started.server.server_close()


@pytest.fixture
def ada() -> User:
    return add_user(email=EMAIL, password=PASSWORD, role=Role.ADMIN)


@pytest.fixture
def site(ada: User) -> Client:
    """The browser of an admin who has logged in to the admin site."""
    client = Client()
    form = {"username": EMAIL, "password": PASSWORD}
    assert client.post("/admin/login/?next=/admin/", form).status_code == 302
    return client


def text(client: Client, path: str = PAGE) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return str(answer.content.decode())


# --- the page ------------------------------------------------------------------------------------
def test_the_records_are_listed_with_links_to_decide_on_them(ai: FakeAi, site: Client) -> None:
    shown = text(site, f"{PAGE}?after=3&other=1")
    assert ai.asked == [("GET", "/api/v1/operations/parked?after=3", None)]
    for part in ("21 records", "ongoza.progress", "4711", "&lt;b&gt;bad&lt;/b&gt; payload"):
        assert part in shown
    for url in (RETRY, DISCARD, "?after=7"):
        assert f'href="{url}"' in shown


def test_the_first_page_of_the_admin_links_to_them(ai: FakeAi, site: Client) -> None:
    assert f'href="{PAGE}"' in text(site, "/admin/")


def test_while_ai_is_down_a_sentence_says_so(settings: Any, site: Client) -> None:
    settings.FASTAPI_BASE_URL = f"http://127.0.0.1:{free_ports(1)[0]}"
    assert NO_ANSWER in text(site)
    answer = site.post(RETRY, follow=True)
    assert answer.status_code == 200
    assert NO_ANSWER in answer.content.decode()


@pytest.mark.parametrize("body", [b"<html>", b"[]", b"{}", b'{"results": 1, "total": 1}', b""])
def test_a_strange_answer_is_none(body: bytes, ai: FakeAi, site: Client) -> None:
    ai.body = body
    assert NO_ANSWER in text(site)


@pytest.mark.parametrize("malformed", [-1, 1.5, "x", "", None, {}, [7]])
def test_a_list_with_a_malformed_id_is_no_answer(malformed: Any, ai: FakeAi, site: Client) -> None:
    page = json.loads(ai.body or b"")
    page["results"][0]["id"] = malformed
    ai.body = json.dumps(page).encode()
    assert NO_ANSWER in text(site)


@pytest.mark.parametrize("path", [PAGE, RETRY, DISCARD])
def test_nobody_but_admins_opens_it(path: str, ai: FakeAi, client: Client) -> None:
    assert client.get(path).status_code == 302
    mentor = admin_site_client(person("mara", Role.MENTOR))
    assert mentor.post(path, {"reason": "Not an admin."}).status_code == 302
    assert ai.asked == []


# --- deciding ------------------------------------------------------------------------------------
def test_a_record_is_retried_after_a_confirmation(ai: FakeAi, site: Client) -> None:
    assert "confirmation-form" in text(site, RETRY)
    assert ai.asked == []
    ai.body = b'{"outcome": "applied"}'
    assert site.post(RETRY).headers["Location"] == PAGE
    assert ai.asked == [("POST", "/api/v1/operations/parked/7/retry", None)]


def test_a_record_is_discarded_with_a_reason(ai: FakeAi, site: Client) -> None:
    ai.status, ai.body = 204, b""
    for reason in ("", "no", "x" * 501):
        assert site.post(DISCARD, {"reason": reason}).status_code == 200
    assert ai.asked == []
    assert site.post(DISCARD, {"reason": "A test of another team."}).status_code == 302
    sent = {"reason": "A test of another team."}
    assert ai.asked == [("POST", "/api/v1/operations/parked/7/discard", sent)]


def test_what_ai_refuses_is_shown(ai: FakeAi, site: Client) -> None:
    ai.status = 409
    refused = {"detail": "It is refused again.", "code": "still_refused"}
    ai.body = json.dumps(refused).encode()
    site.post(RETRY)
    ai.__dict__.update(status=200, body=b"{}")
    assert "Record 7: It is refused again." in text(site)


@pytest.mark.parametrize("path", [RETRY, DISCARD])
def test_a_decision_whose_answer_is_late_may_have_been_carried_out(
    path: str, ai: FakeAi, site: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parked_records, "SECONDS", 0.2)
    ai.delay = 0.4
    answer = site.post(path, {"reason": "A test of another team."})
    ai.delay = 0
    assert UNKNOWN_OUTCOME in text(site, answer.headers["Location"])
    assert [method for method, *_ in ai.asked] == ["POST", "GET"]


@pytest.mark.parametrize("body", [b"<html>", b"[]", None])
def test_a_decision_without_a_readable_answer_may_have_been_carried_out(
    body: bytes | None, ai: FakeAi, site: Client
) -> None:
    listed, ai.body = ai.body, body
    answer = site.post(RETRY)
    ai.body = listed
    assert UNKNOWN_OUTCOME in text(site, answer.headers["Location"])


# --- for whom ------------------------------------------------------------------------------------
def test_the_token_is_short_and_opens_the_routes_of_operators_alone(
    ai: FakeAi, site: Client, ada: User
) -> None:
    text(site)
    claims = read_bearer(ai.tokens[0])
    assert isinstance(claims, UserClaims)
    assert (claims.user_id, claims.role, claims.exp - claims.iat) == (ada.pk, Role.ADMIN, 60)
    scope = frozenset(str(claims.scope).split(" "))
    assert scope_allows(scope, "POST", "operations.manage")
    assert not scope_allows(scope, "GET", "learner.read")


def test_a_session_whose_sign_in_was_ended_elsewhere_asks_ai_nothing(
    ai: FakeAi, site: Client, ada: User
) -> None:
    end_all_sign_ins(user_id=ada.pk)
    assert site.get(PAGE).status_code == 302
    assert ai.asked == []


def test_a_log_in_that_ai_has_not_read_of_yet_is_asked_for_patience(
    ai: FakeAi, site: Client
) -> None:
    ai.status, ai.body = 401, b'{"detail": "A valid access token is required."}'
    assert "Try again in a few seconds." in text(site)
