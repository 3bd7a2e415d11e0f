"""Kafka of the tests in a container, where `TEST_STACK=containers` asks for it.

Runs as the broker's process: ends the container when it is asked to end itself. testcontainers is
not locked, because nothing else needs it. Written and not tried, for want of an engine.
"""

import os
import signal
import sys
import threading

from scripts.embedded.kafka import SETTINGS, Kafka
from scripts.embedded.ports import HOST

IMAGE = "apache/kafka:4.3.1"
MOUNTED = "/mnt/shared/config/server.properties"
WANTED = os.environ.get("TEST_STACK") == "containers"


def reason_against() -> str:
    """Why there can be no container here; empty if there can."""
    try:
        from testcontainers.core.docker_client import DockerClient
    except ImportError:
        return "testcontainers is not installed (uv pip install testcontainers)"
    try:
        DockerClient().client.ping()
    except Exception as error:  # whatever the client of an engine raises without one
        return f"no container engine answers: {error}"
    return ""


class ContainerKafka(Kafka):
    """The same broker of one node without logins, on the same port."""

    def prepare(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)

    def command(self) -> list[str]:
        project = f"PYTHONPATH={SETTINGS.parents[1]}"  # servers are started in /
        return ["env", project, sys.executable, "-m", "tests.kafka_container", str(self.port)]


def variables(port: int) -> dict[str, str]:
    """What the image adds to infra/kafka/server.properties."""
    return {
        "KAFKA_LISTENERS": f"PLAINTEXT://0.0.0.0:{port},CONTROLLER://localhost:{port + 1}",
        "KAFKA_ADVERTISED_LISTENERS": f"PLAINTEXT://{HOST}:{port}",
        "KAFKA_LISTENER_SECURITY_PROTOCOL_MAP": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "KAFKA_CONTROLLER_QUORUM_VOTERS": f"1@localhost:{port + 1}",
        "KAFKA_HEAP_OPTS": "-Xmx512m",
    }


def main(port: int) -> None:
    from testcontainers.core.container import DockerContainer

    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    container = DockerContainer(IMAGE).with_bind_ports(port, port)
    container.with_volume_mapping(str(SETTINGS / "server.properties"), MOUNTED, "ro")
    for name, value in variables(port).items():
        container.with_env(name, value)
    with container:
        ended.wait()


if __name__ == "__main__":
    main(int(sys.argv[1]))
