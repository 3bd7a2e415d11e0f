"""How both services are told to reach Kafka: the same variables, the same refusals."""

import ssl
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from pydantic import ValidationError

from ai.kit.broker import KafkaConfig
from ai.kit.consumers import create_broker
from ai.kit.settings import Settings
from core.config.kafka import connection
from infra.kafka.__main__ import main
from infra.kafka.logins import login
from tests.certificates import Authority

SIGNED_IN = {
    "SECURITY_PROTOCOL": "SASL_PLAINTEXT",
    "SASL_USERNAME": "admin",
    "SASL_PASSWORD": "mine",
}
VARIABLES = ("SECURITY_PROTOCOL", "SASL_MECHANISM", "SASL_USERNAME", "SASL_PASSWORD", "SSL_CA")


@pytest.fixture(autouse=True)
def _bare(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(f"KAFKA_{name}", raising=False)
    monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", "kafka:9092")
    monkeypatch.setenv("VECTOR_DB_PASSWORD", "unused")
    monkeypatch.setenv("JWT_SECRET_KEY", "unused")


def given(monkeypatch: pytest.MonkeyPatch, **values: str) -> None:
    for name, value in values.items():
        monkeypatch.setenv(f"KAFKA_{name}", value)


def ai_address() -> KafkaConfig:
    return KafkaConfig.of(Settings())


def test_with_nothing_said_both_speak_in_clear() -> None:
    assert connection() == {"bootstrap.servers": "kafka:9092", "security.protocol": "PLAINTEXT"}
    assert ai_address().client() == {
        "bootstrap_servers": "kafka:9092",
        "security_protocol": "PLAINTEXT",
        "ssl_context": None,
    }


def test_a_login_over_tls_reaches_both_clients(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    authority = Authority().write(tmp_path / "authority.pem")
    given(
        monkeypatch,
        SECURITY_PROTOCOL="SASL_SSL",
        SASL_USERNAME="me",
        SASL_PASSWORD="mine",
        SSL_CA=str(authority),
    )
    assert connection() == {
        "bootstrap.servers": "kafka:9092",
        "security.protocol": "SASL_SSL",
        "ssl.ca.location": str(authority),
        "sasl.mechanism": "SCRAM-SHA-512",
        "sasl.username": "me",
        "sasl.password": "mine",
    }
    options = ai_address().client()
    tls = options.pop("ssl_context")
    assert options == {
        "bootstrap_servers": "kafka:9092",
        "security_protocol": "SASL_SSL",
        "sasl_mechanism": "SCRAM-SHA-512",
        "sasl_plain_username": "me",
        "sasl_plain_password": "mine",
    }
    assert (tls.verify_mode, tls.check_hostname) == (ssl.CERT_REQUIRED, True)
    assert tls.cert_store_stats()["x509_ca"] == 1


def test_a_login_without_tls_reaches_both_clients(monkeypatch: pytest.MonkeyPatch) -> None:
    given(
        monkeypatch,
        SECURITY_PROTOCOL="SASL_PLAINTEXT",
        SASL_USERNAME="me",
        SASL_PASSWORD="mine",
        SSL_CA="/no/such/file",
    )
    assert connection() == login("kafka:9092", "me", "mine")
    assert ai_address().client() == {
        "bootstrap_servers": "kafka:9092",
        "security_protocol": "SASL_PLAINTEXT",
        "ssl_context": None,
        "sasl_mechanism": "SCRAM-SHA-512",
        "sasl_plain_username": "me",
        "sasl_plain_password": "mine",
    }


@pytest.mark.parametrize(
    ("values", "culprit"),
    [
        ({"SECURITY_PROTOCOL": "SASL"}, "KAFKA_SECURITY_PROTOCOL"),
        ({"SECURITY_PROTOCOL": "SASL_PLAINTEXT", "SASL_PASSWORD": "mine"}, "KAFKA_SASL_USERNAME"),
        ({"SECURITY_PROTOCOL": "SASL_PLAINTEXT", "SASL_USERNAME": "me"}, "KAFKA_SASL_PASSWORD"),
        ({"SECURITY_PROTOCOL": "SASL_SSL", "SASL_PASSWORD": "mine"}, "KAFKA_SASL_USERNAME"),
        ({"SECURITY_PROTOCOL": "SASL_SSL", "SASL_USERNAME": "me"}, "KAFKA_SASL_PASSWORD"),
        (
            {
                "SECURITY_PROTOCOL": "SASL_SSL",
                "SASL_USERNAME": "me",
                "SASL_PASSWORD": "mine",
                "SASL_MECHANISM": "PLAIN",
            },
            "KAFKA_SASL_MECHANISM",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_makes_no_sense_stops_both_and_is_named(
    monkeypatch: pytest.MonkeyPatch, values: dict[str, str], culprit: str
) -> None:
    given(monkeypatch, **values)
    with pytest.raises(ImproperlyConfigured, match=culprit):
        connection()
    with pytest.raises(ValidationError) as refused:
        Settings()
    assert [str(fault["loc"][0]).upper() for fault in refused.value.errors()] == [culprit]


@pytest.mark.parametrize(
    ("values", "culprit"),
    [
        ({}, "KAFKA_SECURITY_PROTOCOL"),
        (SIGNED_IN | {"SECURITY_PROTOCOL": "SASL_SSL"}, "KAFKA_SECURITY_PROTOCOL"),
        (SIGNED_IN, "KAFKA_BROKER_PASSWORD"),
        (SIGNED_IN | {"BROKER_PASSWORD": ""}, "KAFKA_BROKER_PASSWORD"),
    ],
    ids=["no login", "TLS", "no password", "an empty password"],
)
def test_logins_that_cannot_be_set_are_an_error_and_nothing_is_applied(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    values: dict[str, str],
    culprit: str,
) -> None:
    monkeypatch.delenv("KAFKA_BROKER_PASSWORD", raising=False)
    given(monkeypatch, **values)
    monkeypatch.setattr(sys, "argv", ["infra.kafka", "apply", "--logins"])
    monkeypatch.setattr("infra.kafka.__main__.Cluster", None)
    assert main() == 1
    assert culprit in capsys.readouterr().out


def test_a_password_shows_in_no_representation(monkeypatch: pytest.MonkeyPatch) -> None:
    given(monkeypatch, SECURITY_PROTOCOL="SASL_SSL", SASL_USERNAME="me", SASL_PASSWORD="in-no-log")
    assert "in-no-log" not in repr(ai_address())


def test_the_worker_knows_each_of_several_brokers(monkeypatch: pytest.MonkeyPatch) -> None:
    given(monkeypatch, BOOTSTRAP_SERVERS="kafka-1:9092, kafka-2:9092")
    assert create_broker(ai_address()).specification.url == ["kafka-1:9092", "kafka-2:9092"]
