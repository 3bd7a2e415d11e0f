"""Authentication and authorization by a broker that is configured as in production."""

import asyncio
import os
import secrets
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import psutil
import pytest
from aiokafka import AIOKafkaConsumer
from aiokafka.errors import GroupAuthorizationFailedError, TopicAuthorizationFailedError
from confluent_kafka import Consumer as ConfluentConsumer
from confluent_kafka import KafkaError, KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient

from ai.kit.broker import BrokerError, Consumer, KafkaConfig, Reader, Records
from ai.kit.broker import Publisher as AiPublisher
from ai.kit.settings import Settings
from core.config.kafka import connection
from core.outbox.kafka import NotPublished, NotRead, ProducerBroken, Publisher, topic_reader
from infra.kafka.cluster import Cluster
from infra.kafka.logins import ADMIN
from infra.kafka.plan import AddGrant
from infra.kafka.wanted import Grant
from ongoza_contracts.codec import Record, encode
from ongoza_contracts.event import Fact
from ongoza_contracts.topics import CONTENT, PROGRESS, RECOMMENDATIONS, USERS
from scripts.embedded.kafka_secured import SecuredKafka
from scripts.embedded.ports import Ports
from scripts.stack.processes import Started
from tests import facts
from tests.certificates import Authority
from tests.integration.core_facts import wait_patiently
from tests.positions import FixedPositions
from tests.servers import running

pytestmark = [pytest.mark.kafka, pytest.mark.slow]

PRINCIPALS = ("core", "ai", "engagement_stats", "learner_reminders")


@dataclass(frozen=True)
class Secured:
    broker: SecuredKafka
    process: Started
    passwords: dict[str, str]

    def environment(self, who: str, password: str | None = None) -> dict[str, str]:
        """What a process of `who` finds in its environment."""
        return {
            "KAFKA_BOOTSTRAP_SERVERS": self.broker.bootstrap,
            "KAFKA_SECURITY_PROTOCOL": "SASL_SSL",
            "KAFKA_SASL_USERNAME": who,
            "KAFKA_SASL_PASSWORD": password or self.passwords[who],
            "KAFKA_SSL_CA": str(self.broker.authority),
        }

    def run(
        self, *command: str, who: str = ADMIN, typed: str = "", **options: str
    ) -> tuple[int, str]:
        """`python -m infra.kafka ...`: its exit code and its output."""
        done = subprocess.run(  # noqa: S603
            [sys.executable, "-m", "infra.kafka", *command],
            env={**os.environ, **self.environment(who, **options)},
            input=typed,
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode, done.stdout + done.stderr


@pytest.fixture(scope="module")
def secured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Secured]:
    folder, ports, authority = tmp_path_factory.mktemp("secured"), Ports.free(), Authority()
    passwords = {who: secrets.token_urlsafe(24) for who in (ADMIN, *PRINCIPALS)}
    broker = SecuredKafka(
        folder,
        ports.kafka,
        ports.kafka_controller,
        broker_port=ports.core,
        identity=authority.issue("kafka", folder / "kafka.pem"),
        authority=authority.write(folder / "authority.pem"),
        admin_password=passwords[ADMIN],
    )
    with running(broker) as processes:
        made = Secured(broker, processes[broker.name], passwords)
        code, said = made.run("plan")
        assert (code, "grant" in said, "create" in said) == (2, True, True), said
        assert made.run("apply")[0] == 0
        for who in PRINCIPALS:
            assert made.run("user", who, typed=passwords[who])[0] == 0
        yield made


Login = Callable[..., None]


@pytest.fixture
def log_in_as(secured: Secured, monkeypatch: pytest.MonkeyPatch) -> Login:
    """Puts one principal's settings into this process's environment."""

    def log_in(who: str, password: str | None = None) -> None:
        for name, value in secured.environment(who, password).items():
            monkeypatch.setenv(name, value)

    return log_in


@pytest.fixture
def ai(log_in_as: Login, monkeypatch: pytest.MonkeyPatch) -> KafkaConfig:
    """As ai's settings give it."""
    monkeypatch.setenv("VECTOR_DB_PASSWORD", "unused")
    monkeypatch.setenv("JWT_SECRET_KEY", secrets.token_urlsafe(32))
    log_in_as("ai")
    return KafkaConfig.of(Settings())


