"""The status for operators: processes, health, outbox depth and consumer lag."""

import time
from collections.abc import Mapping
from dataclasses import dataclass

import psycopg
from confluent_kafka import Consumer, KafkaException, TopicPartition
from rich.console import Console
from rich.table import Table

from ongoza_contracts.topics import TOPICS
from scripts.stack.services import SERVICES
from scripts.stack.stack import Stack

TIMEOUT_SECONDS = 3
COUNTED_RECORDS = 1000
"""A larger lag is the difference of the offsets."""
OUTBOX = """
SELECT count(*), coalesce(extract(epoch FROM now() - min(time::timestamptz)), 0) FROM outbox_event
"""
RESTORE = "SELECT pending_since IS NOT NULL, unknown_count, lost_topics FROM outbox_restore_check"
LIVE = "SELECT name FROM generation WHERE state = 'live'"
PARKED = "SELECT count(*) FROM parked_record"
POSITIONS = "SELECT topic, partition, next_offset FROM live.consumed"


@dataclass(frozen=True)
class Outbox:
    depth: int
    oldest_seconds: float


@dataclass(frozen=True)
class Projection:
    generation: str
    parked: int
    positions: dict[tuple[str, int], int]
    """By topic and partition, the offset of the first record that is not applied."""


def show(stack: Stack, console: Console) -> None:
    console.print(_processes(stack))
    outbox = outbox_of(stack)
    depth = "not known, core's database does not answer"
    if outbox:
        depth = f"{outbox.depth} waiting, the oldest for {outbox.oldest_seconds:.1f} s"
    console.print(f"outbox: {depth}")
    for problem in restore_problems(stack):
        console.print(f"[red]{problem}[/]")
    projection = _projection(stack)
    if projection is None:
        console.print("projection: not known, ai's database does not answer")
        return
    lag = consumer_lag(stack, projection.positions)
    lags = ", ".join(f"{topic} {behind}" for topic, behind in lag.items()) or "not known"
    console.print(f"consumer lag (generation {projection.generation}): {lags}")
    console.print(f"parked records: {projection.parked}")


def _processes(stack: Stack) -> Table:
    table = Table("service", "pid", "port", "health")
    for service in SERVICES:
        if service.ready == "exit":
            continue
        started = stack.register.alive(service.name)
        port = str(getattr(stack.ports, service.port)) if service.port else ""
        if started is None:
            table.add_row(service.name, "", port, "[red]not running[/]")
            continue
        health = "[green]ok[/]" if stack.healthy(service.name) else "[red]does not answer[/]"
        table.add_row(service.name, str(started.pid), port, health)
    return table


def outbox_of(stack: Stack) -> Outbox | None:
    """None when core's database does not answer or has no outbox yet."""
    try:
        url = stack.servers["postgres-relational"].url()  # type: ignore[union-attr]
        with psycopg.connect(url, connect_timeout=TIMEOUT_SECONDS) as connection:
            row = connection.execute(OUTBOX).fetchone()
    except psycopg.Error:
        return None
    return Outbox(int(row[0]), float(row[1])) if row else None


def restore_problems(stack: Stack) -> list[str]:
    """What has to be done after core's database or Kafka was restored."""
    try:
        url = stack.servers["postgres-relational"].url()  # type: ignore[union-attr]
        with psycopg.connect(url, connect_timeout=TIMEOUT_SECONDS) as connection:
            row = connection.execute(RESTORE).fetchone()
    except psycopg.Error:
        return []
    pending, unknown, lost = row or (False, 0, [])
    found = [f"{topic} lost records: run core.manage refill_topic {topic}" for topic in lost]
    if pending:
        found.append(
            f"restore pending, {unknown} records unknown to core's database: "
            "run core.manage after_restore"
        )
    return found


def _projection(stack: Stack) -> Projection | None:
    """None when ai's database does not answer or has no generation yet."""
    try:
        url = stack.servers["postgres-vector"].url()  # type: ignore[union-attr]
        with psycopg.connect(url, connect_timeout=TIMEOUT_SECONDS) as connection:
            live = connection.execute(LIVE).fetchone()
            parked = connection.execute(PARKED).fetchone()
            positions = connection.execute(POSITIONS).fetchall()
    except psycopg.Error:
        return None
    if not (live and parked):
        return None
    places = {(topic, partition): offset for topic, partition, offset in positions}
    return Projection(live[0], parked[0], places)


def consumer_lag(stack: Stack, positions: Mapping[tuple[str, int], int]) -> dict[str, int]:
    """Records not yet applied, by topic; empty when the broker does not answer."""
    consumer = Consumer(
        {
            "bootstrap.servers": f"127.0.0.1:{stack.ports.kafka}",
            "group.id": "status",
            "enable.auto.commit": False,
            "enable.partition.eof": True,
            "log_level": 0,
        }
    )
    try:
        return {
            topic.name: sum(
                _behind(consumer, topic.name, number, positions)
                for number in range(topic.partitions)
            )
            for topic in TOPICS
            if "ai" in topic.consumers
        }
    except KafkaException:
        return {}
    finally:
        consumer.close()


def _behind(
    consumer: Consumer, topic: str, partition: int, positions: Mapping[tuple[str, int], int]
) -> int:
    low, high = consumer.get_watermark_offsets(
        TopicPartition(topic, partition), timeout=TIMEOUT_SECONDS
    )
    begin = max(positions.get((topic, partition), low), low)
    if not 0 < high - begin <= COUNTED_RECORDS:
        return high - begin
    return _count_records(consumer, TopicPartition(topic, partition, begin), high - begin)


def _count_records(consumer: Consumer, begin: TopicPartition, most: int) -> int:
    """Markers of transactions and gaps left by compaction take offsets but hold no record."""
    consumer.assign([begin])
    deadline, count = time.monotonic() + TIMEOUT_SECONDS, 0
    while time.monotonic() < deadline:
        for message in consumer.consume(most, timeout=0.1):
            if message.error():  # the end of the partition
                return count
            count += 1
    return most
