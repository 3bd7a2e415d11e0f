"""A stack on three brokers with several processes of each service, where nothing but who uses it
starts what ended."""

import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import psutil
from confluent_kafka import ConsumerGroupState, KafkaException
from confluent_kafka.admin import (  # type: ignore[attr-defined]  # its stubs re-export nothing
    AdminClient,
    PartitionMetadata,
)

from infra.kafka.logins import ADMIN
from ongoza_contracts.topics import PROGRESS
from scripts.bench.running import wait_until
from scripts.embedded.kafka_cluster import Member, members
from scripts.embedded.ports import HOST, Ports, free_ports, variable_of
from scripts.stack import processes
from scripts.stack.health import answers, rows
from scripts.stack.processes import Started
from scripts.stack.services import BY_NAME, Service
from scripts.stack.stack import PROJECT, Stack

REPLICAS = 3
GROUP = "ai-g1"
"""The workers' group of a new database."""
BROKER_SECONDS = 5
# The client ports of the sessions that hold an advisory lock: the active relay's is one of them.
LOCKED_FROM = """
SELECT client_port FROM pg_locks JOIN pg_stat_activity USING (pid)
WHERE locktype = 'advisory' AND granted
"""


@dataclass(frozen=True)
class Copy:
    """One of several processes of a service, with ports of its own."""

    service: Service
    number: int
    port: int
    metrics_port: int

    @property
    def name(self) -> str:
        return f"{self.service.name}-{self.number}"

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"

    def environment(self) -> dict[str, str]:
        own = {variable_of(self.service.port): str(self.port)} if self.service.port else {}
        return {**own, "METRICS_PORT": str(self.metrics_port)}

    def answers(self) -> bool:
        """Whether an API does; true for what has none."""
        return not self.service.port or answers(f"{self.url}{self.service.health}")


class ApiPair(NamedTuple):
    core_url: str
    ai_url: str


