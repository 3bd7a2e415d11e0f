"""The measure of scale-out on three brokers: what a second worker adds, and how long it takes until
others go on when one of them is killed."""

import time

import psutil
import psycopg
from confluent_kafka import Producer

from ongoza_contracts.codec import encode
from scripts.bench import product
from scripts.bench.figures import Figure, Line, Result, compare, figure
from scripts.bench.hand_overs import hand_overs, whole_stack
from scripts.bench.meter import cpu_seconds
from scripts.bench.running import Size, wait_until
from scripts.bench.scaled import ScaledStack, scaled_stack
from scripts.stack.child import run_child
from scripts.stack.stack import Stack
from scripts.stack.temporary import connect

FACTS, SETTLE_SECONDS, POLL_SECONDS = 50_000, 2.0, 0.02
TRANSACTION = {
    "transactional.id": "bench",
    "queue.buffering.max.messages": 2 * FACTS,
    "batch.size": 200_000,  # below the topics' max.message.bytes
}
HANDLED = "SELECT coalesce(sum(applied + ignored), 0)::integer FROM worker_status"
WAITING = "SELECT EXISTS (SELECT FROM live.dirty_learner)"


def scale_out(size: Size, _: Stack) -> list[Figure]:
    """Two workers beside one, and hand-overs while processes are killed, on three brokers."""
    return [*_gain(size), *_hand_overs()]


def _gain(size: Size) -> list[Figure]:
    count = size.of(FACTS)
    services = ("postgres-vector", "migrate-ai", "topics")
    with scaled_stack(services, {"worker": 2}, patience=4) as stack:
        stack.start_one("worker-1")
        stack.until_ready()
        run_child(stack, publish_learners)
        _drain(stack, count, version=1)  # adds rows; later versions change them
        sides = [_both_and_alone(stack, count, version=2 + 2 * n) for n in range(size.rounds)]
    return compare(
        sides,
        Line("two workers, applied", "facts/s", "applied", ">= 1"),
        Line("two workers, in lists", "facts/s", "listed", ">= 1"),
        Line("two workers, a fact", "CPU-us", "cpu_us", "<= 1.2"),
        Line("a worker of two waits", "%", "waits", ">= 0"),
        Line("processors idle", "%", "idle", "<= 1"),
    )


def _both_and_alone(stack: ScaledStack, count: int, version: int) -> tuple[Result, Result]:
    alone = _drain(stack, count, version)
    stack.start_one("worker-2")
    stack.until_ready()
    both = _drain(stack, count, version + 1)
    stack.stop_one("worker-2")
    stack.until_ready()
    return both, alone


def publish_learners() -> None:
    product.publish([*product.catalogue_facts(), *product.user_facts(product.LEARNERS)])


def _drain(stack: ScaledStack, count: int, version: int) -> Result:
    """From facts that become readable all at once until they are applied and in lists."""
    pids = [started.pid for name, started in stack.running.items() if name.startswith("worker")]
    with connect(stack, "vector") as database:
        wait_until(lambda: not _first(database, WAITING))
        time.sleep(SETTLE_SECONDS)
        before = _first(database, HANDLED)
        producer = _with_facts(stack, count, version)
        cpu, machine = cpu_seconds(*pids), psutil.cpu_times()
        producer.commit_transaction()
        began = time.perf_counter()
        wait_until(lambda: _first(database, HANDLED) >= before + count, pause=POLL_SECONDS)
        applied = time.perf_counter() - began
        wait_until(lambda: not _first(database, WAITING), pause=POLL_SECONDS)
        seconds = time.perf_counter() - began
    cpu, idle = cpu_seconds(*pids) - cpu, psutil.cpu_times().idle - machine.idle
    return {
        "applied": count / applied,
        "listed": count / seconds,
        "cpu_us": 1e6 * cpu / count,
        "waits": 100 * (1 - cpu / len(pids) / seconds),
        "idle": 100 * idle / (psutil.cpu_count() or 1) / seconds,
    }


def _first(database: psycopg.Connection, sql: str) -> int:
    row = database.execute(sql).fetchone()
    return int(row[0]) if row else 0


def _with_facts(stack: ScaledStack, count: int, version: int) -> Producer:
    """A producer whose transaction, which holds the facts, is not committed yet."""
    producer = Producer({**stack.kafka_client(), **TRANSACTION})
    producer.init_transactions()
    producer.begin_transaction()
    for fact in product.progress_facts(count):
        record = encode(fact.model_copy(update={"version": version}), time=product.NOW)
        producer.produce(
            record.topic,
            record.payload,
            record.key.encode(),
            record.partition,
            headers=[*record.headers()],
        )
    producer.flush()
    return producer


def _hand_overs() -> list[Figure]:
    with whole_stack() as stack:
        load, took = hand_overs(stack)
    if load.failures:
        raise RuntimeError(f"{len(load.failures)} requests failed: {load.failures[:3]}")
    return [
        figure(f"killed: {what}", "s", seconds, None, "<= 30") for what, seconds in took.items()
    ]
