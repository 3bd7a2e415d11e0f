"""Who may do what on the broker of `make up`, and how a broker without logins gets them."""

import os
import signal
import socket
import struct
import subprocess
import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from confluent_kafka import Consumer, KafkaError, KafkaException, Message, Producer, TopicPartition
from confluent_kafka.admin import AdminClient

from infra.kafka.logins import BROKER, login
from ongoza_contracts.codec import Record, encode
from ongoza_contracts.topics import TOPICS, USERS
from scripts.embedded.ports import HOST, Ports
from scripts.stack.lag import Lag, consumer_lag
from scripts.stack.secrets import KAFKA, READER
from scripts.stack.services import BY_NAME
from scripts.stack.stack import PROJECT, Stack
from tests import facts
from tests.integration.story import Learner, eventually, outbox_depth, read_to_end, rows

ENOUGH_SECONDS = 5
PLAIN = {
    "DB_PASSWORD": "a",
    "VECTOR_DB_PASSWORD": "b",
    "DJANGO_SECRET_KEY": "c",
    "JWT_SECRET_KEY": "d",
    "DEMO_PASSWORD": "e",
}
"""The secrets of a stack that was made before there were logins."""

# Api key, version, correlation id, no client id, no tags; no options, no tags.
DESCRIBE_CLUSTER = struct.pack(">hhihb", 60, 0, 1, -1, 0) + bytes(2)

pytestmark = pytest.mark.slow


def clients(stack: Stack) -> dict[str, dict[str, str]]:
    """Those who may not write about users."""
    return {
        "without a login": {"bootstrap.servers": f"{HOST}:{stack.ports.kafka}"},
        "a wrong password": {**stack.kafka_client("core"), "sasl.password": "x" * 48},
        "a wrong password of the broker": login(
            f"{HOST}:{stack.ports.kafka}", BROKER, "x" * 48, mechanism="PLAIN"
        ),
        "by PLAIN": {**stack.kafka_client("core"), "sasl.mechanism": "PLAIN"},
        "ai": stack.kafka_client("ai"),
        "a reader": stack.kafka_client(READER),
    }


def send(client: Mapping[str, str], record: Record) -> KafkaError | None:
    """Why the record was not written; None when it was."""
    found: list[KafkaError | None] = []
    producer = Producer({**client, "message.timeout.ms": ENOUGH_SECONDS * 1000, "log_level": 0})
    producer.produce(
        record.topic,
        value=record.payload,
        key=record.key.encode(),
        partition=record.partition,
        headers=[*record.headers()],
        on_delivery=lambda error, _: found.append(error),
    )
    producer.flush(2 * ENOUGH_SECONDS)
    return found[0]


def users(stack: Stack) -> list[Message]:
    """Every record about users."""
    consumer = Consumer({**stack.kafka_client(), "group.id": "unused"})
    try:
        partitions = [TopicPartition(USERS.name, number, 0) for number in range(USERS.partitions)]
        return [message for one in partitions for message in read_to_end(consumer, one)]
    finally:
        consumer.close()


def controller_answers_strangers(stack: Stack) -> bool:
    """Whether the controller, which can change logins, answers a request without a login."""
    with socket.create_connection((HOST, stack.ports.kafka_controller), timeout=20) as connection:
        connection.sendall(len(DESCRIBE_CLUSTER).to_bytes(4, "big") + DESCRIBE_CLUSTER)
        try:
            return bool(connection.recv(1))
        except ConnectionResetError:
            return False


def test_a_forged_record_is_refused(stack: Stack) -> None:
    """The erasure of a learner by somebody who is not core changes nothing."""
    learner = Learner.signed_up(stack)
    eventually(lambda: rows(stack, "relational", "SELECT count(*) FROM outbox_event") == [(0,)])
    before = len(users(stack))
    forged = encode(facts.erased(learner.user_id, version=99), time=facts.NOW)

    forgers = clients(stack)
    with ThreadPoolExecutor(len(forgers)) as threads:  # each waits until its time-out
        errors = list(threads.map(lambda client: send(client, forged), forgers.values()))
    assert [name for name, error in zip(forgers, errors, strict=True) if error is None] == []

    assert len(users(stack)) == before
    assert learner.ai("GET", "/api/v1/recommendations").status_code == 200


@pytest.mark.parametrize("name", ["without a login", "a wrong password", "by PLAIN"])
def test_nothing_is_told_to_strangers(stack: Stack, name: str) -> None:
    with pytest.raises(KafkaException):
        AdminClient({**clients(stack)[name], "log_level": 0}).list_topics(timeout=2)


