"""Kill random processes of a stack while it is written and read, and count what goes wrong.

Each entity has one writer, and each write a value of its own, so that for every acknowledged write
it is known which fact must exist, once, and in which order.
"""

import random
import shutil
import tempfile
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, cast

import httpx
import typer
from confluent_kafka import Consumer, Message, TopicPartition
from rich.console import Console
from rich.table import Table

from ongoza_contracts.codec import Headers, Received, decode
from ongoza_contracts.progress import ProgressUpdated
from ongoza_contracts.topics import PROGRESS, Topic
from scripts.bench import running
from scripts.embedded.kafka import Kafka
from scripts.embedded.ports import Ports
from scripts.stack.services import BY_NAME, SEED, SERVICES
from scripts.stack.stack import Stack

VICTIMS = tuple(service.name for service in SERVICES if service.ready != "exit")
DATABASE_OF = {"core": "postgres-relational", "ai": "postgres-vector"}
WRITERS, LEARNERS, ITEMS = 4, 6, 3
ANSWER_SECONDS, SETTLE_SECONDS = 10.0, 180.0
RECOVERY_SECONDS = 3.0
"""How long after its database is ready a service may still answer 503."""
STEP = 0.001
"""Between the percentages of two writes: each write has a value of its own."""

WRONG = ("lost", "doubled", "inverted", "500", "503 otherwise")

Key = tuple[int, str]
console = Console()


@dataclass
class Attempt:
    value: float
    acknowledged: bool = False


@dataclass(frozen=True)
class Published:
    version: int
    id: str
    value: float


@dataclass
class Verdict:
    acknowledged: int = 0
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    inverted: list[str] = field(default_factory=list)


def judge(
    attempts: Mapping[Key, Sequence[Attempt]],
    facts: Mapping[Key, Sequence[Published]],
    stored: Mapping[Key, tuple[int, float]],
    projected: Mapping[Key, tuple[int, float]],
) -> Verdict:
    """Compares the writes with the records of the topic, in its order, and with version and value
    of each entity in core's database and in ai's.

    Lost: an acknowledged write without a fact, or an entity that stands before its last
    acknowledged write. Doubled: two facts of one write or one version; the same record sent twice
    is harmless. Inverted: the last record of a key, which compaction keeps, is not its newest.
    """
    verdict = Verdict()
    for key, made in attempts.items():
        records = facts.get(key, ())
        versions: dict[float, set[int]] = defaultdict(set)
        ids: dict[int, set[str]] = defaultdict(set)
        for one in records:
            versions[one.value].add(one.version)
            ids[one.version].add(one.id)
        good = [one.value for one in made if one.acknowledged]
        verdict.acknowledged += len(good)
        verdict.lost += [f"{key}: {value} has no fact" for value in good if value not in versions]
        verdict.doubled += [f"{key}: {v} in {sorted(n)}" for v, n in versions.items() if len(n) > 1]
        verdict.doubled += [f"{key}: version {n} twice" for n, i in ids.items() if len(i) > 1]
        if records and records[-1].version != max(one.version for one in records):
            verdict.inverted.append(f"{key}: ends with version {records[-1].version}")
        values = [one.value for one in made]
        least = values.index(good[-1]) if good else 0
        for place, states in (("core", stored), ("ai", projected)):
            if good and (key not in states or states[key][1] not in values[least:]):
                verdict.lost.append(f"{key}: {place} has {states.get(key)}")
        if stored.get(key) != projected.get(key):
            verdict.lost.append(f"{key}: core {stored.get(key)}, ai {projected.get(key)}")
    return verdict


