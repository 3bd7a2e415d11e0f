"""A learner is erased from databases, topics and lists, and no replay restores them."""

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import psycopg
import pytest
from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient
from confluent_kafka.admin._config import AlterConfigOpType, ConfigEntry, ConfigResource
from confluent_kafka.admin._resource import ResourceType

from ongoza_contracts.topics import TOPICS as CATALOGUE
from scripts.stack.stack import PROJECT, Stack
from tests.integration.story import ANSWER_SECONDS, Learner, eventually, headers_of, records

pytestmark = pytest.mark.slow

PASSWORD = "a-long-passphrase-9"
EMAIL = "zawadi.unmistakable@ongoza.example"
TOPICS = tuple(topic for topic in CATALOGUE if topic.owned)
AT_ONCE = {"segment.ms": "100", "min.compaction.lag.ms": "0", "delete.retention.ms": "0"}
EAGER = {**AT_ONCE, "min.cleanable.dirty.ratio": "0.001"}
FOUND = """
SELECT 1 FROM {table} AS r WHERE position(%s IN r::text) > 0 OR position(%s IN r::text) > 0 LIMIT 1
"""
TABLES = """
SELECT quote_ident(table_schema) || '.' || quote_ident(table_name) FROM information_schema.tables
WHERE table_type = 'BASE TABLE' AND table_schema NOT IN ('pg_catalog', 'information_schema')
"""


def zawadi(stack: Stack) -> Learner:
    body = {
        "email": EMAIL,
        "password": PASSWORD,
        "first_name": "Zawadi",
        "last_name": "Unmistakable",
    }
    answer = httpx.post(f"{stack.core_url}/api/v1/auth/signup", json=body, timeout=30).json()
    return Learner(stack, answer["user"]["id"], answer["access_token"], answer["refresh_token"])


def report(stack: Stack, user_id: int) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603
        [sys.executable, "-m", "ai", "erasure", str(user_id)],
        env={**stack.environment, "COLUMNS": "160"},
        cwd=PROJECT,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


@pytest.fixture
def compacting(stack: Stack) -> Iterator[Stack]:
    """The topics of learners are compacted within seconds, not months."""
    _configure(stack, EAGER, AlterConfigOpType.SET)
    yield stack
    _configure(stack, {"segment.ms": "", "min.cleanable.dirty.ratio": ""}, AlterConfigOpType.DELETE)
    for topic in TOPICS:
        _alter(stack, ResourceType.TOPIC, topic.name, topic.config(), AlterConfigOpType.SET)


def _configure(stack: Stack, settings: dict[str, str], how: AlterConfigOpType) -> None:
    for topic in TOPICS:
        _alter(stack, ResourceType.TOPIC, topic.name, settings, how)
    backoff = {"log.cleaner.backoff.ms": "200"}
    _alter(stack, ResourceType.BROKER, "1", backoff, how)


def _alter(
    stack: Stack, kind: ResourceType, name: str, settings: dict[str, str], how: AlterConfigOpType
) -> None:
    admin = AdminClient({**stack.kafka_client()})
    entries = [
        ConfigEntry(key, value, incremental_operation=how) for key, value in settings.items()
    ]
    resource = ConfigResource(kind, name, incremental_configs=entries)
    for done in admin.incremental_alter_configs([resource]).values():
        done.result(20)


