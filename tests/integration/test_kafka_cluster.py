"""Kafka as production has it: rights and certificates, three brokers, topics from the catalogue."""

import asyncio
import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer
from confluent_kafka import Consumer, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import AdminClient

from ai.kit.broker import BrokerError, Brokers, Publisher, Reader
from core.outbox.kafka import ProducerBroken
from core.outbox.kafka import Publisher as CorePublisher
from infra.kafka.cluster import Cluster, Refused
from infra.kafka.plan import State, Step, steps, wanted
from ongoza_contracts.codec import Record, encode
from ongoza_contracts.topics import CONTENT, PROGRESS, RECOMMENDATIONS, TOPICS
from scripts.stack.stack import PROJECT
from tests.facts import NOW, progress
from tests.integration.brokers import running, secured, three

PASSWORDS = {
    user: f"{user}-0f9d1c7e5b3a4826" for user in ("admin", "core", "ai", "learner_reminders")
}


@pytest.fixture(scope="module")
def secure(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """How `admin` reaches a broker that has the catalogue's topics and rights."""
    folder = tmp_path_factory.mktemp("secure")
    broker = secured(folder, PASSWORDS)
    where = {"bootstrap.servers": broker.bootstrap, "ssl.ca.location": str(folder / "ca.pem")}
    client = as_user("admin", where)
    with running([broker], client):
        Cluster(client).apply()
        yield client


def as_user(user: str, client: Mapping[str, str], password: str | None = None) -> dict[str, str]:
    return {
        **client,
        "security.protocol": "SASL_SSL",
        "sasl.mechanism": "SCRAM-SHA-512",
        "sasl.username": user,
        "sasl.password": password or PASSWORDS[user],
    }


def brokers(user: str, client: Mapping[str, str], password: str | None = None) -> Brokers:
    given = as_user(user, client, password)
    return Brokers(
        given["bootstrap.servers"],
        "SASL_SSL",
        given["sasl.username"],
        given["sasl.password"],
        given["ssl.ca.location"],
    )


def a_record() -> Record:
    return encode(progress(), time=NOW)


def test_core_writes_its_topics_and_ai_reads_them(secure: dict[str, str]) -> None:
    CorePublisher(as_user("core", secure)).publish([a_record()], lambda: None)

    async def read() -> list[bytes | None]:
        async with Reader(brokers("ai", secure)) as reader:
            batches = reader.read({}, await reader.ends([PROGRESS]), 100)
            return [record.key async for records in batches for record in records]

    assert asyncio.run(read()) == [b"7:course-1"]


def test_ai_cannot_write_what_is_cores(secure: dict[str, str]) -> None:
    async def write(record: Record) -> None:
        publisher = Publisher(brokers("ai", secure))
        try:
            await publisher.publish([record])
        finally:
            await publisher.close()

    with pytest.raises(BrokerError, match=r"(?i)authori"):
        asyncio.run(write(a_record()))


def test_a_partner_reads_only_what_it_is_listed_for(secure: dict[str, str]) -> None:
    given = {**as_user("learner_reminders", secure), "group.id": "learner-reminders"}
    partner = Consumer({**given, "log_level": 0})
    assert partner.get_watermark_offsets(TopicPartition(RECOMMENDATIONS.name, 0), 10) == (0, 0)
    # For whoever may not read it, a topic is not there.
    with pytest.raises(KafkaException, match="Unknown partition"):
        partner.get_watermark_offsets(TopicPartition(CONTENT.name, 0), 10)
    listed = partner.list_topics(timeout=10).topics.keys()
    assert {name for name in listed if name.startswith("ongoza.")} == {
        topic.name for topic in TOPICS if "learner_reminders" in topic.consumers
    }
    partner.close()


def test_a_wrong_password_is_refused(secure: dict[str, str]) -> None:
    wrong = as_user("core", secure, password="guessed")
    told: list[str] = []
    told_of = {"log_level": 0, "error_cb": lambda error: told.append(str(error))}
    producer = Producer({**wrong, **told_of})
    with pytest.raises(KafkaException):
        producer.list_topics(timeout=3)
    producer.poll(1)
    assert any("uthentication" in one for one in told)

    async def connect() -> None:
        async with Reader(brokers("ai", secure, password="guessed")) as reader:
            await reader.ends([PROGRESS])

    with pytest.raises(BrokerError):
        asyncio.run(asyncio.wait_for(connect(), 30))


def test_the_port_speaks_nothing_but_tls(secure: dict[str, str]) -> None:
    plain = AdminClient({"bootstrap.servers": secure["bootstrap.servers"], "log_level": 0})
    with pytest.raises(KafkaException):
        plain.list_topics(timeout=4)


def test_rights_and_settings_are_brought_back_by_applying(secure: dict[str, str]) -> None:
    cluster = Cluster(secure)
    assert cluster.plan() == []
    fewer = [topic for topic in TOPICS if topic is not RECOMMENDATIONS]
    told = [str(step) for step in cluster.plan(fewer)]
    assert "unknown ongoza.recommendations is not in the catalogue; it is left alone" in told
    assert "revoke User:ai may WRITE TOPIC ongoza.recommendations" in told
    cluster.apply(fewer)
    assert [step.what for step in cluster.plan()] == ["grant"] * 5
    assert {step.what for step in cluster.apply()} == {"grant"}
    assert cluster.plan() == []


def test_the_command_says_what_is_missing_by_its_exit_code(secure: dict[str, str]) -> None:
    def command(*arguments: str) -> tuple[int, str]:
        environment = {
            **os.environ,
            "KAFKA_BOOTSTRAP_SERVERS": secure["bootstrap.servers"],
            "KAFKA_SECURITY_PROTOCOL": "SASL_SSL",
            "KAFKA_SASL_MECHANISM": "SCRAM-SHA-512",
            "KAFKA_SASL_USERNAME": "admin",
            "KAFKA_SASL_PASSWORD": PASSWORDS["admin"],
            "KAFKA_SSL_CA": secure["ssl.ca.location"],
        }
        done = subprocess.run(  # noqa: S603
            [sys.executable, "-m", "infra.kafka", *arguments],
            env=environment,
            cwd=PROJECT,
            capture_output=True,
            text=True,
            timeout=90,
            check=False,
        )
        return done.returncode, done.stdout

    assert command("drift") == (0, "0 steps to do\n")
    code, said = command("plan", "--min-insync-replicas", "1")
    assert code == 2
    assert "set ongoza.users min.insync.replicas: default -> 1" in said


def test_partitions_of_a_topic_in_use_are_never_changed() -> None:
    want = wanted(TOPICS)
    found = State({**want.partitions, "ongoza.progress": 3}, want.configs, want.grants)
    assert list(steps(found, want)) == [
        Step("refused", "ongoza.progress", "has 3 partitions, the catalogue says 6")
    ]

    class OneTopicWithTooFew(Cluster):
        def found(self) -> State:
            return found

    with pytest.raises(Refused, match="has 3 partitions"):
        OneTopicWithTooFew({"bootstrap.servers": "127.0.0.1:1"}).apply()


def test_with_three_brokers_nothing_acknowledged_is_lost_when_the_leader_is_killed(
    tmp_path: Path,
) -> None:
    nodes = three(tmp_path)
    client = {"bootstrap.servers": ",".join(node.bootstrap for node in nodes)}
    with running(nodes, client) as processes:
        Cluster(client, replication_factor=3).apply(settings={"min.insync.replicas": "2"})
        topics = AdminClient({**client}).list_topics("ongoza.progress", timeout=20).topics
        leader = topics["ongoza.progress"].partitions[a_record().partition].leader
        killer = threading.Timer(1.5, processes[leader - 1].kill)
        killer.start()
        acknowledged = asyncio.run(write_for_a_while(client["bootstrap.servers"]))
        killer.join()
        found = asyncio.run(versions(client["bootstrap.servers"]))
    assert processes[leader - 1].returncode == -9
    assert len(acknowledged) > 200
    # Every one is there, once and in order.
    assert found == acknowledged


async def write_for_a_while(servers: str) -> list[int]:
    """Versions that were acknowledged, before, while and after a broker is killed."""
    producer = AIOKafkaProducer(bootstrap_servers=servers, acks="all", enable_idempotence=True)
    await producer.start()
    versions = []
    try:
        for version in range(1, 401):
            made = encode(progress(version=version), time=NOW)
            where: dict[str, Any] = {"partition": made.partition, "key": made.key.encode()}
            await producer.send_and_wait(made.topic, made.payload, headers=made.headers(), **where)
            versions.append(version)
            await asyncio.sleep(0.01)
    finally:
        await producer.stop()
    return versions


async def versions(servers: str) -> list[int]:
    async with Reader(Brokers(servers)) as reader:
        batches = reader.read({}, await reader.ends([PROGRESS]), 500)
        return [
            int(dict(record.headers)["ce_sequence"]) async for some in batches for record in some
        ]


def test_a_producer_without_rights_is_broken_and_says_so(secure: dict[str, str]) -> None:
    with pytest.raises(ProducerBroken, match="authorization failed"):
        CorePublisher(as_user("learner_reminders", secure)).publish([a_record()], lambda: None)
