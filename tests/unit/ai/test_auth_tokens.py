"""Attacks on access tokens: a malformed or forged one is refused, and nothing else happens."""

import json
import math
import time
from typing import Any

import pytest
from jose import jwt

from ai.kit.auth import (
    InvalidToken,
    Tokens,
    WeakSecret,
    check_secret,
    mint_service_token,
    verify,
)
from ongoza_contracts.vocabulary import Role
from tests.tokens import SECRET, VIEW, VIEWER_SIGN_IN, claims, signed, token

GOOD_HEADER = b'{"alg":"HS256","typ":"JWT"}'
HOUR = 3600
PUBLIC_PEM = (
    "-----BEGIN PUBLIC KEY-----\n"
    "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEEVs/o5+uQbTjL3chynL4wXgUg2R9\n"
    "q9UU8I5mEovUf86QZ7kOBIjJwqnzD1omageEHWwHdBO6B+dFabmdT9POxg==\n"
    "-----END PUBLIC KEY-----\n"
)


def now() -> float:
    return time.time()


def payload(**changes: Any) -> bytes:
    return json.dumps(claims(**changes)).encode()


def test_a_token_of_cores_names_its_user() -> None:
    good = token()
    caller = verify(good, SECRET, now=now())
    assert (caller.user_id, caller.role, caller.jti) == (7, Role.LEARNER, "6b1f0a52c0de")
    assert caller.token == good


def test_a_token_of_cores_whole_hour_is_accepted() -> None:
    issued = int(now())
    whole_hour = token(claims(iat=issued, exp=issued + HOUR))
    assert verify(whole_hour, SECRET, now=now()).generation == 0


def test_a_token_signed_by_another_library_is_as_good() -> None:
    assert verify(jwt.encode(claims(), SECRET, "HS256"), SECRET, now=now()).user_id == 7


def test_a_scope_is_a_set_of_words_and_none_without_the_claim() -> None:
    scoped = token(claims(scope="learner.read read"))
    assert verify(scoped, SECRET, now=now()).scope == frozenset({"learner.read", "read"})
    assert verify(token(), SECRET, now=now()).scope is None


@pytest.mark.parametrize("scope", ["", " ", "read ", "read  write", "READ", 7, ["read"], {}, True])
def test_a_malformed_scope_is_refused(scope: Any) -> None:
    with pytest.raises(InvalidToken):
        verify(token(claims(scope=scope)), SECRET, now=now())


def test_a_token_with_a_scope_lives_15_minutes_at_most() -> None:
    issued = int(now())
    assert verify(token(claims(scope="read", iat=issued, exp=issued + 900)), SECRET, now=now())
    with pytest.raises(InvalidToken):
        verify(token(claims(scope="read", iat=issued, exp=issued + 901)), SECRET, now=now())


HEADERS = {
    "alg none": b'{"alg":"none","typ":"JWT"}',
    "alg None": b'{"alg":"None"}',
    "alg nOnE": b'{"alg":"nOnE"}',
    "alg HS512": b'{"alg":"HS512"}',
    "alg HS384": b'{"alg":"HS384"}',
    "alg RS256": b'{"alg":"RS256"}',
    "alg hs256": b'{"alg":"hs256"}',
    "alg missing": b'{"typ":"JWT"}',
    "alg a list": b'{"alg":["HS256"]}',
    "alg an object": b'{"alg":{"HS256":1}}',
    "alg a number": b'{"alg":256}',
    "alg null": b'{"alg":null}',
    "alg twice": b'{"alg":"none","alg":"HS256"}',
    "typ of something else": b'{"alg":"HS256","typ":"at+jwt"}',
    "nested 1,000 deep": b"[" * 1000 + b"]" * 1000,
    "an object nested 500 deep": b'{"a":' * 500 + b"1" + b"}" * 500,
    "a list": b'["HS256"]',
    "a text": b'"HS256"',
    "null": b"null",
    "not JSON": b"{",
    "not UTF-8": b'{"alg":"HS256","\xff":1}',
    "kid a path": b'{"alg":"HS256","kid":"../../dev/null"}',
    "kid SQL": b'{"alg":"HS256","kid":"1\' OR 1=1"}',
    "kid a number": b'{"alg":"HS256","kid":1}',
    "kid unknown": b'{"alg":"HS256","kid":"other"}',
    "jku": b'{"alg":"HS256","jku":"https://attacker.example/keys"}',
    "jwk": b'{"alg":"HS256","jwk":{"kty":"oct","k":"AA"}}',
    "x5u": b'{"alg":"HS256","x5u":"https://attacker.example/cert"}',
    "crit unknown": b'{"alg":"HS256","crit":["unheard-of"],"unheard-of":1}',
    "crit b64": b'{"alg":"HS256","crit":["b64"],"b64":false}',
}


