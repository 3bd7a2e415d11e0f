"""Reading tokens: what is refused before anybody asks the database."""

import base64
import hmac
import json
import time
import uuid
from typing import Any

import pytest
from django.conf import settings

from core.users.models import SignIn, User
from core.users.tokens import (
    InvalidToken,
    ServiceClaims,
    UserClaims,
    issue,
    read_bearer,
    read_refresh,
)

HEADER = {"alg": "HS256", "typ": "JWT"}
NOW = int(time.time())
USER: dict[str, Any] = {
    "user_id": 7,
    "email": "ann@example.org",
    "role": "learner",
    "token_type": "access",
    "sid": str(uuid.uuid4()),
    "jti": uuid.uuid4().hex,
    "iat": NOW,
    "exp": NOW + 600,
    "iss": "ongoza-core",
    "aud": "ongoza",
}
SERVICE: dict[str, Any] = {
    "service": "ai",
    "token_type": "service",
    "jti": uuid.uuid4().hex,
    "iat": NOW,
    "exp": NOW + 60,
    "iss": "ongoza-ai",
    "aud": "ongoza-core",
}
TIMES = {"iat", "exp", "nbf"}
DEEP = "[" * 1000 + "]" * 1000


def encoded(part: bytes) -> str:
    return base64.urlsafe_b64encode(part).rstrip(b"=").decode()


def as_of_now(payload: Any) -> Any:
    """Times are written relative to when this file was read; a service's token lives a minute."""
    if not isinstance(payload, dict):
        return payload
    age = int(time.time()) - NOW
    return {
        name: value + age if name in TIMES and type(value) is int and value > 0 else value
        for name, value in payload.items()
    }


def signed(
    payload: Any, header: Any = HEADER, *, key: str | None = None, digest: str = "sha256"
) -> str:
    """A token made by hand; a payload or header that is a text is taken as it is."""
    parts = (header, as_of_now(payload))
    texts = [part if isinstance(part, str) else json.dumps(part) for part in parts]
    message = ".".join(encoded(text.encode()) for text in texts)
    secret = settings.JWT_SECRET_KEY if key is None else key
    return f"{message}.{encoded(hmac.digest(secret.encode(), message.encode(), digest))}"


def with_claim(name: str, value: Any) -> str:
    return signed({**USER, name: value})


def test_an_access_token_is_read() -> None:
    claims = read_bearer(signed(USER))
    assert isinstance(claims, UserClaims)
    assert (claims.user_id, claims.role, str(claims.sid)) == (7, "learner", USER["sid"])


def test_a_service_token_is_read() -> None:
    claims = read_bearer(signed(SERVICE))
    assert isinstance(claims, ServiceClaims)
    assert claims.service == "ai"


def test_issued_tokens_hold_every_claim_and_differ_in_kind_and_id() -> None:
    user = User(id=7, email="ann@example.org", role="mentor", token_generation=3)
    pair = issue(user, SignIn(user=user))

    access = read_bearer(pair.access)
    refresh = read_refresh(pair.refresh)

    assert isinstance(access, UserClaims)
    assert (access.token_type, refresh.token_type) == ("access", "refresh")
    assert (access.role, access.sid, access.gen) == ("mentor", refresh.sid, 3)
    assert access.exp - access.iat == 3600
    assert refresh.exp - refresh.iat == 7 * 24 * 3600
    assert access.jti != refresh.jti


def refuse(token: str) -> None:
    with pytest.raises(InvalidToken) as refusal:
        read_bearer(token)
    assert refusal.value.status == 401


@pytest.mark.parametrize("scope", [None, "", 1, [], ["read"]])
def test_a_scope_that_is_no_list_of_words_is_refused(scope: Any) -> None:
    refuse(with_claim("scope", scope))


@pytest.mark.parametrize("algorithm", ["none", "None", "nOnE", "", None, ["HS256"], {"a": 1}, 5])
def test_an_algorithm_that_is_not_ours_is_refused(algorithm: Any) -> None:
    refuse(signed(USER, {**HEADER, "alg": algorithm}))
    unsigned = signed(USER, {**HEADER, "alg": algorithm}).rpartition(".")[0]
    refuse(unsigned + ".")


@pytest.mark.parametrize("bits", ["384", "512"])
def test_a_longer_digest_with_the_right_key_is_refused(bits: str) -> None:
    refuse(signed(USER, {**HEADER, "alg": f"HS{bits}"}, digest=f"sha{bits}"))


@pytest.mark.parametrize(
    "more",
    [
        {"kid": "../../dev/null"},
        {"kid": 1},
        {"jku": "http://127.0.0.1/keys"},
        {"jwk": {}},
        {"x5u": "http://127.0.0.1/"},
        {"crit": ["exp"]},
        {"b64": False},
        {"typ": "at+jwt"},
    ],
)
def test_a_header_parameter_we_do_not_use_is_refused(more: dict[str, Any]) -> None:
    refuse(signed(USER, {**HEADER, **more}))


@pytest.mark.parametrize(
    "header", ['{"alg":"HS256","x":' + DEEP + "}", DEEP, "{", "[]", '{"alg":"HS256","alg":"none"}']
)
def test_a_deep_or_broken_header_is_refused(header: str) -> None:
    refuse(signed(USER, header))


