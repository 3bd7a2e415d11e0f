"""Passwords and keys of this machine: generated once, stored in a file only its owner can read."""

import base64
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from secrets import token_hex, token_urlsafe

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from infra.kafka.logins import ADMIN, BROKER, password_variable
from scripts.embedded.errors import CannotRun
from scripts.embedded.private import write_private

READER = "my_team"
"""A principal who may read every topic."""
KAFKA = tuple(map(password_variable, (BROKER, ADMIN, "core", "ai", READER)))
# A variable of the user's shell must not move the processes to other servers, logins or settings.
NOT_INHERITED = {
    "DJANGO_SETTINGS_MODULE",
    "ONGOZA_FAILPOINT",
    "KAFKA_SECURITY_PROTOCOL",
    "KAFKA_SASL_MECHANISM",
    "KAFKA_SASL_USERNAME",
    "KAFKA_SASL_PASSWORD",
    "KAFKA_SSL_CA",
    "KAFKA_READER",
    "METRICS_HOST",
    "PROMETHEUS_MULTIPROC_DIR",
    "CELERY_BROKER_URL",  # which Celery prefers to its settings
    *KAFKA,
}


def load_or_make(path: Path) -> dict[str, str]:
    """The secrets in `path`; missing ones are generated and written first.

    Raises CannotRun if there are none, but data beside them that was made with them.
    """
    known = read(path) if path.exists() else {}
    data = path.with_name("data")
    if not known and data.exists() and any(data.iterdir()):
        raise CannotRun(
            f"{path} is empty or missing, and has the passwords of {data}: restore that file, or "
            "delete both with `make reset`"
        )
    missing = {name: make() for name, make in MAKERS.items() if name not in known}
    if missing:
        known |= missing
        # A file that is cut short would lock us out of the data.
        text = "".join(f"{name}={value}\n" for name, value in known.items())
        write_private(path, text, sync=True)
    return known


def read(path: Path) -> dict[str, str]:
    lines = path.read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def _rsa_key() -> str:
    """A key of RSA in PKCS #8, as base64."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=3072)
    form = (Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    return base64.b64encode(key.private_bytes(*form)).decode()


MAKERS: Mapping[str, Callable[[], str]] = {
    **dict.fromkeys(
        (
            "DB_PASSWORD",
            "VECTOR_DB_PASSWORD",
            "DJANGO_SECRET_KEY",
            "JWT_SECRET_KEY",
            "VALKEY_PASSWORD",
            "WEB_SESSIONS_PASSWORD",
            *KAFKA,
        ),
        partial(token_urlsafe, 48),
    ),
    "DEMO_PASSWORD": lambda: f"demo-{token_hex(8)}",  # people type this one
    "VAPID_PRIVATE_KEY": partial(token_urlsafe, 32),  # as long as a key of P-256
    "CERTIFICATE_KEY": _rsa_key,
}
"""Every secret by its name, and what generates it."""
