"""Does Debezium publish our outbox as our relay does? Runs both on the same rows and compares what
is on their topics: partition by partition the same keys, headers and bytes, in the same order."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from confluent_kafka import Consumer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic  # type: ignore[attr-defined]
from rich.console import Console
from rich.table import Table

from ongoza_contracts.topics import TOPICS, Topic
from scripts.embedded.kafka import HEAP, java
from scripts.embedded.ports import Ports, free_ports
from scripts.stack.services import BY_NAME
from scripts.stack.stack import PROJECT, Stack

# Pinned to the broker's version: the connector's own pom would mix in another one.
CONNECT = ("runtime", "json", "api", "transforms")
ARTIFACTS = "+".join(
    (
        "io.debezium:debezium-connector-postgres:3.6.0.Final",
        *(f"org.apache.kafka:connect-{part}:4.3.1" for part in CONNECT),
        "org.apache.kafka:kafka-clients:4.3.1",
        "org.apache.logging.log4j:log4j-slf4j-impl:2.25.4",
        # Connect's REST server wants a newer one than the managed versions say.
        "jakarta.ws.rs:jakarta.ws.rs-api:3.1.0",
    )
)
CONFIGURATION = PROJECT / "infra" / "kafka" / "connect"
PREFIX = "debezium."
PATIENCE_SECONDS = 120.0
SLOT = "SELECT active FROM pg_replication_slots WHERE slot_name = 'ongoza_outbox'"

console = Console()

Wire = tuple[bytes | None, bytes | None, tuple[tuple[str, bytes], ...]]


def main() -> None:
    folder = Path(tempfile.mkdtemp(prefix="ongoza-debezium-"))
    stack = Stack(folder, Ports.free())
    try:
        same = _compare(stack)
    finally:
        stack.down()
        shutil.rmtree(folder, ignore_errors=True)
    sys.exit(0 if same else 1)


def _compare(stack: Stack) -> bool:
    names = ("postgres-relational", "kafka", "migrate-core", "topics")
    stack.up([BY_NAME[name] for name in names])
    _log_logically(stack)
    topics = [topic for topic in TOPICS if topic.producer == "core"]
    _create_copies(stack, topics)
    with _connect(stack) as process:
        _eventually(
            lambda: process.poll() is not None or _ask(stack, SLOT) == (True,), "Connect is up"
        )
        if process.poll() is not None:
            raise RuntimeError("Kafka Connect ended")
        stack.run("seed")
        stack.run("relay")
        _eventually(lambda: _ask(stack, "SELECT count(*) FROM outbox_event") == (0,), "relayed")
        _eventually(lambda: _ends(stack, topics, PREFIX) == _ends(stack, topics, ""), "both wrote")
        return _report(stack, topics)


def _log_logically(stack: Stack) -> None:
    """The one setting that the relay does not need."""
    url = stack.servers["postgres-relational"].url()  # type: ignore[union-attr]
    with psycopg.connect(url, autocommit=True) as db:
        db.execute("ALTER SYSTEM SET wal_level = logical")
    stack.stop("postgres-relational")
    stack.run("postgres-relational")


def _create_copies(stack: Stack, topics: list[Topic]) -> None:
    admin = AdminClient({"bootstrap.servers": _bootstrap(stack)})
    new = [NewTopic(f"{PREFIX}{topic.name}", topic.partitions) for topic in topics]
    for future in admin.create_topics(new).values():
        future.result(30)


@contextmanager
def _connect(stack: Stack) -> "Iterator[subprocess.Popen[bytes]]":
    from jgo import build

    (port,) = free_ports(1)
    environment = {
        **stack.environment,
        "CONNECT_PORT": str(port),
        "CONNECT_OFFSETS": str(stack.folder / "connect.offsets"),
        "CONNECT_TOPIC_PREFIX": PREFIX,
    }
    classpath = os.pathsep.join(str(jar) for jar in build(ARTIFACTS).all_jars)
    # Standalone mode resolves nothing in the worker's own file, so that is done here.
    worker = _resolved(CONFIGURATION / "worker.properties", stack.folder, environment)
    command = [java(), HEAP, "-cp", classpath, "org.apache.kafka.connect.cli.ConnectStandalone"]
    log = (stack.folder / "connect.log").open("wb")
    process = subprocess.Popen(  # noqa: S603
        [*command, str(worker), str(CONFIGURATION / "outbox.properties")],
        env=environment,
        stdout=log,
        stderr=log,
    )
    try:
        yield process
    except BaseException:
        console.print((stack.folder / "connect.log").read_text()[-3000:], markup=False)
        raise
    finally:
        process.kill()
        process.wait(10)
        log.close()


def _resolved(file: Path, folder: Path, environment: Mapping[str, str]) -> Path:
    text = file.read_text()
    for name, value in environment.items():
        text = text.replace(f"${{env:{name}}}", value)
    made = folder / file.name
    made.write_text(text)
    return made


def _report(stack: Stack, topics: list[Topic]) -> bool:
    table = Table("topic", "records", "Debezium's are")
    same = True
    for topic in topics:
        relayed = [_read(stack, topic.name, number) for number in range(topic.partitions)]
        copied = [
            _read(stack, f"{PREFIX}{topic.name}", number) for number in range(topic.partitions)
        ]
        equal = relayed == copied
        same &= equal
        shown = "[green]the same, byte for byte and in order[/]" if equal else "[red]different[/]"
        table.add_row(topic.name, f"{sum(map(len, relayed)):,}", shown)
        if not equal:
            _show_first_difference(relayed, copied)
    console.print(table)
    return same


def _show_first_difference(relayed: list[list[Wire]], copied: list[list[Wire]]) -> None:
    for ours, theirs in zip(relayed, copied, strict=True):
        for one, other in zip(ours, theirs, strict=False):
            if one != other:
                console.print(f"relay:    {one}\nDebezium: {other}", markup=False)
                return


def _read(stack: Stack, topic: str, partition: int) -> list[Wire]:
    """Headers in the order of their names: theirs come in another one."""
    consumer = Consumer({"bootstrap.servers": _bootstrap(stack), "group.id": "debezium-proof"})
    place = TopicPartition(topic, partition, 0)
    _, end = consumer.get_watermark_offsets(place, timeout=20)
    consumer.assign([place])
    found: list[Wire] = []
    deadline = time.monotonic() + PATIENCE_SECONDS
    while len(found) < end:
        if time.monotonic() > deadline:
            raise TimeoutError(f"{topic} {partition}: {len(found)} of {end} records were read")
        for message in consumer.consume(500, timeout=2):
            given: Any = message.headers() or []
            headers = [(name, value) for name, value in given if value is not None]
            found.append((message.key(), message.value(), tuple(sorted(headers))))
    consumer.close()
    return found


def _ends(stack: Stack, topics: list[Topic], prefix: str) -> list[int]:
    consumer = Consumer({"bootstrap.servers": _bootstrap(stack), "group.id": "debezium-proof"})
    places = [
        TopicPartition(f"{prefix}{topic.name}", number)
        for topic in topics
        for number in range(topic.partitions)
    ]
    try:
        return [consumer.get_watermark_offsets(place, timeout=20)[1] for place in places]
    finally:
        consumer.close()


def _ask(stack: Stack, sql: str) -> tuple[object, ...] | None:
    url = stack.servers["postgres-relational"].url()  # type: ignore[union-attr]
    with psycopg.connect(url) as db:
        return db.execute(sql).fetchone()


def _bootstrap(stack: Stack) -> str:
    return stack.environment["KAFKA_BOOTSTRAP_SERVERS"]


def _eventually(look: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not look():
        if time.monotonic() > deadline:
            raise TimeoutError(f"not within {PATIENCE_SECONDS:.0f} s: {what}")
        time.sleep(0.5)
    console.print(f"{what}: yes")


if __name__ == "__main__":
    main()
