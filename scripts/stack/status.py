"""The status for operators: processes, health, outbox depth and consumer lag."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

import psycopg
from confluent_kafka import (
    Consumer,
    KafkaError,
    KafkaException,
    TopicCollection,
    TopicPartition,
)
from confluent_kafka.admin import AdminClient
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
POSITIONS = "SELECT topic, partition, next_offset, topic_id FROM live.consumed"
LOST = """
SELECT topic, cause, noticed_at FROM live.lost_topic
WHERE noticed_at > now() - interval '7 days' ORDER BY topic
"""
CAUSES = {"recreated": "was deleted and created again", "shorter": "lost its newest records"}


Positions: TypeAlias = Mapping[tuple[str, int], tuple[int, str | None]]
"""By topic and partition, the offset of the first record that is not applied, and the id of the
topic that it was read from."""


@dataclass(frozen=True)
class Outbox:
    depth: int
    oldest_seconds: float


@dataclass(frozen=True)
class Projection:
    generation: str
    parked: int
    positions: Positions
    lost: list[tuple[str, str, datetime]]
    """Topics that are read from the beginning: name, cause and since when."""


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
    for topic, cause, since in projection.lost:
        console.print(
            f"[yellow]{topic} {CAUSES[cause]}[/], noticed {since:%Y-%m-%d %H:%M}, and is read from "
            f"the beginning; `python -m core.manage refill_topic {topic}` fills it again"
        )


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
            lost = connection.execute(LOST).fetchall()
    except psycopg.Error:
        return None
    if not (live and parked):
        return None
    places = {(topic, partition): (at, of) for topic, partition, at, of in positions}
    return Projection(live[0], parked[0], places, lost)


def consumer_lag(stack: Stack, positions: Positions) -> dict[str, int]:
    """Records not yet applied, by topic; empty when the broker does not answer."""
    consumer = Consumer(
        {
            **stack.kafka_client(),
            "group.id": "status",
            "enable.auto.commit": False,
            "enable.partition.eof": True,
            "log_level": 0,
        }
    )
    topics = [topic for topic in TOPICS if "ai" in topic.consumers]
    try:
        ids = _topic_ids(stack, [topic.name for topic in topics])
        return {
            topic.name: sum(
                _behind(
                    consumer,
                    TopicPartition(topic.name, number),
                    _position_in(ids[topic.name], positions.get((topic.name, number))),
                )
                for number in range(topic.partitions)
            )
            for topic in topics
        }
    except KafkaException:
        return {}
    finally:
        consumer.close()


def _topic_ids(stack: Stack, topics: list[str]) -> dict[str, str]:
    admin = AdminClient({**stack.kafka_client(), "log_level": 0})
    described = admin.describe_topics(TopicCollection(topics), request_timeout=TIMEOUT_SECONDS)
    return {name: str(answer.result().topic_id) for name, answer in described.items()}


def _position_in(topic_id: str, stored: tuple[int, str | None] | None) -> int:
    """0 where the position belongs to an earlier topic of that name."""
    offset, read_from = stored or (0, None)
    return offset if read_from in (None, topic_id) else 0


def _behind(consumer: Consumer, place: TopicPartition, position: int) -> int:
    low, high = consumer.get_watermark_offsets(place, timeout=TIMEOUT_SECONDS)
    begin = low if position > high else max(position, low)
    if not 0 < high - begin <= COUNTED_RECORDS:
        return high - begin
    return _count_records(
        consumer, TopicPartition(place.topic, place.partition, begin), high - begin
    )


def _count_records(consumer: Consumer, begin: TopicPartition, most: int) -> int:
    """Markers of transactions and gaps left by compaction take offsets but hold no record."""
    consumer.assign([begin])
    deadline, count = time.monotonic() + TIMEOUT_SECONDS, 0
    while time.monotonic() < deadline:
        for message in consumer.consume(most, timeout=0.1):
            if error := message.error():
                if error.code() == KafkaError._PARTITION_EOF:
                    return count
                raise KafkaException(error)
            count += 1
    return most