class ScaledStack(Stack):
    """The databases and Valkey are those of any stack. The brokers, `kafka-1` to `kafka-3`, and the
    copies, such as `worker-2`, are started, stopped and killed by name."""

    def __init__(self, folder: Path, copies: Mapping[str, int], patience: float) -> None:
        """`copies` are the numbers of processes by service."""
        self.brokers = {broker.name: broker for broker in members(folder / "brokers")}
        self.bootstrap = ",".join(broker.bootstrap for broker in self.brokers.values())
        changed = {
            "THROTTLE": "off",
            "MULTILINGUAL_SEARCH": "0",
            "WEB_CONCURRENCY": "1",
            "KAFKA_BOOTSTRAP_SERVERS": self.bootstrap,
            "KAFKA_REPLICATION": str(REPLICAS),
        }
        ports = Ports.free()
        super().__init__(folder, ports, extra_environment=changed, patience=patience, logins=False)
        self.copies = {one.name: one for one in _copies(copies, ports)}
        self.running: dict[str, Started] = {}
        """What was started here and not stopped or killed, whether or not it has ended since."""

    def kafka_client(
        self, principal: str = ADMIN, mechanism: str = "SCRAM-SHA-512"
    ) -> dict[str, str]:
        return {"bootstrap.servers": self.bootstrap}

    def copies_of(self, service: str) -> list[Copy]:
        return [one for one in self.copies.values() if one.service.name == service]

    @property
    def apis(self) -> list[ApiPair]:
        pairs = zip(self.copies_of("core"), self.copies_of("ai"), strict=True)
        return [ApiPair(core.url, ai.url) for core, ai in pairs]

    def start_one(self, name: str) -> None:
        broker, copy = self.brokers.get(name), self.copies.get(name)
        if broker:
            broker.prepare()
            command, environment, cwd = broker.command(), {**os.environ}, Path("/")
        elif copy:
            command, cwd = [*copy.service.command], PROJECT
            environment = {**self.environment_of(copy.service), **copy.environment()}
        else:
            raise KeyError(name)
        self.running[name] = processes.start(
            name, command, environment=environment, cwd=cwd, log=self.log(name)
        )

    def kill_one(self, name: str) -> None:
        self.running.pop(name).kill()

    def stop_one(self, name: str) -> None:
        self.running.pop(name).stop()

    def ended(self) -> dict[str, str]:
        """What ended by itself, with its last words."""
        ended = [name for name, started in self.running.items() if not started.process()]
        return {name: self.last_words(name) for name in ended}

    def until_ready(self) -> None:
        """Waits until each that runs does its work. Raises RuntimeError."""
        wait_until(self._is_ready, lambda: f"{self.ended()}")

    def _is_ready(self) -> bool:
        copies = [copy for name, copy in self.copies.items() if name in self.running]
        workers = [copy for copy in copies if copy.service.name == "worker"]
        relays = [copy for copy in copies if copy.service.name == "relay"]
        return (
            all(copy.answers() for copy in copies)
            and (not relays or bool(self.active_relay()))
            and self.members() == len(workers)
            and self.replicas() == {broker.node for broker in self._running_brokers()}
        )

    def _running_brokers(self) -> list[Member]:
        return [broker for name, broker in self.brokers.items() if name in self.running]

    def leader(self) -> str:
        """The broker that leads the first partition of progress."""
        return f"kafka-{self._partitions()[0].leader}"

    def replicas(self) -> set[int]:
        """The nodes that have all records of progress."""
        try:
            return set[int].intersection(*(set(one.isrs) for one in self._partitions().values()))
        except KafkaException:
            return set()

    def _partitions(self) -> dict[int, PartitionMetadata]:
        found = self._admin().list_topics(PROGRESS.name, timeout=BROKER_SECONDS)
        return dict(found.topics[PROGRESS.name].partitions)

    def members(self) -> int:
        """How many workers share the partitions; 0 during a rebalance."""
        admin = self._admin()  # without it the answer would never come
        asked = admin.describe_consumer_groups([GROUP], request_timeout=BROKER_SECONDS)
        try:
            found = asked[GROUP].result(BROKER_SECONDS)
        except (KafkaException, TimeoutError):
            return 0
        return len(found.members) if found.state == ConsumerGroupState.STABLE else 0

    def _admin(self) -> AdminClient:
        return AdminClient({**self.kafka_client(), "log_level": 0})

    def active_relay(self) -> str:
        """The copy that has the lock; empty while none has it."""
        locked = {port for (port,) in rows(self.servers["postgres-relational"], LOCKED_FROM) or ()}
        for copy in self.copies_of("relay"):
            started = self.running.get(copy.name)
            process = started.process() if started else None
            if process and locked & _local_ports(process):
                return copy.name
        return ""


def _copies(counts: Mapping[str, int], ports: Ports) -> Iterator[Copy]:
    """The first of each API is where the stack's URLs lead."""
    for name, count in counts.items():
        service = BY_NAME[name]
        for number in range(1, count + 1):
            port, metrics_port = free_ports(2)
            if number == 1 and service.port:
                port = getattr(ports, service.port)
            yield Copy(service, number, port, metrics_port)


def _local_ports(process: psutil.Process) -> set[int]:
    return {one.laddr.port for one in process.net_connections("tcp") if one.laddr}


@contextmanager
def scaled_stack(
    services: Iterable[str],
    copies: Mapping[str, int],
    patience: float = 1.0,
    kind: type[ScaledStack] = ScaledStack,
) -> Iterator[ScaledStack]:
    """Runs three brokers and these services; no copy runs yet."""
    stack = kind(Path(tempfile.mkdtemp(prefix="ongoza-scaled-")), copies, patience)
    try:
        for name in stack.brokers:
            stack.start_one(name)
        wait_until(lambda: all(broker.ready() for broker in stack.brokers.values()))
        stack.up(BY_NAME[name] for name in services)
        yield stack
    finally:
        for name in reversed([*stack.running]):
            # The last brokers could not hand over what they lead, and would try for long.
            stack.kill_one(name) if name in stack.brokers else stack.stop_one(name)
        stack.down()
        shutil.rmtree(stack.folder)