@pytest.mark.parametrize("header", HEADERS.values(), ids=HEADERS)
def test_a_header_that_is_not_ours_is_refused_though_the_signature_fits(header: bytes) -> None:
    with pytest.raises(InvalidToken):
        verify(signed(header, payload()), SECRET, now=now())


OTHER_CLAIMS: dict[str, dict[str, Any]] = {
    "refresh token": {"token_type": "refresh"},
    "service token type": {"token_type": "service"},
    "token_type missing": {"token_type": None},
    "aud missing": {"aud": None},
    "aud wrong": {"aud": "ongoza-core"},
    "aud a list": {"aud": ["ongoza"]},
    "iss missing": {"iss": None},
    "iss wrong": {"iss": "ongoza-ai"},
    "iss a list": {"iss": ["ongoza-core"]},
    "jti missing": {"jti": None},
    "jti empty": {"jti": ""},
    "jti a number": {"jti": 5},
    "sid missing": {"sid": None},
    "sid no UUID": {"sid": "7"},
    "sid a number": {"sid": 7},
    "no gen": {"gen": None},
    "gen a text": {"gen": "1"},
    "gen a float": {"gen": 1.0},
    "gen true": {"gen": True},
    "gen negative": {"gen": -1},
    "email missing": {"email": None},
    "role missing": {"role": None},
    "role a list": {"role": ["admin"]},
    "user_id missing": {"user_id": None},
    "user_id a list": {"user_id": [7]},
    "user_id a float": {"user_id": 7.0},
    "user_id true": {"user_id": True},
    "user_id a text": {"user_id": "7"},
    "user_id a text with a space": {"user_id": "7 "},
    "user_id zero": {"user_id": 0},
    "user_id negative": {"user_id": -1},
    "user_id 2**31": {"user_id": 2**31},
    "user_id 2**70": {"user_id": 2**70},
}


def _other_times() -> dict[str, dict[str, Any]]:
    """Built when a test runs, because they are relative to now."""
    now = int(time.time())
    return {
        "exp one second ago": {"exp": now - 1},
        "exp missing": {"exp": None},
        "exp a text": {"exp": "9999999999"},
        "exp a float": {"exp": now + HOUR + 0.5},
        "exp 1e30": {"exp": 1e30},
        "exp Infinity": {"exp": math.inf},
        "exp NaN": {"exp": math.nan},
        "exp a list": {"exp": [9999999999]},
        "exp true": {"exp": True},
        "nbf in an hour": {"nbf": now + HOUR},
        "nbf a text": {"nbf": "0"},
        "iat in ten years": {"iat": now + 10 * 365 * 24 * HOUR},
        "iat a text": {"iat": "1"},
        "iat missing": {"iat": None},
        "valid for longer than an hour": {"iat": now, "exp": now + HOUR + 1},
        "valid for ten years": {"iat": now, "exp": now + 10 * 365 * 24 * HOUR},
        "issued in 1970": {"iat": 0},
        "role unknown": {"role": "root"},
    }


@pytest.mark.parametrize("case", [*OTHER_CLAIMS, *_other_times()])
def test_claims_that_are_not_cores_are_refused(case: str) -> None:
    changes = (OTHER_CLAIMS | _other_times())[case]
    with pytest.raises(InvalidToken):
        verify(signed(GOOD_HEADER, payload(**changes)), SECRET, now=now())


def _raw_payloads() -> dict[str, bytes]:
    return {
        "null exp": payload().replace(b'"exp": ', b'"exp": null, "was": '),
        "duplicate user_id": payload().replace(b'{"user_id"', b'{"user_id": 1, "user_id"'),
        "a list": b"[]",
        "a text": b'"user 7"',
        "not JSON": b"{",
        "not UTF-8": b'{"user_id":7,"email":"\xff"}',
        "a lone surrogate": payload(email="\ud800"),
        "nested 1,000 deep": b'{"a":' * 400 + b"1" + b"}" * 400,
    }


@pytest.mark.parametrize("case", _raw_payloads())
def test_a_payload_that_is_not_plain_json_is_refused(case: str) -> None:
    raw = _raw_payloads()[case]
    with pytest.raises(InvalidToken):
        verify(signed(GOOD_HEADER, raw), SECRET, now=now())


def _shapes() -> dict[str, str]:
    good = token()
    header, body, signature = good.split(".")
    return {
        "empty": "",
        "two parts": f"{header}.{body}",
        "four parts": f"{good}.{signature}",
        "five parts, as an encrypted token": f"{good}.a.b",
        "no signature": f"{header}.{body}.",
        "signature cut": good[:-3],
        "padding": f"{good}=",
        "a space": f"{header}.{body} .{signature}",
        "a line break": f"{good}\n",
        "standard base64": f"{header}.{body}.{'+/' * 21}A",
        "4,097 bytes": good + "A" * (4097 - len(good)),
        "a megabyte": "A" * 1_000_000 + ".A.A",
        "header nested 100,000 deep": signed(b"[" * 100_000, payload()),
        "not ASCII": good[:-1] + "\xff",
        "only dots": "..",
        "payload of another token": ".".join(
            [header, token(claims(user_id=8)).split(".")[1], signature]
        ),
    }