def properties(stack: Stack, name: str) -> dict[str, str]:
    path = stack.folder / f"{name}.properties"
    assert path.stat().st_mode & 0o777 == 0o600
    return dict(line.split("=", 1) for line in path.read_text().splitlines())


def test_the_operators_file_writes_a_transaction(stack: Stack) -> None:
    client = properties(stack, "kafka")
    assert client["sasl.mechanism"] == "PLAIN"  # Debian's kcat fails with SCRAM on Kafka 4
    producer = Producer({**client, "transactional.id": "trial"})
    producer.init_transactions(20)
    producer.begin_transaction()
    producer.produce(USERS.name, value=b"{", key=b"nobody", partition=0)
    producer.abort_transaction(20)


def test_a_teams_file_reads_every_topic_in_its_own_groups(stack: Stack) -> None:
    client = properties(stack, "my_team")
    consumer = Consumer({**client, "group.id": "my-team-trial"})
    found = consumer.list_topics(timeout=20).topics
    assert {topic.name for topic in TOPICS} == {one for one in found if one.startswith("ongoza.")}
    consumer.subscribe([USERS.name])
    eventually(lambda: consumer.poll(1) or consumer.assignment())
    consumer.close()
    foreign = Consumer({**client, "group.id": "ai-g1"})
    foreign.subscribe([USERS.name])
    error = eventually(lambda: (message := foreign.poll(1)) and message.error())
    assert error.code() == KafkaError.GROUP_AUTHORIZATION_FAILED  # type: ignore[union-attr]
    foreign.close()


def test_the_cluster_has_the_acls_of_the_catalogue(stack: Stack) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "infra.kafka", "drift"],
        env=stack.environment,
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "The cluster is as the catalogue says.\n")


def test_a_process_has_no_login_but_its_own(stack: Stack) -> None:
    for name in ("core", "relay", "ai", "worker"):
        environment = stack.environment_of(BY_NAME[name])
        assert set(KAFKA).isdisjoint(environment)
        assert environment.get("KAFKA_SASL_USERNAME", "") == BY_NAME[name].principal


def test_the_status_counts_what_waits_on_a_broker_with_logins(stack: Stack) -> None:
    stack.kill("worker", signal.SIGSTOP)
    try:
        Learner.signed_up(stack)
        eventually(lambda: outbox_depth(stack) == 0)
        waiting = eventually(lambda: consumer_lag(stack))
        assert set(waiting) == {topic.name for topic in TOPICS if "ai" in topic.consumers}
        assert waiting[USERS.name].records > 0
        assert waiting[USERS.name].oldest_seconds > 0
    finally:
        stack.kill("worker", signal.SIGCONT)
    eventually(lambda: set(consumer_lag(stack).values()) == {Lag()})


@pytest.fixture
def before_logins(tmp_path: Path) -> Iterator[Stack]:
    """A stack as an earlier release made it."""
    folder = tmp_path / "stack"
    folder.mkdir()
    (folder / "env").write_text("".join(f"{name}={value}\n" for name, value in PLAIN.items()))
    stack = Stack(folder, Ports.free(), durable=False, patience=5, logins=False)
    yield stack
    stack.down()


@pytest.mark.parametrize("running", [True, False], ids=["running", "stopped"])
def test_a_broker_without_logins_gets_them_and_keeps_its_records(
    before_logins: Stack, running: bool
) -> None:
    services = BY_NAME["kafka"], BY_NAME["topics"]
    before_logins.up(services)
    record = encode(facts.user(1), time=facts.NOW)
    assert controller_answers_strangers(before_logins)
    anonymous = before_logins.kafka_client()
    assert send(anonymous, record) is None
    if not running:
        before_logins.down()

    stack = Stack(before_logins.folder, before_logins.ports, durable=False, patience=5)
    stack.up(services)
    assert not controller_answers_strangers(stack)
    assert send(anonymous, record) is not None
    assert send(stack.kafka_client("core"), record) is None
    assert [message.value() for message in users(stack)] == [record.payload] * 2
    known = dict(line.split("=", 1) for line in (stack.folder / "env").read_text().splitlines())
    assert {name: known[name] for name in PLAIN} == PLAIN
    assert os.stat(stack.folder / "env").st_mode & 0o777 == 0o600

    pid = stack.register.all()["kafka"].pid
    stack.up(services)
    assert stack.register.all()["kafka"].pid == pid
