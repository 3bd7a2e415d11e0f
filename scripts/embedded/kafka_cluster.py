"""Three brokers that are each other's controllers and copies."""

from dataclasses import dataclass
from pathlib import Path

from scripts.embedded.kafka import Kafka, new_id
from scripts.embedded.ports import HOST, Ports

BROKERS = 3


@dataclass(frozen=True)
class Member(Kafka):
    """One broker of the cluster. Its storage is formatted with the ids and addresses of all."""

    node: int = 1
    cluster_id: str = ""
    voters: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return f"kafka-{self.node}"

    def settings_files(self) -> tuple[str, ...]:
        return (*super().settings_files(), "replicated.properties")

    def own_settings(self) -> dict[str, str]:
        addresses = (voter.split("@")[1].rsplit(":", 1)[0] for voter in self.voters)
        return {
            **super().own_settings(),
            "node.id": str(self.node),
            "controller.quorum.bootstrap.servers": ",".join(addresses),
        }

    def format_options(self) -> list[str]:
        return ["-t", self.cluster_id, "--initial-controllers", ",".join(self.voters)]


def members(folder: Path) -> list[Member]:
    """The brokers of a new cluster, on free ports."""
    ports, cluster_id = [Ports.free() for _ in range(BROKERS)], new_id()
    voters = tuple(
        f"{node}@{HOST}:{port.kafka_controller}:{new_id()}" for node, port in enumerate(ports, 1)
    )
    return [
        Member(
            folder / f"kafka-{node}", port.kafka, port.kafka_controller, node, cluster_id, voters
        )
        for node, port in enumerate(ports, 1)
    ]
