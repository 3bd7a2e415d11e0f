"""Whether each acknowledged write became one fact, in order, in core's database and in ai's."""

import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from confluent_kafka import Consumer, Message, TopicPartition

from ongoza_contracts.codec import Headers, Received, decode
from ongoza_contracts.progress import ProgressUpdated
from ongoza_contracts.topics import PROGRESS, Topic
from scripts.chaos.load import ANSWER_SECONDS, Attempt, Key, Load
from scripts.stack.lag import watermarks
from scripts.stack.stack import Stack
from scripts.stack.temporary import connect

CONVERGENCE_SECONDS = 180.0


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

    Lost: an acknowledged write without a fact, or an entity whose state is older than its last
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
        for service, states in (("core", stored), ("ai", projected)):
            if good and (key not in states or states[key][1] not in values[least:]):
                verdict.lost.append(f"{key}: {service} has {states.get(key)}")
        if stored.get(key) != projected.get(key):
            verdict.lost.append(f"{key}: core {stored.get(key)}, ai {projected.get(key)}")
    return verdict


def final_verdict(load: Load) -> Verdict:
    """The verdict as soon as core's database and ai's are equal, or after CONVERGENCE_SECONDS."""
    states = _final_states(load.stack)
    return judge(load.attempts, _facts(load.stack), *states)


def _final_states(stack: Stack) -> tuple[dict[Key, Any], dict[Key, Any]]:
    """The states in core's database and in ai's, as soon as they are equal, or after
    CONVERGENCE_SECONDS."""
    deadline = time.monotonic() + CONVERGENCE_SECONDS
    while True:
        stored, projected = (
            _states(stack, "relational", "progress_progress"),
            _states(stack, "vector", "live.progress"),
        )
        if stored == projected or time.monotonic() > deadline:
            return stored, projected
        time.sleep(0.5)


def _states(stack: Stack, database: str, table: str) -> dict[Key, Any]:
    with connect(stack, database) as connection:
        sql = f"SELECT user_id, content_id, version, completion_percentage FROM {table}"  # noqa: S608
        return {(u, c): (v, float(p)) for u, c, v, p in connection.execute(sql).fetchall()}


def _facts(stack: Stack) -> dict[Key, list[Published]]:
    """Every fact on the topic of progress by its key, in the topic's order."""
    found: dict[Key, list[Published]] = defaultdict(list)
    for message in _records(stack, PROGRESS):
        received = decode(cast(Headers, message.headers()), message.value())
        if isinstance(received, Received) and isinstance(received.fact, ProgressUpdated):
            fact = received.fact
            value = Published(fact.version, received.id, fact.completion_percentage)
            found[fact.user_id, fact.content_id].append(value)
    return found


def _records(stack: Stack, topic: Topic) -> Iterator[Message]:
    """Raises KafkaException or RuntimeError when the broker does not answer."""
    consumer = Consumer({**stack.kafka_client(), "group.id": "chaos", "enable.auto.commit": False})
    try:
        for number in range(topic.partitions):
            partition = TopicPartition(topic.name, number)
            first, end = watermarks(consumer, partition, ANSWER_SECONDS)
            consumer.assign([TopicPartition(topic.name, number, first)])
            while first < end:
                message = consumer.poll(ANSWER_SECONDS)
                if message is None or message.error():
                    raise RuntimeError(f"{topic.name}/{number} cannot be read: {message}")
                first = (message.offset() or 0) + 1
                yield message
    finally:
        consumer.close()
