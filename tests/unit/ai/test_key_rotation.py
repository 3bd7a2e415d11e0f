"""While core's key of tokens is changed, ai accepts tokens of both."""

import secrets

import pytest
from jose import jwt
from jose.exceptions import JWTError

from ai.kit.auth import InvalidToken, Tokens, WeakSecret
from ai.kit.settings import Settings
from tests.tokens import SECRET, claims, token

OTHER = secrets.token_urlsafe(48)


def settings(**changes: str) -> Settings:
    return Settings(vector_db_password="unused", **{"jwt_secret_key": SECRET, **changes})  # type: ignore[arg-type]


def test_tokens_of_both_keys_are_accepted() -> None:
    tokens = Tokens.of(settings(jwt_secret_key_previous=OTHER))
    assert tokens.verify(token()).user_id == 7
    assert tokens.verify(token(claims(user_id=8), secret=OTHER)).user_id == 8


def test_without_a_second_key_its_tokens_are_refused() -> None:
    with pytest.raises(InvalidToken):
        Tokens.of(settings()).verify(token(secret=OTHER))
    with pytest.raises(InvalidToken):
        Tokens.of(settings(jwt_secret_key_previous="")).verify(token(secret=b""))


def test_a_token_of_a_third_key_is_refused() -> None:
    with pytest.raises(InvalidToken):
        Tokens(SECRET, OTHER).verify(token(secret=secrets.token_urlsafe(48)))


def test_ai_signs_with_the_present_key_alone() -> None:
    minted = Tokens(SECRET, OTHER).mint_service_token()
    assert jwt.decode(minted, SECRET, "HS256", audience="ongoza-core")["service"] == "ai"
    with pytest.raises(JWTError):
        jwt.decode(minted, OTHER, "HS256", audience="ongoza-core")


def test_a_weak_second_key_stops_the_process() -> None:
    with pytest.raises(WeakSecret, match=r"JWT_SECRET_KEY_PREVIOUS is shorter than 32 bytes\."):
        Tokens(SECRET, "short")
