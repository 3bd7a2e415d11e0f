"""The supervisor on real servers, PostgreSQL and Kafka, also when they are killed."""

import os
import signal
import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from ongoza_contracts.topics import TOPICS
from scripts.embedded.ports import HOST, Ports, PortTaken, free_ports
from scripts.stack import running_ports, secrets
from scripts.stack.fingerprint import FILES, FOLDERS, fingerprint
from scripts.stack.processes import Register, Started
from scripts.stack.services import BY_NAME
from scripts.stack.stack import Stack
from scripts.stack.supervisor import NotReady
from tests.migrated import MigratedStack

POSTGRES = (BY_NAME["postgres-relational"],)


@pytest.fixture
def small_stack(tmp_path: Path) -> Iterator[Stack]:
    stack = Stack(tmp_path / "stack", Ports.free(), durable=False)
    yield stack
    stack.down()


@pytest.fixture
def migrated_stack(tmp_path: Path) -> Iterator[Stack]:
    stack = MigratedStack(tmp_path / "stack", Ports.free(), durable=False)
    yield stack
    stack.down()


def query(stack: Stack, sql: str) -> list[tuple[object, ...]]:
    url = stack.servers["postgres-relational"].url()  # type: ignore[union-attr]
    with psycopg.connect(url, autocommit=True) as connection:
        cursor = connection.execute(sql)
        return cursor.fetchall() if cursor.description else []


def test_data_survives_a_stop_and_a_kill(small_stack: Stack) -> None:
    small_stack.up(POSTGRES)
    query(small_stack, "CREATE TABLE kept AS SELECT 42 AS answer")
    small_stack.down()
    assert small_stack.register.all() == {}
    small_stack.up(POSTGRES)
    assert query(small_stack, "SELECT answer FROM kept") == [(42,)]
    small_stack.kill("postgres-relational", signal.SIGKILL)
    small_stack.up(POSTGRES)
    assert query(small_stack, "SELECT answer FROM kept") == [(42,)]


def test_a_second_up_starts_nothing_again(small_stack: Stack) -> None:
    small_stack.up(POSTGRES)
    before = small_stack.register.all()
    small_stack.up(POSTGRES)
    assert small_stack.register.all() == before


def test_up_on_other_ports_stops_what_runs_first(small_stack: Stack) -> None:
    small_stack.up(POSTGRES)
    before = small_stack.register.all()["postgres-relational"]
    [db] = free_ports(1)
    moved = Stack(small_stack.folder, replace(small_stack.ports, db=db), durable=False)
    assert moved.moved_ports() == {"DB_PORT": (small_stack.ports.db, db)}
    moved.up(POSTGRES)
    assert before.process() is None
    assert query(moved, "SELECT 1") == [(1,)]
    assert running_ports.read(small_stack.folder) == moved.ports
    moved.down()
    assert running_ports.read(small_stack.folder) is None


@pytest.mark.slow
def test_up_starts_processes_of_other_code_again_and_leaves_the_servers(
    migrated_stack: Stack,
) -> None:
    services = [*POSTGRES, BY_NAME["core"]]
    migrated_stack.up(services)
    before = migrated_stack.register.all()
    migrated_stack.up(services)
    assert migrated_stack.register.all() == before
    migrated_stack.register.add(replace(before["core"], code="of an earlier release"))

    migrated_stack.up(services)

    after = migrated_stack.register.all()
    assert before["core"].process() is None
    assert after["core"].pid != before["core"].pid
    assert migrated_stack.healthy("core")
    assert after["postgres-relational"] == before["postgres-relational"]


def test_the_fingerprint_changes_with_every_file_that_a_process_may_load(tmp_path: Path) -> None:
    for name in (*FOLDERS, "tests"):
        (tmp_path / name).mkdir(parents=True)
    for name in FILES:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("django==5.2")
    seen = {fingerprint(tmp_path)}
    for name in FOLDERS:
        for text in ("a = 1", "a = 2"):
            (tmp_path / name / "module.py").write_text(text)
            seen.add(fingerprint(tmp_path))
    assert len(seen) == 1 + 2 * len(FOLDERS)
    (tmp_path / "tests" / "test_x.py").write_text("")
    (tmp_path / FOLDERS[0] / "module.pyc").write_bytes(b"x")
    assert fingerprint(tmp_path) in seen


