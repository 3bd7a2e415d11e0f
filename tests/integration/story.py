"""Helpers of tests on the whole stack: a learner, the topics, the projections."""

import inspect
import os
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import httpx
import psycopg
from confluent_kafka import Consumer, Message, Producer, TopicPartition

from ongoza_contracts.codec import Record
from ongoza_contracts.topics import TOPICS
from scripts.stack.health import SSL_CONTEXT
from scripts.stack.lag import watermarks
from scripts.stack.stack import Stack

T = TypeVar("T")
PATIENCE_SECONDS = 60.0
TICK_SECONDS = 120.0
"""The patience with what a tick does, which comes every minute."""
ANSWER_SECONDS = 30.0
DOCUMENT_SECONDS = 120.0
"""The patience with an API description, which takes seconds of processor time to write."""


def eventually(look: Callable[[], T], seconds: float = PATIENCE_SECONDS) -> T:
    """Returns what `look` returns as soon as that is true.

    Fails with what it waited for after `seconds`, or as many times longer as more processes than
    there are processors want to run.
    """
    began = time.monotonic()
    while not (seen := look()):
        waited = time.monotonic() - began
        assert waited < seconds * _load(), (
            f"waited {waited:.0f} s for:\n{_source(look)}\nlast seen: {seen!r}"
        )
        time.sleep(min(0.05 + waited / 10, 0.5))  # a look has its price too
    return seen


def _load() -> float:
    """How many processes share a processor, 1 to 10."""
    return min(max(os.getloadavg()[0] / (os.cpu_count() or 1), 1.0), 10.0)


def _source(look: Callable[[], object]) -> str:
    """The lines that define `look`."""
    return inspect.getsource(look).strip()


@dataclass
class Learner:
    stack: Stack
    user_id: int
    token: str
    refresh_token: str

    @classmethod
    def signed_up(cls, stack: Stack, password: str | None = None) -> "Learner":
        answer = httpx.post(
            f"{stack.core_url}/api/v1/auth/signup",
            json={
                "email": f"{secrets.token_hex(8)}@ongoza.example",
                "password": password or secrets.token_urlsafe(16),
                "first_name": "Amani",
                "last_name": "Test",
            },
            timeout=ANSWER_SECONDS,
            verify=SSL_CONTEXT,
        )
        assert answer.status_code == 201, answer.text
        body = answer.json()
        return cls(stack, body["user"]["id"], body["access_token"], body["refresh_token"])

    def call(self, method: str, url: str, **options: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.token}", **options.pop("headers", {})}
        return httpx.request(
            method, url, headers=headers, timeout=ANSWER_SECONDS, verify=SSL_CONTEXT, **options
        )

    def core(self, method: str, path: str, **options: Any) -> httpx.Response:
        return self.call(method, f"{self.stack.core_url}{path}", **options)

    def ai(self, method: str, path: str, **options: Any) -> httpx.Response:
        return self.call(method, f"{self.stack.ai_url}{path}", **options)

    def start_profiling(self) -> dict[str, Any]:
        """The session. On a busy machine core may not answer ai within its time budget at first."""
        return eventually(self._profiling_session)

    def _profiling_session(self) -> dict[str, Any]:
        """Empty where core did not answer in time."""
        answer = self.ai("POST", "/api/v1/profiling/session/start")
        return {} if answer.status_code == 503 else answer.raise_for_status().json()

    def report(self, content_id: str, percentage: float, status: str = "in_progress") -> int:
        """Report progress on one item; the status code."""
        body = {
            "content_id": content_id,
            "content_type": content_id.split("-")[0],
            "status": status,
            "completion_percentage": percentage,
        }
        return self.core("POST", "/api/v1/progress/", json=body).status_code

    def recommended(self) -> list[str]:
        answer = self.ai("GET", "/api/v1/recommendations")
        assert answer.status_code == 200, answer.text
        return [item["content_id"] for item in answer.json()["recommendations"]]

    def source(self) -> str:
        return self.ai("GET", "/api/v1/recommendations").headers["X-Recommendations-Source"]


def rows(stack: Stack, database: str, sql: str, *values: object) -> list[tuple[Any, ...]]:
    """Query `relational` or `vector` as an operator would."""
    url = stack.servers[f"postgres-{database}"].url()  # type: ignore[union-attr]
    with psycopg.connect(url, autocommit=True) as connection:
        return connection.execute(sql, values).fetchall()


def outbox_depth(stack: Stack) -> int:
    return int(rows(stack, "relational", "SELECT count(*) FROM outbox_event")[0][0])


