"""When core refuses to start."""

import os
import subprocess
import sys
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from core.config.startup import GATEWAY_KEYS, MAILDIR, SMTP, refuse_bad_configuration

GOOD = "a-secret-of-more-than-32-bytes-0123456789"
OTHER = "another-secret-of-more-than-32-bytes-98765"


def start(**changes: Any) -> None:
    configuration: dict[str, Any] = {
        "secret_key": GOOD,
        "jwt_secret_key": OTHER,
        "jwt_algorithm": "HS256",
        "cors_origins": [],
        "oidc_providers": {},
        "email_backend": SMTP,
        "email_host": "mail.example",
    }
    refuse_bad_configuration(**{**configuration, **changes})


def import_settings(changes: dict[str, str]) -> "subprocess.CompletedProcess[str]":
    """In a process of its own, with these variables and those it cannot do without."""
    secrets = {"DJANGO_SECRET_KEY": GOOD, "JWT_SECRET_KEY": OTHER}
    left_out = ("EMAIL_BACKEND", "EMAIL_HOST", "DEBUG", "DJANGO_SETTINGS_MODULE")
    inherited = {name: value for name, value in os.environ.items() if name not in left_out}
    command = [sys.executable, "-c", "import core.config.settings"]

    return subprocess.run(  # noqa: S603
        command,
        env={**inherited, **secrets, **changes},
        capture_output=True,
        text=True,
        check=False,
    )


def test_two_good_secrets_are_enough_to_start() -> None:
    start()


@pytest.mark.parametrize("name", ["secret_key", "jwt_secret_key"])
@pytest.mark.parametrize(
    ("secret", "fault"),
    [
        ("", "is not set"),
        (GOOD[:31], "shorter than 32 bytes"),
        ("django-insecure-change-me-in-production", "well known"),
        ("x" * 40, "easy to guess"),
    ],
)
def test_a_bad_secret_is_named_and_refused(name: str, secret: str, fault: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=fault) as refusal:
        start(**{name: secret})
    variable = {"secret_key": "DJANGO_SECRET_KEY", "jwt_secret_key": "JWT_SECRET_KEY"}[name]
    assert variable in str(refusal.value)


def test_one_secret_for_both_purposes_is_refused() -> None:
    with pytest.raises(ImproperlyConfigured, match="are equal"):
        start(secret_key=OTHER)


@pytest.mark.parametrize("module", ["core.config.wsgi", "core.manage"])
def test_no_process_starts_without_secrets(module: str) -> None:
    environment = {
        name: value
        for name, value in os.environ.items()
        if name not in ("DJANGO_SECRET_KEY", "JWT_SECRET_KEY", "DJANGO_SETTINGS_MODULE")
    }
    command = [sys.executable, "-m", module, "check"]

    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603

    assert done.returncode != 0
    assert "DJANGO_SECRET_KEY is not set. JWT_SECRET_KEY is not set." in done.stderr


# --- mail ----------------------------------------------------------------------------------------
def test_a_mail_server_that_is_not_named_is_refused() -> None:
    with pytest.raises(ImproperlyConfigured, match="EMAIL_HOST is not set"):
        start(email_host="")
    start(email_host="", email_backend=MAILDIR)


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({}, "EMAIL_HOST is not set"),
        ({"EMAIL_HOST": "mail.example"}, ""),
        ({"EMAIL_BACKEND": MAILDIR}, ""),
        ({"DEBUG": "yes"}, ""),
    ],
)
def test_no_process_starts_without_a_mail_server_unless_the_environment_says_so(
    changes: dict[str, str], fault: str
) -> None:
    done = import_settings(changes)
    assert (done.returncode != 0, fault in done.stderr) == (bool(fault), True)


SCHOOL = {"issuer": "https://id.school.example", "client_id": "a", "client_secret": "b"}


@pytest.mark.parametrize("name", ["school", "school_2"])
def test_a_complete_provider_of_openid_connect_is_enough_to_start(name: str) -> None:
    start(oidc_providers={name: SCHOOL})
    start(oidc_providers={name: {**SCHOOL, "issuer": "http://127.0.0.1:8080"}})


@pytest.mark.parametrize("name", ["my-school", "School", "a/b", "ä", "2", "a b"])
def test_a_provider_whose_name_makes_no_route_or_variable_is_refused(name: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="OIDC_PROVIDERS names"):
        start(oidc_providers={name: SCHOOL})


@pytest.mark.parametrize("part", ["issuer", "client_id", "client_secret"])
def test_an_incomplete_provider_is_refused(part: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=f"OIDC_SCHOOL_{part.upper()} is not set"):
        start(oidc_providers={"school": {**SCHOOL, part: ""}})


