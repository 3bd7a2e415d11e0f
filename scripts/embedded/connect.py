"""A Kafka Connect worker with Debezium's connector, from jars as the broker is."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from scripts.embedded.kafka import LOG4J, SETTINGS, classpath, java
from scripts.embedded.ports import HOST

# Every part of Kafka and Jersey's interface is listed, because managed versions would be older.
ARTIFACTS = "+".join(
    (
        "io.debezium:debezium-connector-postgres:3.6.0.Final",
        *(
            f"org.apache.kafka:{part}:4.3.1"
            for part in (
                "connect-runtime",
                "connect-json",
                "connect-api",
                "connect-transforms",
                "kafka-clients",
            )
        ),
        "jakarta.ws.rs:jakarta.ws.rs-api:3.1.0",
        "org.apache.logging.log4j:log4j-slf4j-impl:2.25.4",
    )
)
HEAP = "-Xmx256m"


@dataclass(frozen=True)
class Connect:
    """One standalone worker with the outbox connector; its REST interface listens on `port`."""

    folder: Path
    port: int
    changes: Mapping[str, str] = field(default_factory=dict)
    """Settings that differ from `infra/kafka/connect/outbox.json`."""
    login: Mapping[str, str] = field(default_factory=dict)
    """How to sign in to the brokers, in librdkafka's names; empty without logins."""

    def prepare(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "log4j2.properties").write_text(LOG4J)
        own = {
            "listeners": f"HTTP://{HOST}:{self.port}",
            "offset.storage.file.filename": self.folder / "offsets",
            **self._login(),
        }
        worker = (SETTINGS / "connect" / "worker.properties").read_text()
        lines = "".join(f"{key}={value}\n" for key, value in own.items())
        self._worker.write_text(worker + lines)
        connector = json.loads((SETTINGS / "connect" / "outbox.json").read_text())
        connector["config"] |= self.changes
        self._connector.write_text(json.dumps(connector))

    def command(self) -> list[str]:
        """To be run with DB_* and KAFKA_BOOTSTRAP_SERVERS in the environment. Raises CannotRun."""
        return [
            java(),
            HEAP,
            "-XX:+UseSerialGC",
            f"-Dlog4j2.configurationFile={self.folder / 'log4j2.properties'}",
            "-cp",
            classpath(ARTIFACTS),
            "org.apache.kafka.connect.cli.ConnectStandalone",
            str(self._worker),
            str(self._connector),
        ]

    def _login(self) -> dict[str, str]:
        """Of the worker and of its producer, in the names of Kafka's Java clients."""
        if "sasl.username" not in self.login:
            return {}
        user, password = self.login["sasl.username"], self.login["sasl.password"]
        module = "org.apache.kafka.common.security.scram.ScramLoginModule required"
        own = {
            "security.protocol": self.login["security.protocol"],
            "sasl.mechanism": self.login["sasl.mechanism"],
            "sasl.jaas.config": f'{module} username="{user}" password="{password}";',
        }
        return {
            f"{prefix}{key}": value for prefix in ("", "producer.") for key, value in own.items()
        }

    @property
    def _worker(self) -> Path:
        return self.folder / "worker.properties"

    @property
    def _connector(self) -> Path:
        return self.folder / "outbox.json"