@dataclass
class Load:
    """Writers and readers, and what they were answered."""

    stack: Stack
    attempts: dict[Key, list[Attempt]] = field(default_factory=dict)
    answers: list[tuple[float, str, int]] = field(default_factory=list)
    """When, from which service, with which status; 0 for no answer."""
    ended: threading.Event = field(default_factory=threading.Event)

    def write(self, learners: Iterable[tuple[int, str, list[str]]]) -> None:
        """Reports progress of these learners in turns."""
        entities = [(user, item, token) for user, token, items in learners for item in items]
        number = 0
        with httpx.Client(base_url=self.stack.core_url, timeout=ANSWER_SECONDS) as http:
            while not self.ended.is_set():
                number += 1
                for user_id, item, token in entities:
                    attempt = Attempt(round(number * STEP, 3))
                    self.attempts.setdefault((user_id, item), []).append(attempt)
                    body = {
                        "content_id": item,
                        "content_type": item.split("-")[0],
                        "status": "in_progress",
                        "completion_percentage": attempt.value,
                    }
                    status = self._ask(http, "core", "POST", "/api/v1/progress/", token, json=body)
                    attempt.acknowledged = status in (200, 201)

    def read(self, tokens: Sequence[str]) -> None:
        """Asks ai for stored lists, and core for content."""
        with (
            httpx.Client(base_url=self.stack.ai_url, timeout=ANSWER_SECONDS) as ai,
            httpx.Client(base_url=self.stack.core_url, timeout=ANSWER_SECONDS) as core,
        ):
            while not self.ended.is_set():
                for token in tokens:
                    self._ask(ai, "ai", "GET", "/api/v1/recommendations", token)
                    self._ask(core, "core", "GET", "/api/v1/content/", token)
                    time.sleep(0.05)

    def _ask(
        self, http: httpx.Client, service: str, method: str, path: str, token: str, **more: Any
    ) -> int:
        try:
            headers = {"Authorization": f"Bearer {token}"}
            status = http.request(method, path, headers=headers, **more).status_code
        except httpx.TransportError:
            status = 0
            time.sleep(0.1)
        self.answers.append((time.monotonic(), service, status))
        return status


@dataclass
class Faults:
    """Kills services and starts them again; `away` says when each was away."""

    stack: Stack
    chance: random.Random
    away: dict[str, list[tuple[float, float]]] = field(default_factory=lambda: defaultdict(list))
    kills: Counter[str] = field(default_factory=Counter)

    def kill_one(self) -> None:
        name = self.chance.choice(VICTIMS)
        began = time.monotonic()
        self.stack.kill(name)
        self.kills[name] += 1
        time.sleep(self.chance.uniform(0.1, 3))
        self.restart()
        self.away[name].append((began, time.monotonic()))

    def restart(self) -> None:
        """Starts what was killed and what ended because of it."""
        for name in VICTIMS:
            if not self.stack.register.alive(name):
                self.stack.run(name)


def excused(when: float, service: str, away: Mapping[str, Sequence[tuple[float, float]]]) -> bool:
    """Whether the service's database was down when it answered 503."""
    return any(
        began <= when <= ready + RECOVERY_SECONDS
        for began, ready in away.get(DATABASE_OF[service], ())
    )


def main(
    minutes: Annotated[float, typer.Option(help="How long processes are killed.")] = 10,
    seed: Annotated[int, typer.Option(help="Repeats the order of the kills.")] = 0,
) -> None:
    """Kill random processes under load; exit with 1 when anything was lost, doubled, out of order
    or answered with 500, or with 503 while that service's database was up."""
    chosen = seed or random.SystemRandom().randrange(1, 2**31)
    folder = Path(tempfile.mkdtemp(prefix="ongoza-chaos-"))
    stack = Stack(folder, Ports.free(), extra_environment={"THROTTLE": "off"}, patience=5)
    try:
        stack.up([BY_NAME[service.name] for service in (*SERVICES, SEED)])
        wrong = _run(stack, minutes * 60, Faults(stack, random.Random(chosen)))  # noqa: S311
        console.print(f"seed {chosen}")
    finally:
        stack.down()
        shutil.rmtree(folder)
    raise typer.Exit(1 if wrong else 0)


