"""The status for operators: processes, health, outbox depth, jobs and consumer lag."""

from dataclasses import dataclass
from datetime import datetime

import psycopg
from rich.console import Console
from rich.table import Table

from scripts.stack.lag import TIMEOUT_SECONDS, consumer_lag, stored_positions
from scripts.stack.services import SERVICES, WEB
from scripts.stack.stack import Stack

OUTBOX = """
SELECT count(*), coalesce(extract(epoch FROM now() - min(time::timestamptz)), 0) FROM outbox_event
"""
RESTORE = "SELECT pending_since IS NOT NULL, unknown_count, lost_topics FROM outbox_restore_check"
JOBS = """
SELECT count(*) FILTER (WHERE failed_at IS NULL AND due_at <= now()),
    count(*) FILTER (WHERE failed_at IS NOT NULL)
FROM jobs_job WHERE done_at IS NULL
"""
LIVE = "SELECT name FROM generation WHERE state = 'live'"
PARKED = "SELECT count(*) FROM parked_record"
LOST = """
SELECT topic, cause, noticed_at FROM live.lost_topic
WHERE noticed_at > now() - interval '7 days' ORDER BY topic
"""
UNKNOWN = "not known, core's database does not answer"
CAUSES = {"recreated": "was deleted and created again", "shorter": "lost its newest records"}


@dataclass(frozen=True)
class Outbox:
    depth: int
    oldest_seconds: float


@dataclass(frozen=True)
class Projection:
    generation: str
    parked: int
    lost: list[tuple[str, str, datetime]]
    """Topics that are read from the beginning: name, cause and since when."""


def show(stack: Stack, console: Console) -> None:
    console.print(_processes(stack))
    outbox = outbox_of(stack)
    depth = UNKNOWN
    if outbox:
        depth = f"{outbox.depth} waiting, the oldest for {outbox.oldest_seconds:.1f} s"
    console.print(f"outbox: {depth}")
    jobs = jobs_of(stack)
    counts = "{} due, {} failed".format(*jobs) if jobs else UNKNOWN
    console.print(f"jobs: {counts}")
    for problem in restore_problems(stack):
        console.print(f"[red]{problem}[/]")
    projection = _projection(stack)
    if projection is None:
        console.print("projection: not known, ai's database does not answer")
        return
    lag = consumer_lag(stack, stored_positions(stack) or {})
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
    known = stack.register.all()
    for service in (*SERVICES, *(one for one in WEB if one.name in known)):
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


def jobs_of(stack: Stack) -> tuple[int, int] | None:
    """How many jobs are due and how many failed; None when core's database does not answer."""
    try:
        url = stack.servers["postgres-relational"].url()  # type: ignore[union-attr]
        with psycopg.connect(url, connect_timeout=TIMEOUT_SECONDS) as connection:
            row = connection.execute(JOBS).fetchone()
    except psycopg.Error:
        return None
    return (int(row[0]), int(row[1])) if row else None


def restore_problems(stack: Stack) -> list[str]:
    """The tasks after core's database or Kafka was restored."""
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
            lost = connection.execute(LOST).fetchall()
    except psycopg.Error:
        return None
    if not (live and parked):
        return None
    return Projection(live[0], parked[0], lost)