def test_an_erased_learner_is_deleted_everywhere(compacting: Stack) -> None:
    stack, learner = compacting, zawadi(compacting)
    # A learner leaves traces on every topic.
    first = eventually(lambda: published_lists(learner))
    item, other = learner.recommended()[:2]
    assert learner.report(item, 100, "completed") == 201
    opinion = {"content_id": other, "verdict": "not_for_me"}
    assert learner.core("POST", "/api/v1/feedback/", json=opinion).status_code == 201
    answer_all(learner)
    eventually(lambda: published_lists(learner) - first)
    eventually(lambda: learner.source() == "precomputed")
    assert report(stack, learner.user_id).returncode == 2
    assert found_in(stack, "relational", EMAIL)  # the search finds what is there
    assert found_in(stack, "vector", item)
    # The learner deletes their account.
    asked = learner.core("DELETE", "/api/v1/users/me", json={"password": PASSWORD})
    assert asked.status_code == 204
    # Every place has a receipt, and none has rows left.
    said = report(stack, learner.user_id).stdout
    deadline = time.monotonic() + 60
    while "nothing is left" not in said and time.monotonic() < deadline:
        said = report(stack, learner.user_id).stdout
    assert "nothing is left" in said, said
    for place in ("users.User", "progress.Progress", ".recommendation", ".entity.feedback"):
        assert place in said
    for place in ("feedback.Feedback", "parked_record"):
        assert place in said
    assert learner.ai("GET", "/api/v1/recommendations").status_code == 401
    # Neither database names the learner, except by id in receipts and in the list of the erased.
    for database in ("relational", "vector"):
        for needle in (EMAIL, "Unmistakable", f"{learner.user_id}:{item}"):
            assert found_in(stack, database, needle) == []
    # After compaction no byte of the learner is on the topics either.
    eventually(lambda: not roll_and_find(stack, learner.user_id, item), seconds=120)
    assert [r.value() for r in records(stack, "ongoza.users", str(learner.user_id))][-1:] == [
        b'{"version":2,"user_id":%d}' % learner.user_id
    ]


def test_an_unknown_learner_has_no_receipt(stack: Stack) -> None:
    done = report(stack, 2_000_000_000)
    assert done.returncode == 2
    assert "no receipt at all" in done.stdout


def published_lists(learner: Learner) -> set[bytes]:
    """The ids of the learner's lists on their topic, of which compaction takes the older ones."""
    found = records(learner.stack, "ongoza.recommendations", str(learner.user_id))
    return {headers_of(message)["ce_id"] for message in found}


def answer_all(learner: Learner) -> None:
    session = learner.start_profiling()["session_id"]
    question = learner.ai("GET", "/api/v1/profiling/questions").json()["questions"][0]
    body = {"question_id": question["id"], "option_id": question["options"][0]["id"]}
    address = f"/api/v1/profiling/session/{session}"
    assert learner.ai("POST", f"{address}/respond", json=body).status_code == 200


def found_in(stack: Stack, database: str, needle: str) -> list[str]:
    """The tables with a row that contains the needle."""
    url = stack.servers[f"postgres-{database}"].url()  # type: ignore[union-attr]
    with psycopg.connect(url) as db:
        tables = [name for (name,) in db.execute(TABLES).fetchall()]
        return [
            table
            for table in tables
            if db.execute(
                FOUND.format(table=table),
                (needle, needle.encode().hex()),  # bytes are shown as their hex
            ).fetchone()
        ]


def roll_and_find(stack: Stack, user_id: int, item: str) -> list[str]:
    """The log files in which the learner's keys still stand.

    The segment being written is never compacted, and a key goes only in the pass after the one that
    saw its last record: so a new segment is begun each time.
    """
    producer = Producer({**stack.kafka_client()})
    for topic in TOPICS:
        for partition in range(topic.partitions):
            producer.produce(topic.name, key=b"roll", partition=partition)
    assert producer.flush(ANSWER_SECONDS) == 0
    time.sleep(1)
    needles = [f"{user_id}:{item}".encode(), f'"user_id":{user_id},'.encode()]
    folders = [
        folder
        for topic in TOPICS
        for folder in (stack.folder / "data" / "kafka").rglob(f"{topic.name}-*")
    ]
    assert folders
    return [
        str(file) for folder in folders for file in folder.glob("*.log") if _may_hold(file, needles)
    ]


def _may_hold(file: Path, needles: list[bytes]) -> bool:
    """Also true for a file that compaction replaced just now: its successor has to be read."""
    try:
        data = file.read_bytes()
    except FileNotFoundError:
        return True
    return any(needle in data for needle in needles)