def settled(stack: Stack) -> bool:
    """Whether all that core wrote has become vectors and lists."""
    waiting = """
    SELECT (SELECT count(*) FROM live.dirty_learner)
        + (SELECT count(*) FROM live.content) - (SELECT count(*) FROM live.content_vector)
        + (SELECT count(*) FROM live.recommendation AS kept, live.catalogue_revision AS newest
            WHERE kept.revision < newest.revision)
    """
    known = rows(stack, "relational", "SELECT count(*) FROM programs_contentitem")
    return (
        outbox_depth(stack) == 0
        and rows(stack, "vector", "SELECT count(*) FROM live.content") == known
        and rows(stack, "vector", waiting) == [(0,)]
    )


def what_is_served(stack: Stack) -> dict[str, int]:
    """Whether the demo learner is given a list (1, else 0), and how many learners and items lack
    theirs. Lists may be stale: a minute after its start the worker counts neighbours."""
    login = {"email": "learner@ongoza.example", "password": stack.secrets["DEMO_PASSWORD"]}
    url = f"{stack.core_url}/api/v1/auth/login/"
    answer = httpx.post(url, json=login, timeout=ANSWER_SECONDS, verify=SSL_CONTEXT)
    tokens = answer.raise_for_status().json()
    learner = Learner(stack, 0, tokens["access_token"], tokens["refresh_token"])
    found = learner.ai("GET", "/api/v1/search?q=malware&limit=5").json()["results"]
    sql = """
    SELECT (SELECT count(*) FROM live.learner LEFT JOIN live.recommendation USING (user_id)
            WHERE recommendation.user_id IS NULL),
        (SELECT count(*) FROM live.content) - (SELECT count(*) FROM live.content_vector)
    """
    ((learners, vectors),) = rows(stack, "vector", sql)
    return {
        "list": int(bool(learner.recommended())),
        "search": len(found),
        "learners without a list": learners,
        "items without a vector": vectors,
    }


def applied_version(stack: Stack, user_id: int, content_id: str) -> int:
    """The version of a learner's progress in the live projection; 0 when it is not there."""
    sql = "SELECT version FROM live.progress WHERE user_id = %s AND content_id = %s"
    found = rows(stack, "vector", sql, user_id, content_id)
    return int(found[0][0]) if found else 0


def counter(stack: Stack, name: str) -> int:
    """One of the worker's counters, summed over every worker that ever reported."""
    return int(rows(stack, "vector", f"SELECT coalesce(sum({name}), 0) FROM worker_status")[0][0])  # noqa: S608


def parked(stack: Stack) -> list[tuple[Any, ...]]:
    return rows(stack, "vector", "SELECT cause_code, value FROM parked_record ORDER BY id")


def send(stack: Stack, *records: Record) -> None:
    producer = Producer({**stack.kafka_client()})
    for one in records:
        producer.produce(
            one.topic,
            value=one.payload,
            key=one.key.encode(),
            partition=one.partition,
            headers=[*one.headers()],
        )
    assert producer.flush(ANSWER_SECONDS) == 0


def send_raw(
    stack: Stack,
    topic: str,
    partition: int,
    key: bytes,
    value: bytes | None,
    headers: list[tuple[str, bytes]],
) -> None:
    """Put a record on a topic past core, as a broken or foreign producer would."""
    producer = Producer({**stack.kafka_client()})
    producer.produce(topic, key=key, value=value, partition=partition, headers=[*headers])
    assert producer.flush(ANSWER_SECONDS) == 0


def headers_of(message: Message) -> dict[str, bytes]:
    return dict(message.headers() or [])  # type: ignore[arg-type]


def records(stack: Stack, topic: str, key: str) -> list[Message]:
    """Every record of one key, oldest first."""
    consumer = Consumer(
        {
            **stack.kafka_client(),
            "group.id": "story",
            "enable.auto.commit": False,
        }
    )
    try:
        partitions = next(t.partitions for t in TOPICS if t.name == topic)
        return [
            message
            for number in range(partitions)
            for message in read_to_end(consumer, TopicPartition(topic, number, 0))
            if message.key() == key.encode()
        ]
    finally:
        consumer.close()


def read_to_end(consumer: Consumer, partition: TopicPartition) -> list[Message]:
    low, high = watermarks(consumer, partition, ANSWER_SECONDS)
    messages: list[Message] = []
    if low == high:
        return messages
    consumer.assign([TopicPartition(partition.topic, partition.partition, low)])
    while not messages or (messages[-1].offset() or 0) < high - 1:
        message = consumer.poll(ANSWER_SECONDS)
        assert message is not None
        assert message.error() is None
        messages.append(message)
    return messages
