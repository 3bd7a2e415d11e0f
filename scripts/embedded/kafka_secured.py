"""A broker as in production: TLS on every listener, passwords for clients, ACLs."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from infra.kafka.logins import ADMIN
from scripts.embedded.kafka import Kafka, new_id

NAME = "localhost"
"""The broker's name in its certificate, by which clients have to call it."""


@dataclass(frozen=True)
class SecuredKafka(Kafka):
    """`identity` is a PEM file with the broker's key (PKCS#8) and certificate, `authority` one with
    the certificate of who signed it. `admin` can log in from the first start."""

    broker_port: int = 0
    identity: Path = Path()
    authority: Path = Path()
    admin_password: str = ""

    @property
    def bootstrap(self) -> str:
        return f"{NAME}:{self.port}"

    def settings_files(self) -> tuple[str, ...]:
        return (*super().settings_files(), "secured.properties")

    def own_settings(self) -> dict[str, str]:
        controller = f"{NAME}:{self.controller_port}"
        served = f"CLIENT://{self.bootstrap},BROKER://{NAME}:{self.broker_port}"
        return {
            "controller.quorum.bootstrap.servers": controller,
            "listeners": f"{served},CONTROLLER://{controller}",
            "advertised.listeners": served,
            "ssl.keystore.location": str(self.identity),
            "ssl.truststore.location": str(self.authority),
        }

    def format_options(self) -> list[str]:
        login = f"SCRAM-SHA-512=[name={ADMIN},password={self.admin_password}]"
        return ["--standalone", "-t", new_id(), "--add-scram", login]

    def connection(self) -> Mapping[str, str]:
        return {
            "bootstrap.servers": self.bootstrap,
            "security.protocol": "SASL_SSL",
            "ssl.ca.location": str(self.authority),
            "sasl.mechanism": "SCRAM-SHA-512",
            "sasl.username": ADMIN,
            "sasl.password": self.admin_password,
        }
