"""What both services refuse in their configuration, and that they refuse the same."""

import secrets
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from ai.kit.auth import WeakSecret, check_secret
from ai.kit.settings import SettingsError, load_settings
from core.config.startup import refuse_bad_configuration
from ongoza_contracts.http.configuration import is_origin

GOOD = secrets.token_urlsafe(32)
WEAK = {
    "eight letters again and again": "abcdefgh" * 4,
    "the alphabet": "abcdefghijklmnopqrstuvwxyz0123456789",
    "the alphabet backwards": "zyxwvutsrqponmlkjihgfedcba9876543210",
    "every second letter": "acegikmoqsuwybdfhjlnprtvxz0246813579",
    "the digits of hexadecimal": "0123456789abcdef" * 4,
    "the keyboard": "qwertyuiopasdfghjklzxcvbnm1234567890",
    "a word again and again": "password" * 5,
    "a word and a counter": "password1password2password3password4",
    "the letters in turn": "aaaaaaaabbbbbbbbccccccccddddddddeeee",
    "capitals in between": "ABCabc123ABCabc123ABCabc123ABCabc123",
    "padded at the end": "s3cr3t" + " " * 40,
    "padded in between": "s3cr3t" + " " * 40 + "x",
    "a line break at the end": GOOD + "\n",
    "a space before": " " + GOOD,
    "well known": "django-insecure-change-me-in-production",
    "short": GOOD[:31],
    "nothing": "",
}


def start_core(**changes: Any) -> None:
    configuration: dict[str, Any] = {
        "secret_key": "another-secret-of-more-than-32-bytes-98765",
        "jwt_secret_key": GOOD,
        "jwt_algorithm": "HS256",
        "cors_origins": [],
        "oidc_providers": {},
        "email_backend": "django.core.mail.backends.smtp.EmailBackend",
        "email_host": "mail.example",
    }
    refuse_bad_configuration(**{**configuration, **changes})


@pytest.fixture
def ai_environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    monkeypatch.setenv("VECTOR_DB_PASSWORD", "unused")
    monkeypatch.setenv("JWT_SECRET_KEY", GOOD)
    monkeypatch.delenv("JWT_ALGORITHM", raising=False)
    monkeypatch.delenv("CORS_ORIGINS", raising=False)
    return monkeypatch


@pytest.mark.parametrize("secret", WEAK.values(), ids=WEAK)
def test_a_weak_secret_is_refused_by_both_services(secret: str) -> None:
    with pytest.raises(WeakSecret):
        check_secret(secret)
    with pytest.raises(ImproperlyConfigured, match="JWT_SECRET_KEY"):
        start_core(jwt_secret_key=secret)
    with pytest.raises(ImproperlyConfigured, match="DJANGO_SECRET_KEY"):
        start_core(secret_key=secret)


def test_random_secrets_are_accepted_by_both_services() -> None:
    for _ in range(1000):
        for secret in (secrets.token_hex(16), secrets.token_urlsafe(24)):
            check_secret(secret)
            start_core(jwt_secret_key=secret)


@pytest.mark.parametrize("algorithm", ["none", "HS512", "RS256", "hs256", "HS256 ", ""])
def test_another_algorithm_is_refused_by_both_services(
    algorithm: str, ai_environment: pytest.MonkeyPatch
) -> None:
    ai_environment.setenv("JWT_ALGORITHM", algorithm)
    with pytest.raises(SettingsError, match="JWT_ALGORITHM"):
        load_settings()
    with pytest.raises(ImproperlyConfigured, match="JWT_ALGORITHM is not HS256"):
        start_core(jwt_algorithm=algorithm)


def test_the_one_algorithm_is_accepted_by_both_services(
    ai_environment: pytest.MonkeyPatch,
) -> None:
    ai_environment.setenv("JWT_ALGORITHM", "HS256")
    assert load_settings().jwt_algorithm == "HS256"
    start_core(jwt_algorithm="HS256")


@pytest.mark.parametrize(
    "origins",
    [
        "*",
        "https://app.example.org,*",
        "https://*.example.org",
        "null",
        "https://app.example.org/",
        "app.example.org",
        "https://APP.example.org",
        "ftp://app.example.org",
        "https://user@app.example.org",
    ],
)
def test_what_is_not_one_origin_is_refused_by_both_services(
    origins: str, ai_environment: pytest.MonkeyPatch
) -> None:
    ai_environment.setenv("CORS_ORIGINS", origins)
    with pytest.raises(SettingsError, match="CORS_ORIGINS"):
        load_settings()
    with pytest.raises(ImproperlyConfigured, match="CORS_ORIGINS"):
        start_core(cors_origins=origins.split(","))


@pytest.mark.parametrize(
    "origin",
    ["https://app.example.org", "http://localhost:3000", "http://127.0.0.1:8080", "http://[::1]"],
)
def test_an_origin_is_accepted(origin: str, ai_environment: pytest.MonkeyPatch) -> None:
    ai_environment.setenv("CORS_ORIGINS", origin)
    assert is_origin(origin)
    assert load_settings().cors_origins == [origin]
    start_core(cors_origins=[origin])
