"""The broker of `make up`: clients log in by password, and ACLs limit what they may do."""

from collections.abc import Mapping
from dataclasses import dataclass

from infra.kafka.logins import ADMIN, BROKER, login
from scripts.embedded.kafka import Kafka
from scripts.embedded.ports import HOST


@dataclass(frozen=True)
class LocalKafka(Kafka):
    """Also runs on the data of a broker without logins. `infra.kafka apply --logins` lets clients
    log in; until then only the broker itself can, with the password of its configuration."""

    broker_password: str = ""
    admin_password: str = ""
    """Also accepted by PLAIN: the kcat of Debian 12 cannot log in to Kafka 4 by SCRAM."""

    def settings_files(self) -> tuple[str, ...]:
        return (*super().settings_files(), "local.properties")

    def own_settings(self) -> dict[str, str]:
        controller = f"{HOST}:{self.controller_port}"
        plain = plain_login(self.broker_password)
        with_admin = plain_login(self.broker_password, {ADMIN: self.admin_password})
        return {
            "controller.quorum.bootstrap.servers": controller,
            "listeners": f"CLIENT://{self.bootstrap},CONTROLLER://{controller}",
            "advertised.listeners": f"CLIENT://{self.bootstrap}",
            "listener.name.client.plain.sasl.jaas.config": with_admin,
            "listener.name.controller.plain.sasl.jaas.config": plain,
        }

    def connection(self) -> Mapping[str, str]:
        return login(self.bootstrap, BROKER, self.broker_password, mechanism="PLAIN")


def plain_login(broker_password: str, others: Mapping[str, str] | None = None) -> str:
    """The JAAS configuration of PLAIN: the broker's own login, and the users that may log in."""
    known = {BROKER: broker_password, **(others or {})}
    users = " ".join(f'user_{name}="{password}"' for name, password in known.items())
    module = "org.apache.kafka.common.security.plain.PlainLoginModule"
    return f'{module} required username="{BROKER}" password="{broker_password}" {users};'
