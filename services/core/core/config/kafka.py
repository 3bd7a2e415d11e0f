"""How core and its operators reach Kafka: librdkafka's settings, from the environment."""

from collections.abc import Mapping

from django.core.exceptions import ImproperlyConfigured

from core.config import env

# SASL_PLAINTEXT is for one machine: SCRAM sends no password, but everything else is in clear.
PROTOCOLS = ("PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL")
MECHANISMS = ("SCRAM-SHA-512",)


def connection() -> dict[str, str]:
    """Address and security. Raises ImproperlyConfigured when they make no sense together."""
    servers = env.text("KAFKA_BOOTSTRAP_SERVERS", "127.0.0.1:9092")
    return {"bootstrap.servers": servers, **security()}


def security() -> dict[str, str]:
    """Raises ImproperlyConfigured as `connection` does."""
    protocol = _one_of("KAFKA_SECURITY_PROTOCOL", PROTOCOLS)
    mechanism = _one_of("KAFKA_SASL_MECHANISM", MECHANISMS)
    login = {
        "sasl.username": env.text("KAFKA_SASL_USERNAME"),
        "sasl.password": env.exact("KAFKA_SASL_PASSWORD").strip(),
    }
    authority = env.text("KAFKA_SSL_CA")
    settings = {"security.protocol": protocol}
    if "SSL" in protocol and authority:
        settings["ssl.ca.location"] = authority
    if "SASL" in protocol:
        _require(login)
        settings |= {"sasl.mechanism": mechanism, **login}
    return settings


def is_secured() -> bool:
    return "SASL" in security()["security.protocol"]


def _one_of(name: str, known: tuple[str, ...]) -> str:
    value = env.text(name, known[0])
    if value not in known:
        raise ImproperlyConfigured(f"{name} is none of {', '.join(known)}")
    return value


def _require(login: Mapping[str, str]) -> None:
    for setting, value in login.items():
        if not value:
            name = f"KAFKA_{setting.upper().replace('.', '_')}"
            raise ImproperlyConfigured(f"{name} is needed with KAFKA_SECURITY_PROTOCOL=SASL_...")