def wire(fact: Fact) -> Record:
    return encode(fact, time=facts.NOW)


async def ends(address: KafkaConfig) -> dict[tuple[str, int], int]:
    async with Reader(address) as reader:
        return await reader.last_stable_offsets([USERS, CONTENT, PROGRESS])


def test_the_cluster_has_all_that_was_applied_including_acls(secured: Secured) -> None:
    for command in ("plan", "drift"):
        code, said = secured.run(command)
        assert (code, said.strip()) == (0, "The cluster is as the catalogue says.")


async def test_core_publishes_and_ai_reads_with_the_logins_of_their_settings(
    secured: Secured, ai: KafkaConfig, log_in_as: Login
) -> None:
    log_in_as("core")
    record = wire(facts.user(4101))
    Publisher(connection()).publish([record], wait_patiently)

    came: asyncio.Queue[bytes] = asyncio.Queue()
    consumer = Consumer(ai, [USERS.name], "ai-g1", FixedPositions())

    async def note(records: Records) -> None:
        for one in records:
            came.put_nowait(one.value or b"")
        consumer.stop()

    consumer.deliver_to(note)
    await asyncio.wait_for(consumer.run(_nothing_else), 30)
    assert came.get_nowait() == record.payload


@asynccontextmanager
async def _nothing_else() -> AsyncIterator[None]:
    yield


def test_a_wrong_password_is_refused_in_core(log_in_as: Login) -> None:
    log_in_as("core", password="not-the-password-of-core")
    with pytest.raises(NotPublished, match=r"(?i)authentication failed"):
        Publisher(connection()).publish([wire(facts.user(4102))], wait_patiently)


async def test_a_wrong_password_is_refused_in_ai(ai: KafkaConfig, log_in_as: Login) -> None:
    log_in_as("ai", password="not-the-password-of-ai")
    with pytest.raises(BrokerError):
        await Reader(KafkaConfig.of(Settings())).__aenter__()


def test_a_wrong_password_is_refused_to_operators(secured: Secured) -> None:
    code, said = secured.run("apply", password="not-the-password-of-admin")
    assert (code, "Authentication failed" in said) == (1, True), said


@pytest.mark.parametrize("fact", [facts.user(4103), facts.published(), facts.progress(4103)])
async def test_ai_cannot_write_the_topics_of_core(ai: KafkaConfig, fact: Fact) -> None:
    before = await ends(ai)
    publisher = AiPublisher(ai)
    with pytest.raises(TopicAuthorizationFailedError):
        await publisher.publish([wire(fact)])
    await publisher.close()
    assert await ends(ai) == before


def test_core_cannot_write_the_topic_of_ai(log_in_as: Login) -> None:
    log_in_as("core")
    stolen = replace(wire(facts.user(4104)), topic=RECOMMENDATIONS.name)
    with pytest.raises(NotPublished, match=r"(?i)authorization failed"):
        Publisher(connection()).publish([stolen], wait_patiently)


def test_core_reads_its_own_topics_without_a_right_to_any_group(log_in_as: Login) -> None:
    log_in_as("core")
    Publisher(connection()).publish([wire(facts.user(4106))], wait_patiently)
    with topic_reader(connection()) as reader:
        ranges = reader.offset_ranges((USERS,))
        begins = {partition_id: one.log_start for partition_id, one in ranges.items()}
        keys = [one.key for batch in reader.read(begins) for one in batch]
    assert "4106" in keys


def test_a_topic_that_may_be_written_and_not_read_is_no_empty_topic(log_in_as: Login) -> None:
    log_in_as("ai")  # which may not read what it writes
    with topic_reader(connection()) as reader:
        ranges = reader.offset_ranges((RECOMMENDATIONS,))
        assert len(ranges) == RECOMMENDATIONS.partitions
        with pytest.raises(NotRead, match=r"(?i)authorization failed"):
            [*reader.read({partition_id: one.log_start for partition_id, one in ranges.items()})]


def test_a_relay_without_any_permission_to_write_ends_with_a_message(log_in_as: Login) -> None:
    log_in_as("engagement_stats")
    with pytest.raises(ProducerBroken, match="authorization failed"):
        Publisher(connection()).publish([wire(facts.user(4105))], wait_patiently)


