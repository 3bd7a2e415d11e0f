"""Logins of a cluster without TLS (local.properties), set with the broker's own login.

A new password is known to the controller first, and to the broker a moment later.
"""

import os
import time
from collections.abc import Iterable, Mapping

from django.core.exceptions import ImproperlyConfigured

from infra.kafka.cluster import Cluster, Unreachable

ADMIN, BROKER = "admin", "broker"
SEEN_SECONDS = 20


def password_variable(principal: str) -> str:
    return f"KAFKA_{principal.upper()}_PASSWORD"


def login(
    servers: str, name: str, password: str, *, mechanism: str = "SCRAM-SHA-512"
) -> dict[str, str]:
    """The settings with which librdkafka's clients log in."""
    return {
        "bootstrap.servers": servers,
        "security.protocol": "SASL_PLAINTEXT",
        "sasl.mechanism": mechanism,
        "sasl.username": name,
        "sasl.password": password,
    }


def set_logins(connection: Mapping[str, str], principals: Iterable[str]) -> None:
    """Lets `admin` and these principals log in with the passwords of their KAFKA_..._PASSWORD;
    those without one are left alone. Returns when `connection` is accepted.

    Raises ImproperlyConfigured and Unreachable.
    """
    servers, password = connection["bootstrap.servers"], _broker_password()
    cluster = Cluster(login(servers, BROKER, password, mechanism="PLAIN"))
    cluster.set_passwords(
        {
            name: os.environ[password_variable(name)]
            for name in sorted({ADMIN, *principals})
            if os.environ.get(password_variable(name))
        }
    )
    _wait_until_accepted(connection)


def _broker_password() -> str:
    """The password of the broker's own login. Raises ImproperlyConfigured if it is not set, or for
    a protocol other than SASL_PLAINTEXT, with which a broker has no such login."""
    if os.environ.get("KAFKA_SECURITY_PROTOCOL") != "SASL_PLAINTEXT":
        raise ImproperlyConfigured(
            "--logins requires KAFKA_SECURITY_PROTOCOL=SASL_PLAINTEXT; for another protocol set "
            "passwords with `python -m infra.kafka user`"
        )
    if not (password := os.environ.get(password_variable(BROKER))):
        raise ImproperlyConfigured(
            f"--logins requires {password_variable(BROKER)}, the password of the broker's own login"
        )
    return password


def _wait_until_accepted(connection: Mapping[str, str]) -> None:
    deadline = time.monotonic() + SEEN_SECONDS
    while True:
        try:
            return Cluster(connection).require_login()
        except Unreachable:
            if time.monotonic() > deadline:
                raise
        time.sleep(0.05)