def test_the_fingerprint_has_all_scripts_that_are_services() -> None:
    modules = [one.command[2] for one in BY_NAME.values() if one.command]
    scripts = [one.replace(".", "/") for one in modules if one.startswith("scripts.")]
    assert scripts
    assert [one for one in scripts if one not in FOLDERS and f"{one}.py" not in FILES] == []


def test_a_register_of_an_earlier_release_is_read(tmp_path: Path) -> None:
    (tmp_path / "processes.json").write_text('[{"name": "core", "pid": 1, "created": 1.0}]')
    assert Register(tmp_path / "processes.json").all() == {"core": Started("core", 1, 1.0, code="")}


def test_a_password_is_required(small_stack: Stack) -> None:
    small_stack.up(POSTGRES)
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(
            host=HOST,
            port=small_stack.ports.db,
            user="postgres",
            password="wrong",
            dbname="postgres",
        )


def test_a_taken_port_is_named_before_anything_starts(small_stack: Stack) -> None:
    with socket.create_server((HOST, small_stack.ports.db)), pytest.raises(PortTaken) as caught:
        small_stack.up(POSTGRES)
    assert str(caught.value).startswith(f"port {small_stack.ports.db} (db) is taken by ")
    assert str(caught.value).endswith("stop it or set DB_PORT")
    assert small_stack.register.all() == {}


def test_a_service_that_ends_is_reported_with_the_end_of_its_log(small_stack: Stack) -> None:
    with pytest.raises(NotReady, match=r"migrate-core failed: exit code 1[\s\S]*migrate-core.log"):
        small_stack.run("migrate-core")  # its database does not run


def test_down_does_not_stop_a_foreign_process_with_a_recycled_pid(tmp_path: Path) -> None:
    """A registered pid that now belongs to another process is not one of the stack."""
    register = Register(tmp_path / "processes.json")
    register.add(Started("relay", os.getpid(), created=1.0))
    assert register.alive("relay") is None
    register.all()["relay"].stop()  # would end this very test


def test_secrets_are_generated_once_and_readable_by_their_owner_only(tmp_path: Path) -> None:
    made = secrets.load_or_make(tmp_path / "env")
    assert secrets.load_or_make(tmp_path / "env") == made
    assert (tmp_path / "env").stat().st_mode & 0o777 == 0o600
    assert len(set(made.values())) == len(secrets.MAKERS)
    assert min(len(made[name]) for name in ("DJANGO_SECRET_KEY", "JWT_SECRET_KEY")) >= 32


def test_secrets_of_an_earlier_release_gain_what_they_lack(tmp_path: Path) -> None:
    made = secrets.load_or_make(tmp_path / "env")
    lines = (tmp_path / "env").read_text().splitlines(keepends=True)
    earlier = [line for line in lines if not line.startswith("VALKEY_PASSWORD=")]
    (tmp_path / "env").write_text("".join(earlier))
    gained = secrets.load_or_make(tmp_path / "env")
    assert gained.keys() == made.keys()
    assert {name for name in made if gained[name] != made[name]} == {"VALKEY_PASSWORD"}


@pytest.mark.slow
def test_kafka_records_survive_a_kill(small_stack: Stack) -> None:
    from confluent_kafka import Consumer, Producer, TopicPartition

    from infra.kafka.cluster import Cluster

    small_stack.run("kafka")
    small_stack.run("topics")
    client = small_stack.kafka_client()
    assert Cluster(client).read().topics.keys() == {topic.name for topic in TOPICS}
    producer = Producer({**client, "acks": "all"})
    producer.produce("ongoza.users", key=b"1", value=b"kept", partition=0)
    assert producer.flush(10) == 0
    small_stack.kill("kafka", signal.SIGKILL)
    small_stack.run("kafka")
    consumer = Consumer({**client, "group.id": "reader"})
    consumer.assign([TopicPartition("ongoza.users", 0, 0)])
    message = consumer.poll(30)
    consumer.close()
    assert message is not None
    assert message.value() == b"kept"