def _run(stack: Stack, seconds: float, faults: Faults) -> int:
    learners = [one for one in running.sign_in(stack, items=ITEMS) if len(one[2]) == ITEMS]
    load, ends = Load(stack), time.monotonic() + seconds
    work = [
        threading.Thread(target=load.write, args=(learners[n::WRITERS][:LEARNERS],))
        for n in range(WRITERS)
    ]
    work.append(threading.Thread(target=load.read, args=([token for _, token, _ in learners],)))
    for thread in work:
        thread.start()
    try:
        while time.monotonic() < ends:
            time.sleep(faults.chance.uniform(0.5, 4))
            faults.kill_one()
    finally:
        load.ended.set()
        for thread in work:
            thread.join()
    faults.restart()
    states = _settle(stack, load)
    return _show(judge(load.attempts, _facts(stack), *states), load, faults)


def _settle(stack: Stack, load: Load) -> tuple[dict[Key, Any], dict[Key, Any]]:
    """The states in core's database and in ai's, as soon as they are equal, or at last."""
    deadline = time.monotonic() + SETTLE_SECONDS
    while True:
        stored, projected = (
            _states(stack, "relational", "progress_progress"),
            _states(stack, "vector", "live.progress"),
        )
        if stored == projected or time.monotonic() > deadline:
            return stored, projected
        time.sleep(0.5)


def _states(stack: Stack, database: str, table: str) -> dict[Key, Any]:
    with running.connect(stack, database) as connection:
        sql = f"SELECT user_id, content_id, version, completion_percentage FROM {table}"  # noqa: S608
        return {(u, c): (v, float(p)) for u, c, v, p in connection.execute(sql).fetchall()}


def _facts(stack: Stack) -> dict[Key, list[Published]]:
    """Every fact on the topic of progress by its key, in the topic's order."""
    found: dict[Key, list[Published]] = defaultdict(list)
    for message in _records(cast(Kafka, stack.servers["kafka"]), PROGRESS):
        received = decode(cast(Headers, message.headers()), message.value())
        if isinstance(received, Received) and isinstance(received.fact, ProgressUpdated):
            fact = received.fact
            value = Published(fact.version, received.id, fact.completion_percentage)
            found[fact.user_id, fact.content_id].append(value)
    return found


def _records(broker: Kafka, topic: Topic) -> Iterator[Message]:
    """Raises RuntimeError when the broker does not answer."""
    consumer = Consumer({**broker.connection(), "group.id": "chaos", "enable.auto.commit": False})
    try:
        for number in range(topic.partitions):
            first, end = consumer.get_watermark_offsets(
                TopicPartition(topic.name, number), timeout=ANSWER_SECONDS
            )
            consumer.assign([TopicPartition(topic.name, number, first)])
            while first < end:
                message = consumer.poll(ANSWER_SECONDS)
                if message is None or message.error():
                    raise RuntimeError(f"{topic.name}/{number} cannot be read: {message}")
                first = (message.offset() or 0) + 1
                yield message
    finally:
        consumer.close()


def _show(verdict: Verdict, load: Load, faults: Faults) -> int:
    """Prints the result; how much was wrong."""
    statuses = Counter((service, status) for _, service, status in load.answers)
    unexcused = [
        service
        for when, service, status in load.answers
        if status == 503 and not excused(when, service, faults.away)
    ]
    figures = {
        "kills": faults.kills.total(),
        "acknowledged": verdict.acknowledged,
        "lost": len(verdict.lost),
        "doubled": len(verdict.doubled),
        "inverted": len(verdict.inverted),
        "500": sum(count for (_, status), count in statuses.items() if status == 500),
        "503 while the database was down": (
            sum(count for (_, status), count in statuses.items() if status == 503) - len(unexcused)
        ),
        "503 otherwise": len(unexcused),
        "not answered": sum(count for (_, status), count in statuses.items() if not status),
    }
    table = Table("", "count")
    for name, count in figures.items():
        table.add_row(name, str(count))
    console.print(table, dict(faults.kills), dict(statuses))
    for fault in (*verdict.lost, *verdict.doubled, *verdict.inverted)[:20]:
        console.print(fault, markup=False)
    return sum(figures[name] for name in WRONG)


if __name__ == "__main__":
    typer.run(main)
