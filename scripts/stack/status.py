"""What an operator wants to see: processes, health, what waits in the outbox and on the topics."""

from dataclasses import dataclass

import psycopg
from confluent_kafka import Consumer, KafkaException, TopicPartition
from rich.console import Console
from rich.table import Table

from ongoza_contracts.topics import TOPICS
from scripts.stack.services import SERVICES
from scripts.stack.stack import Stack

TIMEOUT_SECONDS = 3
OUTBOX = """
SELECT count(*), coalesce(extract(epoch FROM now() - min(time::timestamptz)), 0) FROM outbox_event
"""
LIVE = "SELECT name FROM generation WHERE state = 'live'"
PARKED = "SELECT count(*) FROM parked_record"


@dataclass(frozen=True)
class Outbox:
    depth: int
    oldest_seconds: float


def show(stack: Stack, console: Console) -> None:
    console.print(_processes(stack))
    outbox = outbox_of(stack)
    said = "not known, core's database does not answer"
    if outbox:
        said = f"{outbox.depth} waiting, the oldest for {outbox.oldest_seconds:.1f} s"
    console.print(f"outbox: {said}")
    generation, parked = _generation_and_parked(stack)
    if generation is None:
        console.print("consumer: not known, ai's database does not answer")
        return
    lag = consumer_lag(stack, f"ai-{generation}")
    told = ", ".join(f"{topic} {behind}" for topic, behind in lag.items()) or "not known"
    console.print(f"consumer lag (group ai-{generation}): {told}")
    console.print(f"parked records: {parked}")


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


def _generation_and_parked(stack: Stack) -> tuple[str | None, int]:
    try:
        url = stack.servers["postgres-vector"].url()  # type: ignore[union-attr]
        with psycopg.connect(url, connect_timeout=TIMEOUT_SECONDS) as connection:
            live = connection.execute(LIVE).fetchone()
            parked = connection.execute(PARKED).fetchone()
    except psycopg.Error:
        return None, 0
    return (live[0] if live else None), (parked[0] if parked else 0)


def consumer_lag(stack: Stack, group: str) -> dict[str, int]:
    """Records not yet committed by `group`, by topic; empty when the broker does not answer."""
    consumer = Consumer(
        {
            "bootstrap.servers": f"127.0.0.1:{stack.ports.kafka}",
            "group.id": group,
            "enable.auto.commit": False,
            "log_level": 0,
        }
    )
    try:
        return {topic.name: _lag(consumer, topic.name, topic.partitions) for topic in TOPICS}
    except KafkaException:
        return {}
    finally:
        consumer.close()


def _lag(consumer: Consumer, topic: str, partitions: int) -> int:
    behind = 0
    wanted = [TopicPartition(topic, number) for number in range(partitions)]
    for committed in consumer.committed(wanted, timeout=TIMEOUT_SECONDS):
        low, high = consumer.get_watermark_offsets(committed, timeout=TIMEOUT_SECONDS)
        behind += high - (committed.offset if committed.offset >= 0 else low)
    return behind