@pytest.mark.parametrize(
    "issuer",
    ["http://id.school.example", "id.school.example", "https://", "https://[", "https://a:x"],
)
def test_a_provider_without_tls_is_refused(issuer: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="OIDC_SCHOOL_ISSUER is no https URL"):
        start(oidc_providers={"school": {**SCHOOL, "issuer": issuer}})


@pytest.mark.parametrize("key", ["A" * 43, "short", "_" * 43, "!" * 43, "A" * 44])
def test_a_malformed_key_of_web_push_is_refused(key: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="VAPID_PRIVATE_KEY is not 32 bytes"):
        start(vapid_private_key=key)


def test_a_gateway_of_text_messages_without_tls_is_refused() -> None:
    with pytest.raises(ImproperlyConfigured, match="SMS_URL is no https URL"):
        start(sms_url="http://sms.example/messages")


@pytest.mark.parametrize("key", ["x", "AAAA", "!" * 64])
def test_a_malformed_key_of_credentials_is_refused(key: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="CERTIFICATE_KEY is no RSA key of 2048 bits"):
        start(certificate_key=key)


@pytest.mark.parametrize("url", ["", "api.example", "https://api.example/", "https://a.example/b"])
def test_an_api_url_that_is_no_origin_is_refused(url: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="API_URL is not one origin"):
        start(api_url=url)


def test_an_api_url_without_tls_is_refused_where_the_rest_has_it() -> None:
    start(api_url="https://api.example", https_only=True)
    with pytest.raises(ImproperlyConfigured, match="API_URL does not begin with https"):
        start(https_only=True)


def test_keys_and_gateways_of_notifications_are_taken() -> None:
    start(vapid_private_key="yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw")
    start(vapid_private_key="yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw=")
    start(sms_url="https://sms.example/messages")


@pytest.mark.parametrize("key", GATEWAY_KEYS)
def test_the_sandbox_of_payments_is_refused_beside_the_key_of_a_gateway(key: str) -> None:
    start(payment_sandbox=True)
    others = ["STRIPE_SECRET_KEY"] if key == "STRIPE_WEBHOOK_SECRET" else []
    start(gateway_keys=[key, *others])
    with pytest.raises(ImproperlyConfigured, match=f"PAYMENT_SANDBOX is set beside {key}"):
        start(payment_sandbox=True, gateway_keys=[key])


def test_stripe_is_refused_with_half_of_its_settings() -> None:
    start(stripe_api_url="http://127.0.0.1:12111")
    with pytest.raises(ImproperlyConfigured, match="WEBHOOK_SECRET is set without STRIPE_SECRET"):
        start(gateway_keys=["STRIPE_WEBHOOK_SECRET"])
    with pytest.raises(ImproperlyConfigured, match="STRIPE_API_URL is no https URL"):
        start(stripe_api_url="http://stripe.example")


def test_mpesa_is_refused_with_half_of_its_settings() -> None:
    mpesa = {"MPESA_CONSUMER_KEY": "key", "MPESA_PASSKEY": "pass"}
    reversals = {"MPESA_INITIATOR": "api", "MPESA_SECURITY_CREDENTIAL": "text"}
    none = dict.fromkeys(reversals, "")
    start(mpesa=mpesa, mpesa_reversals=reversals)
    start(mpesa=mpesa, mpesa_reversals=none)
    for name in mpesa:
        with pytest.raises(ImproperlyConfigured, match=f"{name} is not set, beside others"):
            start(mpesa={**mpesa, name: ""}, mpesa_reversals=none)
        with pytest.raises(ImproperlyConfigured, match=f"{name} is not set, beside others"):
            start(mpesa=dict.fromkeys(mpesa, ""), mpesa_reversals=reversals)
    for name in reversals:
        with pytest.raises(ImproperlyConfigured, match=f"{name} is not set, beside others"):
            start(mpesa=mpesa, mpesa_reversals={**reversals, name: ""})


@pytest.mark.parametrize(("sandbox", "status"), [("1", 1), ("0", 0)])
def test_the_settings_find_the_key_of_a_gateway(sandbox: str, status: int) -> None:
    changes = {"EMAIL_HOST": "mail.example", "PAYMENT_SANDBOX": sandbox, "STRIPE_SECRET_KEY": "sk"}
    assert import_settings(changes).returncode == status


@pytest.mark.parametrize("previous", ["short", GOOD, "django-insecure-change-me-in-production"])
def test_a_bad_second_key_of_tokens_is_named_and_refused(previous: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="JWT_SECRET_KEY_PREVIOUS"):
        start(jwt_secret_key_previous=previous)