@pytest.mark.parametrize("payload", [DEEP, "null", "[]", "7", '{"exp":NaN}', '{"user_id":1e400}'])
def test_a_payload_that_is_no_plain_object_is_refused(payload: str) -> None:
    refuse(signed(payload))


@pytest.mark.parametrize("name", sorted(USER))
def test_every_claim_is_required(name: str) -> None:
    refuse(signed({key: value for key, value in USER.items() if key != name}))


@pytest.mark.parametrize("name", sorted(SERVICE))
def test_every_claim_of_a_service_token_is_required(name: str) -> None:
    refuse(signed({key: value for key, value in SERVICE.items() if key != name}))


@pytest.mark.parametrize(
    "value",
    [NOW - 1, None, "soon", str(NOW + 600), NOW + 600.5, 1e30, [NOW + 600], True, 2**70],
    ids=["past", "null", "word", "text", "fraction", "1e30", "list", "true", "2**70"],
)
def test_a_malformed_or_past_expiry_is_refused(value: Any) -> None:
    refuse(with_claim("exp", value))


@pytest.mark.parametrize(
    "value",
    [NOW + 3600, NOW + 10 * 365 * 86400, str(NOW), -1, None],
    ids=["in an hour", "in ten years", "text", "negative", "null"],
)
def test_a_malformed_or_future_time_of_issue_is_refused(value: Any) -> None:
    refuse(with_claim("iat", value))


def test_a_token_of_a_clock_slightly_ahead_is_accepted() -> None:
    assert read_bearer(with_claim("iat", NOW + 30))


def test_a_token_that_is_not_valid_yet_is_refused() -> None:
    refuse(with_claim("nbf", NOW + 3600))


@pytest.mark.parametrize("name", ["iss", "aud"])
@pytest.mark.parametrize("value", ["other", "", None, ["ongoza"], ["ongoza-core", "ongoza"]])
def test_a_wrong_issuer_or_audience_is_refused(name: str, value: Any) -> None:
    refuse(with_claim(name, value))


@pytest.mark.parametrize("value", [[], {}, 7.0, "7", "7 ", "07", 0, -1, 2**31, 2**70, True, None])
def test_a_malformed_user_id_is_refused(value: Any) -> None:
    refuse(with_claim("user_id", value))


@pytest.mark.parametrize(
    ("name", "value"),
    [("jti", 7), ("jti", ""), ("sid", "7"), ("sid", None), ("role", "root"), ("email", 7)],
)
def test_any_other_malformed_claim_is_refused(name: str, value: Any) -> None:
    refuse(with_claim(name, value))


def test_a_claim_given_twice_is_refused() -> None:
    refuse(signed(json.dumps(USER)[:-1] + ', "user_id": 8}'))


def test_a_refresh_token_is_no_access_token_nor_the_reverse() -> None:
    refuse(with_claim("token_type", "refresh"))
    refuse(with_claim("token_type", "sliding"))
    with pytest.raises(InvalidToken):
        read_refresh(signed(USER))


@pytest.mark.parametrize(
    "key", ["", "django-insecure-change-me-in-production", "another key of more than 32 bytes ..."]
)
def test_another_key_is_refused(key: str) -> None:
    refuse(signed(USER, key=key))


def test_djangos_own_secret_signs_no_tokens() -> None:
    refuse(signed(USER, key=settings.SECRET_KEY))


def test_a_changed_payload_or_signature_is_refused() -> None:
    header, payload, signature = signed(USER).split(".")
    swapped = encoded(json.dumps({**USER, "user_id": 8}).encode())
    refuse(f"{header}.{swapped}.{signature}")
    refuse(f"{header}.{payload}.{signature[:-2]}")
    refuse(f"{header}.{payload}.{signature}=")


@pytest.mark.parametrize(
    "text",
    ["", "a", "a.b", "a.b.c", "a.b.c.d", "..", "\xff.\xff.\xff", "a b.c.d", "x" * 10_000_000],
)
def test_what_is_no_compact_token_is_refused(text: str) -> None:
    refuse(text)


def test_a_token_over_four_kibibytes_is_refused() -> None:
    refuse(with_claim("email", "a" * 4096))


def test_a_service_token_that_lives_long_is_refused() -> None:
    refuse(signed({**SERVICE, "exp": NOW + 3600}))
    refuse(signed({**SERVICE, "exp": NOW + 61}))


def test_a_signed_token_with_a_longer_lifetime_than_ours_is_refused() -> None:
    assert read_bearer(with_claim("exp", NOW + 3600))
    refuse(with_claim("exp", NOW + 3601))
    refuse(signed({**USER, "iat": 0}))
    refresh = {**USER, "token_type": "refresh"}
    week = 7 * 24 * 3600
    assert read_refresh(signed({**refresh, "exp": NOW + week}))
    with pytest.raises(InvalidToken):
        read_refresh(signed({**refresh, "exp": NOW + week + 1}))


def test_a_token_without_a_generation_has_generation_zero() -> None:
    claims = read_bearer(signed(USER))
    assert isinstance(claims, UserClaims)
    assert claims.gen == 0


@pytest.mark.parametrize("value", [-1, 2**31, 1.0, "1", True, None, [1]])
def test_a_malformed_generation_is_refused(value: Any) -> None:
    refuse(with_claim("gen", value))


def test_a_service_token_for_another_audience_is_refused() -> None:
    refuse(signed({**SERVICE, "aud": "ongoza"}))
    refuse(signed({**SERVICE, "iss": "ongoza-core"}))
