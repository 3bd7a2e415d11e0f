"""The servers of this test run: its own, on free ports, in a temporary folder.

Started when the first test asks for them, stopped when the run ends.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from scripts.embedded.kafka import Kafka
from scripts.embedded.ports import Ports
from scripts.stack import processes
from scripts.stack.processes import Started
from scripts.stack.services import SEED, SERVICES
from scripts.stack.stack import PROJECT, Stack
from tests import kafka_cds, kafka_container
from tests.integration.story import eventually, settled, what_is_served
from tests.migrated import MigratedStack

WHOLE_STACK = ExitStack()
"""The whole stack that runs, which stops after the last test of its group."""


def new_stack(
    name: str, *, logins: bool = True, kind: type[MigratedStack] = MigratedStack
) -> MigratedStack:
    """A stack that shares nothing with any other, `make up`'s included."""
    folder = Path(tempfile.mkdtemp(prefix=f"ongoza-{name}-"))
    return kind(
        folder,
        Ports.free(),
        durable=False,
        extra_environment={
            "THROTTLE": "off",
            "ALLOWED_HOSTS": "127.0.0.1,localhost,ai.test",
            "MULTILINGUAL_SEARCH": "0",  # half a minute of processor time for the demo's items
            "KAFKA_FETCH_WAIT_MS": "1000",  # idle workers of several stacks share two processors
        },
        patience=5,  # the machine may be busy with other test runs
        logins=logins,
    )


def start_whole_stack(name: str) -> tuple[Stack, dict[str, int]]:
    """Every service with the demo, and what it served when `up` had just returned, as
    `what_is_served` counts it."""
    stack = new_stack(name)
    WHOLE_STACK.callback(shutil.rmtree, stack.folder, ignore_errors=True)
    WHOLE_STACK.callback(stack.down)
    stack.up((*SERVICES, SEED))
    served = what_is_served(stack)
    eventually(lambda: settled(stack))
    return stack, served


def start_with_few_learners(stack: Stack) -> None:
    """Starts every service and loads a demo of 30 learners, for tests that sign up their own."""
    stack.up()
    seed = [sys.executable, "-m", "core.manage", "seed", "--learners", "30"]
    subprocess.run(seed, env=stack.environment, cwd=PROJECT, check=True, capture_output=True)  # noqa: S603
    eventually(lambda: settled(stack))


class ServersOfParts(MigratedStack):
    """Tests of parts write, as anybody, what no login may: records of foreign producers, other
    topics. With `TEST_STACK=containers` their broker runs in a container."""

    def _broker(self, folder: Path) -> Kafka:
        kind = kafka_container.ContainerKafka if kafka_container.WANTED else Kafka
        return kind(folder, self.ports.kafka, self.ports.kafka_controller)


SERVERS = new_stack("tests", logins=False, kind=ServersOfParts)


@contextmanager
def running(server: Kafka, *others: Kafka) -> Iterator[dict[str, Started]]:
    """Brokers outside any stack, by name; ready inside the block and stopped after it."""
    brokers = {broker.name: broker for broker in (server, *others)}
    started: dict[str, Started] = {}
    try:
        for name, broker in brokers.items():
            broker.prepare()
            started[name] = start_broker(broker)
        eventually(lambda: all(broker.ready() for broker in brokers.values()))
        yield started
    finally:
        for process in started.values():
            process.kill()


def start_broker(broker: Kafka) -> Started:
    kafka_cds.ensure_archive()
    return processes.start(
        broker.name,
        broker.command(),
        environment=dict(os.environ),
        cwd=Path("/"),
        log=broker.folder / "log",
    )