@pytest.mark.parametrize("case", _shapes())
def test_a_token_of_another_shape_is_refused(case: str) -> None:
    with pytest.raises(InvalidToken):
        verify(_shapes()[case], SECRET, now=now())


@pytest.mark.parametrize(
    "secret",
    [
        "",
        "django-insecure-change-me-in-production",
        SECRET[:31],
        SECRET[::-1],
        PUBLIC_PEM,
    ],
    ids=["empty", "the default of the tutorial", "cut", "another", "a public key"],
)
def test_a_token_signed_with_another_key_is_refused(secret: str) -> None:
    with pytest.raises(InvalidToken):
        verify(token(secret=secret), SECRET, now=now())


@pytest.mark.parametrize("digest", ["sha384", "sha512"])
def test_the_right_key_with_another_algorithm_is_refused(digest: str) -> None:
    header = json.dumps({"alg": f"HS{digest[3:]}"}).encode()
    with pytest.raises(InvalidToken):
        verify(signed(header, payload(), digest=digest), SECRET, now=now())


def test_spellings_of_a_signature_that_pass_stand_for_the_same_token() -> None:
    good = token()
    for last in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_":
        try:
            assert verify(good[:-1] + last, SECRET, now=now()).jti == claims()["jti"]
        except InvalidToken:
            continue


def test_a_remembered_token_still_expires(monkeypatch: pytest.MonkeyPatch) -> None:
    tokens, good = Tokens(SECRET), token(claims(exp=int(time.time()) + 2))
    assert tokens.verify(good) is tokens.verify(good)
    later = time.time() + 3
    monkeypatch.setattr("ai.kit.auth.time.time", lambda: later)
    with pytest.raises(InvalidToken):
        tokens.verify(good)


def test_only_so_many_tokens_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ai.kit.auth._REMEMBERED_TOKENS", 2)
    tokens = Tokens(SECRET)
    for user_id in range(1, 6):
        tokens.verify(token(claims(user_id=user_id)))
    assert len(tokens._verified) == 2


def test_a_service_token_of_ais_is_no_access_token() -> None:
    with pytest.raises(InvalidToken):
        verify(mint_service_token(SECRET, now=now()), SECRET, now=now())


def test_a_service_token_says_who_for_whom_and_for_how_long() -> None:
    minted = mint_service_token(SECRET, now=now())
    found = jwt.decode(minted, SECRET, ["HS256"], audience="ongoza-core", issuer="ongoza-ai")
    assert (found["service"], found["token_type"]) == ("ai", "service")
    assert found["exp"] - found["iat"] == 60
    assert found["jti"] != jwt.get_unverified_claims(mint_service_token(SECRET, now=now()))["jti"]


@pytest.mark.parametrize(
    "secret",
    [
        "",
        SECRET[:31],
        "django-insecure-change-me-in-production",
        "your-secret-key-here-your-secret-key-here",
        "a" * 64,
    ],
)
def test_a_guessable_secret_is_refused_at_start_up(secret: str) -> None:
    with pytest.raises(WeakSecret):
        check_secret(secret)
    with pytest.raises(WeakSecret):
        Tokens(secret)


# --- an admin who views an account as its user ----------------------------------------------------
def test_a_view_names_its_admin() -> None:
    caller = verify(token(claims(**VIEW)), SECRET, now=now())
    assert (caller.user_id, caller.viewer, caller.scope) == (7, 5, frozenset({"view"}))
    assert verify(token(), SECRET, now=now()).viewer is None
    viewed = verify(token(claims(**VIEW, viewer_gen=3)), SECRET, now=now())
    assert (viewed.viewer_generation, viewed.viewer_sign_in_id) == (3, VIEWER_SIGN_IN)


@pytest.mark.parametrize(
    "changes",
    [
        {"viewer": None},
        {"scope": None},
        {"scope": "read"},
        {"scope": "read view"},
        {"viewer_gen": -1},
        {"viewer_gen": "1"},
        {"viewer_sid": None},
        {"viewer_sid": 5},
        {"viewer_sid": "not-a-uuid"},
        {"viewer": 0},
        {"viewer": "5"},
        {"viewer": True},
        {"viewer": 2**31},
    ],
)
def test_a_view_without_its_admin_or_with_another_scope_is_refused(changes: Any) -> None:
    with pytest.raises(InvalidToken):
        verify(token(claims(**{**VIEW, **changes})), SECRET, now=now())
