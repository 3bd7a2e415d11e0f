"""The relay beside Debezium on the same outbox: a burst, and the delay of single facts."""

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial

import django
import numpy as np
from confluent_kafka import Consumer, TopicPartition

from core.config.kafka import connection as kafka_connection
from infra.kafka.cluster import Cluster
from infra.kafka.plan import CreateTopic
from infra.kafka.wanted import wanted_topics
from ongoza_contracts.progress import ProgressUpdated
from ongoza_contracts.topics import PROGRESS
from scripts.bench import product
from scripts.bench.figures import Figure, Line, Result, compare
from scripts.bench.running import Size, interleave, wait_until
from scripts.embedded.connect import Connect
from scripts.embedded.ports import Ports
from scripts.stack import processes
from scripts.stack.child import run_child
from scripts.stack.lag import watermarks
from scripts.stack.stack import PROJECT, Stack
from scripts.stack.temporary import connect

BURST, WARM_UP = 20_000, 2_000
RATES, SECONDS = (50, 500), 10
FIRST_RECORDS_SECONDS = 120
BESIDE = "cdc."
"""Debezium's topics are named so here, so that the relay's check of its own finds nothing new."""
CHANGES = {
    "transforms.route.route.topic.replacement": BESIDE + "${routedByValue}",
    "poll.interval.ms": "10",  # half a second by default, which would be all of the delay
}
SLOT_IS_ACTIVE = "SELECT FROM pg_replication_slots WHERE slot_name = 'outbox' AND active"


def debezium(size: Size, stack: Stack) -> list[Figure]:
    """The relay, from commit to consumer, beside Debezium 3.6 on the same outbox."""
    topics = [replace(one, name=BESIDE + one.name) for one in wanted_topics(1, [PROGRESS])]
    Cluster(stack.kafka_client()).perform(map(CreateTopic, topics))
    rounds = iter(range(2 * size.rounds))

    def side(*, debezium: bool) -> Result:
        worker = _connect(stack) if debezium else _relay(stack)
        with worker:
            return dict(run_child(stack, publish, debezium, next(rounds), size.of(BURST)))

    sides = interleave(size, partial(side, debezium=False), partial(side, debezium=True))
    return compare(
        sides,
        Line("beside Debezium, burst", "events/s", "per_second", ">= 1"),
        Line("beside Debezium, 50/s, p50", "ms", "50_p50_ms", "<= 1"),
        Line("beside Debezium, 50/s, p99", "ms", "50_p99_ms", "<= 1"),
        Line("beside Debezium, 500/s, p50", "ms", "500_p50_ms", "<= 1"),
        Line("beside Debezium, 500/s, p99", "ms", "500_p99_ms", "<= 1"),
    )


@contextmanager
def _relay(stack: Stack) -> Iterator[None]:
    stack.run("relay")
    try:
        yield
    finally:
        stack.stop("relay")


@contextmanager
def _connect(stack: Stack) -> Iterator[None]:
    """Raises CannotRun when its jars cannot be fetched."""
    port = Ports.free().core
    one = Connect(stack.folder / "connect", port, CHANGES, login=stack.kafka_client())
    one.prepare()
    log, environment = stack.log("connect"), stack.environment
    worker = processes.start(
        "connect", one.command(), environment=environment, cwd=PROJECT, log=log
    )
    try:
        with connect(stack, "relational") as db:
            wait_until(
                lambda: bool(db.execute(SLOT_IS_ACTIVE).rowcount),
                lambda: stack.last_words("connect"),
            )
        yield
    finally:
        worker.stop()


def publish(debezium: bool, turn: int, burst: int) -> Result:
    """Facts of learners of their own in each turn, so that each is the first of its entity."""
    django.setup()
    topic = (BESIDE if debezium else "") + PROGRESS.name
    arrivals = Arrivals(topic)
    facts = product.progress_facts(10**9, first=turn * 10**6)
    with arrivals.reading():
        for count in (WARM_UP, burst):
            some = [next(facts) for _ in range(count)]
            keys = [fact.key for fact in some]
            at = _append(some, delete=debezium)
            last = max(arrivals.wait_for(keys))
        result = {"per_second": burst / (last - at)}
        for rate in RATES:
            sent = _append_steadily(facts, rate, delete=debezium)
            took = np.subtract(arrivals.wait_for([*sent]), [*sent.values()])
            p50, p99 = np.percentile(took, (50, 99)) * 1000
            result |= {f"{rate}_p50_ms": float(p50), f"{rate}_p99_ms": float(p99)}
    return result


def _append_steadily(
    facts: Iterator[ProgressUpdated], rate: int, *, delete: bool
) -> dict[str, float]:
    """By key, when each fact was committed."""
    began, sent = time.perf_counter(), {}
    for number in range(rate * SECONDS):
        time.sleep(max(began + number / rate - time.perf_counter(), 0))
        fact = next(facts)
        sent[fact.key] = _append([fact], delete=delete)
    return sent


def _append(facts: list[ProgressUpdated], *, delete: bool) -> float:
    """In one transaction; returns when it was committed. Debezium reads the log, so its rows are
    deleted by the transaction that wrote them (`infra/kafka/connect/README.md`)."""
    from django.db import transaction

    from core.outbox.append import append_all
    from core.outbox.models import OutboxEvent

    with transaction.atomic():
        append_all((fact, product.NOW) for fact in facts)
        if delete:
            OutboxEvent.objects.all().delete()
    return time.perf_counter()


class Arrivals:
    """When a consumer got the first record of each key, from now on."""

    def __init__(self, topic: str) -> None:
        self.times: dict[str, float] = {}
        self._stop = threading.Event()
        options = {"group.id": "bench", "enable.auto.commit": False, "fetch.wait.max.ms": 10}
        self._consumer = Consumer({**kafka_connection(), **options})
        found = self._consumer.list_topics(topic, timeout=20).topics[topic].partitions
        ends = [TopicPartition(topic, number) for number in found]
        for end in ends:
            end.offset = watermarks(self._consumer, end, 20)[1]
        self._consumer.assign(ends)

    @contextmanager
    def reading(self) -> Iterator[None]:
        thread = threading.Thread(target=self._read)
        thread.start()
        try:
            yield
        finally:
            self._stop.set()
            thread.join()
            self._consumer.close()

    def _read(self) -> None:
        while not self._stop.is_set():
            messages = self._consumer.consume(num_messages=500, timeout=0.005)
            now = time.perf_counter()
            for message in messages:
                if key := message.key():
                    self.times.setdefault(key.decode(), now)

    def wait_for(self, keys: Sequence[str]) -> list[float]:
        """When each of these arrived. A count would not do: Debezium may send facts of its last
        turn again."""
        missing, deadline = {*keys}, time.monotonic() + FIRST_RECORDS_SECONDS
        while missing := {key for key in missing if key not in self.times}:
            if time.monotonic() > deadline:
                raise RuntimeError(f"{len(missing)} of {len(keys)} records did not arrive")
            time.sleep(0.01)
        return [self.times[key] for key in keys]