async def test_a_partner_reads_its_topics_and_no_other(secured: Secured, ai: KafkaConfig) -> None:
    async with Reader(_login(ai, "engagement_stats", secured)) as reader:
        assert len(await reader.last_stable_offsets([USERS, PROGRESS])) == 12
    client = {**secured.broker.connection(), "sasl.username": "engagement_stats"}
    client |= {
        "sasl.password": secured.passwords["engagement_stats"],
        "group.id": "engagement-stats",
    }
    consumer = ConfluentConsumer(client)
    listed = consumer.list_topics(timeout=20).topics
    assert {name for name in listed if name.startswith("ongoza.")} == {USERS.name, PROGRESS.name}
    asked = consumer.list_topics(CONTENT.name, timeout=20).topics[CONTENT.name]
    assert asked.error.code() == KafkaError.TOPIC_AUTHORIZATION_FAILED
    with pytest.raises(KafkaException):
        consumer.get_watermark_offsets(TopicPartition(CONTENT.name, 0), timeout=20)
    consumer.close()


async def test_a_partner_cannot_take_part_in_the_group_of_ai(
    secured: Secured, ai: KafkaConfig
) -> None:
    partner = _login(ai, "engagement_stats", secured)
    consumer = AIOKafkaConsumer(USERS.name, group_id="ai-g1", **partner.client())
    try:
        with pytest.raises(GroupAuthorizationFailedError):
            await asyncio.wait_for(consumer.start(), 30)
    finally:
        await consumer.stop()


def _login(address: KafkaConfig, who: str, secured: Secured) -> KafkaConfig:
    return KafkaConfig(
        address.servers,
        "SASL_SSL",
        username=who,
        password=secured.passwords[who],
        ca=address.ca,
    )


def test_no_port_of_the_broker_accepts_plaintext(secured: Secured) -> None:
    broker = secured.broker
    connections = psutil.Process(secured.process.pid).net_connections("tcp")
    open_ports = {one.laddr.port for one in connections if one.status == psutil.CONN_LISTEN}
    assert open_ports == {broker.port, broker.broker_port, broker.controller_port}
    for port in open_ports:
        with pytest.raises(KafkaException):
            answers({"bootstrap.servers": f"localhost:{port}"})


def test_tls_without_a_login_or_a_certificate_is_refused(secured: Secured) -> None:
    tls = {"security.protocol": "SSL", "ssl.ca.location": str(secured.broker.authority)}
    for port in (secured.broker.port, secured.broker.broker_port, secured.broker.controller_port):
        with pytest.raises(KafkaException):
            answers({"bootstrap.servers": f"localhost:{port}", **tls})


def test_clients_refuse_a_broker_with_a_certificate_of_another_authority(
    secured: Secured, tmp_path: Path
) -> None:
    stranger = str(Authority("stranger").write(tmp_path / "stranger.pem"))
    right = {**secured.broker.connection()}
    answers(right, seconds=20)
    with pytest.raises(KafkaException):
        answers({**right, "ssl.ca.location": stranger})


def answers(client: dict[str, str], seconds: float = 1) -> None:
    AdminClient({**client, "log_level": 0}).list_topics(timeout=seconds)


def test_an_acl_that_is_not_in_the_catalogue_is_drift_until_it_is_pruned(
    secured: Secured,
) -> None:
    line = Grant("User:stranger", "ALLOW", "READ", "TOPIC", "ongoza.", "PREFIXED")
    Cluster(secured.broker.connection()).perform([AddGrant(line)])

    assert secured.run("plan")[0] == 0
    code, said = secured.run("drift")
    assert (code, "User:stranger" in said, "revoke" in said) == (2, True, True)
    assert secured.run("apply")[0] == 0
    assert secured.run("drift")[0] == 2
    assert secured.run("apply", "--prune")[0] == 0
    assert secured.run("drift")[0] == 0


def test_a_password_is_not_set_for_an_unknown_principal(secured: Secured) -> None:
    code, said = secured.run("user", "stranger", typed=secrets.token_urlsafe(24))
    assert (code, "the catalogue knows no stranger" in said) == (1, True)
