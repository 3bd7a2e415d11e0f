"""The broker of `make up`: clients log in by password, and ACLs say what they may do."""

from collections.abc import Mapping
from dataclasses import dataclass

from infra.kafka.logins import BROKER, login
from scripts.embedded.kafka import Kafka
from scripts.embedded.ports import HOST

PLAIN_LOGIN = (
    "org.apache.kafka.common.security.plain.PlainLoginModule required "
    'username="{name}" password="{password}" user_{name}="{password}";'
)


@dataclass(frozen=True)
class LocalKafka(Kafka):
    """Also runs on the data of a broker without logins. `infra.kafka apply --logins` lets clients
    log in; until then only the broker itself can, which its own password is for."""

    broker_password: str = ""

    def settings_files(self) -> tuple[str, ...]:
        return (*super().settings_files(), "local.properties")

    def own_settings(self) -> dict[str, str]:
        controller = f"{HOST}:{self.controller_port}"
        plain = PLAIN_LOGIN.format(name=BROKER, password=self.broker_password)
        return {
            "controller.quorum.bootstrap.servers": controller,
            "listeners": f"CLIENT://{self.bootstrap},CONTROLLER://{controller}",
            "advertised.listeners": f"CLIENT://{self.bootstrap}",
            "listener.name.client.plain.sasl.jaas.config": plain,
            "listener.name.controller.plain.sasl.jaas.config": plain,
        }

    def connection(self) -> Mapping[str, str]:
        return login(self.bootstrap, BROKER, self.broker_password, mechanism="PLAIN")
