"""Log-in by OpenID Connect, against a provider on loopback."""

import base64
import hashlib
import json
import time
from collections.abc import Iterator
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from jwt.algorithms import RSAAlgorithm

from core.users.models import ExternalIdentity, TotpSecret, User
from core.users.services import add_user, update_user
from ongoza_contracts.vocabulary import Role
from tests.http_double import serve
from tests.unit.core.world import NOBODY, Answer, Caller, Refusal, api_token, refusal, signed_in

pytestmark = pytest.mark.django_db

EMAIL, PASSWORD = "amina@ongoza.example", "a-long-passphrase-9"
ROUTE = "auth/oidc/school/"
REFUSED: Refusal = (401, "oidc_refused", [])


KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


class Provider:
    """Answers as OpenID Connect says, with what a test changes of it."""

    def __init__(self) -> None:
        self.key = KEY
        self.claims: dict[str, Any] = {}
        self.codes: dict[str, dict[str, str]] = {}
        self.signing_key = self.key
        self.status = 200
        self.nulls: dict[str, None] = {}
        self.documents: dict[str, Any] = {}
        self.configuration: dict[str, Any] = {}
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.issuer = f"http://127.0.0.1:{self.server.server_port}"
        serve(self.server)

    def authorize(self, url: str) -> dict[str, str]:
        """What the browser is sent back with."""
        query = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        code = f"code-{len(self.codes)}"
        self.codes[code] = query
        return {"code": code, "state": query["state"]}

    def answer(self, path: str, form: dict[str, str]) -> Any:
        if path in self.documents:
            return self.documents[path]
        if path == "/.well-known/openid-configuration":
            paths = {"authorization_endpoint": "authorize", "token_endpoint": "token"}
            urls = {name: f"{self.issuer}/{end}" for name, end in paths.items()}
            found = {"issuer": self.issuer, "jwks_uri": f"{self.issuer}/keys", **urls}
            found |= self.configuration
            return {name: value for name, value in found.items() if value is not None}
        if path == "/keys":
            public = json.loads(RSAAlgorithm.to_jwk(self.key.public_key()))
            return {"keys": [{**public, "kid": "1", "use": "sig"}]}
        return self._token(form)

    def _token(self, form: dict[str, str]) -> dict[str, Any] | None:
        asked = self.codes.pop(form["code"], None)
        digest = hashlib.sha256(form["code_verifier"].encode()).digest()
        proof = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if asked is None or asked["code_challenge"] != proof or form["client_secret"] != "secret":
            return None
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": "ongoza",
            "sub": "7",
            "nonce": asked["nonce"],
            "iat": now,
            "exp": now + 60,
            "email": EMAIL,
            "email_verified": True,
            **self.claims,
        }
        claims = {name: value for name, value in claims.items() if value is not None}
        claims |= self.nulls
        signed = jwt.encode(claims, self.signing_key, "RS256", headers={"kid": "1"})
        return {"id_token": signed}

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._send(provider.answer(self.path, {}))

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                form = {name: values[0] for name, values in parse_qs(body).items()}
                self._send(provider.answer(self.path, form))

            def _send(self, document: Any) -> None:
                document = document or {"error": "invalid_grant"}
                body = document if isinstance(document, bytes) else json.dumps(document).encode()
                refused = isinstance(document, dict) and "error" in document
                self.send_response(400 if refused else provider.status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                pass

        return Handler


@pytest.fixture
def provider(settings: Any) -> Iterator[Provider]:
    started = Provider()
    settings.OIDC_PROVIDERS = {
        "school": {
            "issuer": started.issuer,
            "client_id": "ongoza",
            "client_secret": "secret",
            "redirect_uri": "http://localhost:3000/oidc/school",
        }
    }
    yield started
    started.server.shutdown()
    started.server.server_close()


def begin() -> dict[str, str]:
    status, body = NOBODY.post(ROUTE, None)
    assert status == 201
    return dict(body)


def finish(returned: dict[str, str], begun: dict[str, str]) -> Answer:
    return NOBODY.post(f"{ROUTE}finish/", {**returned, "log_in_token": begun["log_in_token"]})


def log_in(provider: Provider) -> Answer:
    begun = begin()
    return finish(provider.authorize(begun["authorization_url"]), begun)


def verified(**more: Any) -> User:
    user = add_user(email=EMAIL, password=PASSWORD, **more)
    User.objects.filter(pk=user.pk).update(email_verified_at=timezone.now())
    return user


def add_second_factor(user: User, confirmed_at: datetime) -> None:
    TotpSecret.objects.create(user=user, encrypted=b"x", confirmed_at=confirmed_at)


def test_the_browser_is_sent_to_the_provider_with_pkce_state_and_nonce(provider: Provider) -> None:
    url = urlsplit(begin()["authorization_url"])
    query = parse_qs(url.query)
    assert f"{url.scheme}://{url.netloc}" == provider.issuer
    assert query["code_challenge_method"] == ["S256"]
    assert {"state", "nonce", "code_challenge"} <= query.keys()
    assert query["scope"] == ["openid email profile"]


def test_a_new_person_gets_an_account_and_the_same_one_later(provider: Provider) -> None:
    provider.claims = {"given_name": "Amina", "family_name": "Otieno"}
    status, first = log_in(provider)
    assert (status, first["user"]["first_name"], first["user"]["role"]) == (200, "Amina", "learner")
    assert Caller(first["access_token"]).get("users/me/")[0] == 200
    provider.claims = {"email": "other@ongoza.example"}
    _, second = log_in(provider)
    assert second["user"]["id"] == first["user"]["id"]
    assert User.objects.count() == ExternalIdentity.objects.count() == 1
    assert User.objects.get().email_verified_at is not None


def test_an_account_is_joined_over_an_address_that_both_sides_verified(provider: Provider) -> None:
    user = verified()
    provider.claims = {"email": EMAIL.upper()}
    status, body = log_in(provider)
    assert (status, body["user"]["id"]) == (200, user.id)


def test_an_account_with_an_unverified_address_is_not_joined(provider: Provider) -> None:
    add_user(email=EMAIL, password=PASSWORD)
    assert refusal(log_in(provider)) == (409, "address_not_verified", [])
    assert not ExternalIdentity.objects.exists()


@pytest.mark.parametrize("role", [role for role in Role if role != Role.LEARNER])
def test_an_account_of_staff_is_not_joined(provider: Provider, role: Role) -> None:
    verified(role=role)
    assert refusal(log_in(provider)) == (409, "staff_not_joined", [])
    assert not ExternalIdentity.objects.exists()


def test_whoever_had_the_account_before_it_was_joined_is_locked_out(provider: Provider) -> None:
    user = verified()
    before = signed_in(user)
    made = api_token(user)
    add_second_factor(user, confirmed_at=user.created_at)
    status, body = log_in(provider)
    assert (status, body["user"]["id"]) == (200, user.id)
    assert before.get("users/me/")[0] == 401
    assert NOBODY.post("auth/token/exchange/", {"token": made})[0] == 401
    assert NOBODY.post("auth/login/", {"email": EMAIL, "password": PASSWORD})[0] == 401
    assert not TotpSecret.objects.exists()
    assert User.objects.get().has_usable_password()  # so that a mail to choose another is sent
    after = Caller(body["access_token"])
    assert log_in(provider)[0] == 200
    assert after.get("users/me/")[0] == 200


def test_a_second_factor_set_up_after_the_verification_stays(provider: Provider) -> None:
    add_second_factor(verified(), confirmed_at=timezone.now())
    status, body = log_in(provider)
    assert (status, body["code"]) == (401, "second_factor_required")


def test_the_account_is_locked_before_it_is_joined(provider: Provider) -> None:
    verified()
    begun = begin()
    returned = provider.authorize(begun["authorization_url"])
    with CaptureQueriesContext(connection) as queries:
        assert finish(returned, begun)[0] == 200
    (read, *_) = [one["sql"] for one in queries if f"\"email\" = '{EMAIL}'" in one["sql"]]
    assert (read.startswith("SELECT"), read.endswith("FOR NO KEY UPDATE")) == (True, True)


def test_another_address_ends_the_log_in_by_the_provider(provider: Provider) -> None:
    log_in(provider)
    update_user(user_id=User.objects.get().id, email="other@ongoza.example")
    assert not ExternalIdentity.objects.exists()


@pytest.mark.parametrize(
    "claims",
    [
        {"email_verified": False},
        {"email_verified": "true"},
        {"email_verified": None},
        {"email": None},
        {"nonce": "other"},
        {"nonce": None},
        {"aud": "somebody-else"},
        {"iss": "http://127.0.0.1:1"},
        {"exp": 1},
        {"exp": None},
        {"sub": None},
        {"sub": ""},
        {"sub": "7\x00"},
        {"sub": "7" * 256},
        {"sub": 7},
        {"sub": "\ud800"},
        {"exp": [1]},
        {"exp": float("inf")},
        {"aud": ["ongoza", "somebody-else"]},
        {"aud": ["ongoza", "somebody-else"], "azp": "somebody-else"},
        {"azp": "somebody-else"},
        {"given_name": 7},
    ],
)
def test_an_identity_that_is_not_proved_is_refused(
    provider: Provider, claims: dict[str, Any]
) -> None:
    verified()
    provider.claims = claims
    assert refusal(log_in(provider)) == REFUSED
    assert not ExternalIdentity.objects.exists()


def test_a_token_for_several_names_the_one_it_was_issued_to(provider: Provider) -> None:
    provider.claims = {"aud": ["somebody-else", "ongoza"], "azp": "ongoza"}
    assert log_in(provider)[0] == 200


def test_a_name_that_the_provider_does_not_know_stays_empty(provider: Provider) -> None:
    provider.nulls = {"given_name": None}
    assert log_in(provider)[1]["user"]["first_name"] == ""


UNAVAILABLE: Refusal = (503, "provider_unavailable", [])


@pytest.mark.parametrize("name", ["authorization_endpoint", "token_endpoint", "jwks_uri"])
def test_a_configuration_without_an_endpoint_is_reported(provider: Provider, name: str) -> None:
    provider.configuration = {name: None}
    assert refusal(NOBODY.post(ROUTE, None)) == UNAVAILABLE


@pytest.mark.parametrize(
    "value", [7, "", "https://[", "http://id.example/keys", "https://a\x00b", "file:///etc"]
)
def test_a_configuration_with_a_bad_endpoint_is_reported(provider: Provider, value: Any) -> None:
    provider.configuration = {"token_endpoint": value}
    assert refusal(NOBODY.post(ROUTE, None)) == UNAVAILABLE


@pytest.mark.parametrize("document", [b"x", b"[" * 60_000, b"\xff", [1], b" " * 70_000 + b"{}"])
def test_an_answer_that_is_no_small_json_object_is_reported(
    provider: Provider, document: Any
) -> None:
    provider.documents = {"/.well-known/openid-configuration": document}
    assert refusal(NOBODY.post(ROUTE, None)) == UNAVAILABLE


def test_a_token_that_is_no_text_is_reported(provider: Provider) -> None:
    provider.documents = {"/token": {"id_token": None}}
    assert refusal(log_in(provider)) == UNAVAILABLE


@pytest.mark.parametrize("keys", [None, 7, ["x"], [[]]])
def test_keys_that_are_no_objects_are_reported(provider: Provider, keys: Any) -> None:
    provider.documents = {"/keys": {"keys": keys}}
    assert refusal(log_in(provider)) == UNAVAILABLE


@pytest.mark.parametrize("key", [{}, {"kty": "RSA", "kid": "1", "n": 5, "e": 1}, {"kty": []}])
def test_a_malformed_key_confirms_nobody(provider: Provider, key: dict[str, Any]) -> None:
    provider.documents = {"/keys": {"keys": [key]}}
    assert refusal(log_in(provider)) == REFUSED


def test_an_endless_answer_is_not_read_to_its_end(
    provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.users.oidc_provider.MAX_ANSWER_SECONDS", -1)
    assert refusal(NOBODY.post(ROUTE, None)) == UNAVAILABLE


def test_a_foreign_signature_is_refused(provider: Provider) -> None:
    provider.signing_key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    assert refusal(log_in(provider)) == REFUSED
    assert not User.objects.exists()


def test_code_and_state_of_another_browser_are_refused(provider: Provider) -> None:
    mine, attackers = begin(), begin()
    returned = provider.authorize(attackers["authorization_url"])
    assert refusal(finish(returned, mine)) == REFUSED
    own_state = {**returned, "state": provider.authorize(mine["authorization_url"])["state"]}
    assert refusal(finish(own_state, mine)) == REFUSED
    assert not User.objects.exists()


def test_a_code_works_once_and_a_log_in_ends_in_time(
    provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = begin()
    returned = provider.authorize(begun["authorization_url"])
    assert finish(returned, begun)[0] == 200
    assert refusal(finish(returned, begun)) == REFUSED
    monkeypatch.setattr("core.users.oidc.LOG_IN_SECONDS", -1)
    assert refusal(log_in(provider)) == REFUSED


@pytest.mark.parametrize("token", ["x", "ä", "A" * 200])
def test_a_malformed_log_in_token_is_refused(provider: Provider, token: str) -> None:
    returned = provider.authorize(begin()["authorization_url"])
    assert refusal(finish(returned, {"log_in_token": token})) == REFUSED


def test_an_unknown_provider_is_not_found(provider: Provider) -> None:
    assert refusal(NOBODY.post("auth/oidc/other/", None)) == (404, "not_found", [])


def test_a_provider_that_is_down_is_reported(provider: Provider) -> None:
    provider.status = 500
    assert refusal(NOBODY.post(ROUTE, None)) == (503, "provider_unavailable", [])


def test_an_inactive_user_is_refused(provider: Provider) -> None:
    log_in(provider)
    update_user(user_id=User.objects.get().id, is_active=False)
    assert refusal(log_in(provider)) == REFUSED


def test_the_provider_does_not_replace_a_required_second_factor(
    provider: Provider, settings: Any
) -> None:
    settings.SECOND_FACTOR_REQUIRED = True
    log_in(provider)
    update_user(user_id=User.objects.get().id, role=Role.DIRECTOR)
    status, body = log_in(provider)
    assert (status, body["code"]) == (401, "second_factor_enrolment_required")
