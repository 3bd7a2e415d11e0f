"""A person is erased from databases, files, Valkey and topics, and no replay restores them."""

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient
from confluent_kafka.admin._config import AlterConfigOpType, ConfigEntry, ConfigResource
from confluent_kafka.admin._resource import ResourceType

from ongoza_contracts.topics import TOPICS as CATALOGUE
from scripts.stack.stack import PROJECT, Stack
from tests.integration.story import ANSWER_SECONDS, Learner, eventually, headers_of, records
from tests.integration.traces import (
    DATABASES,
    EMAIL,
    found_anywhere,
    found_in_files,
    found_in_tables,
    found_in_valkey,
    found_on_topics,
    lead_a_school,
    leave_traces,
    zawadi,
)

pytestmark = pytest.mark.slow

TOPICS = tuple(topic for topic in CATALOGUE if topic.owned)
AT_ONCE = {"segment.ms": "100", "min.compaction.lag.ms": "0", "delete.retention.ms": "0"}
# A ratio above 0 has the cleaner wait until new records are that part of the log: after other tests
# hundreds of them.
EAGER = {**AT_ONCE, "min.cleanable.dirty.ratio": "0"}

TABLES_WITH_TRACES = [
    f"relational public.{name}"
    for name in (
        *("notifications_notification", "notifications_phonenumber"),
        *("notifications_pushsubscription", "users_impersonation", "users_minor"),
        "webhooks_delivery",
    )
]


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
    """The topics of users are compacted within seconds, not months."""
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


def test_an_erased_person_is_deleted_everywhere(compacting: Stack) -> None:
    stack, learner = compacting, zawadi(compacting)
    # A person leaves traces in every table, in mails and on every topic.
    first = eventually(lambda: published_lists(learner))
    person = leave_traces(learner)
    item = person.item
    eventually(lambda: published_lists(learner) - first)
    eventually(lambda: learner.source() == "precomputed")
    lead_a_school(person)
    needles = person.needles
    assert report(stack, learner.user_id).returncode == 2
    # The search finds what is there.
    assert found_in_tables(stack, "relational", [EMAIL])
    assert found_in_tables(stack, "vector", [item])
    assert found_in_files(stack, [EMAIL])
    assert found_on_topics(stack, [EMAIL])
    assert found_on_topics(stack, [person.ids[0]])
    assert found_in_valkey(stack, ["_kombu"])
    found = found_anywhere(stack, needles)
    assert {*needles} - {needle for some in found.values() for needle in some} == set()
    assert {*TABLES_WITH_TRACES} - found.keys() == set()
    archives = [name for name in found if name.startswith(f"files/{learner.user_id}/")]
    assert [EMAIL in found[name] for name in archives] == [True]
    # The person deletes their account.
    asked = learner.core("DELETE", "/api/v1/users/me", json={"password": learner.password})
    assert asked.status_code == 204
    # Every place has a receipt, and none has rows left.
    said = eventually(lambda: _complete_report(stack, learner.user_id))
    for place in ("users.User", "progress.Progress", ".recommendation", ".entity.feedback"):
        assert place in said
    for place in ("feedback.Feedback", "parked_record", "mails"):
        assert place in said
    assert learner.ai("GET", "/api/v1/recommendations").status_code == 401
    # Neither a database nor a file nor Valkey names the person, except by id in receipts and in the
    # list of the erased.
    for database in DATABASES:
        assert found_in_tables(stack, database, needles) == {}
    assert found_in_files(stack, needles) == {}
    assert found_in_valkey(stack, needles) == {}
    # After compaction no byte of the person is on the topics either.
    on_topics = [*needles, f'"user_id":{learner.user_id},']
    eventually(lambda: not roll(stack, found_on_topics(stack, on_topics)))
    assert [r.value() for r in records(stack, "ongoza.users", str(learner.user_id))][-1:] == [
        b'{"version":5,"user_id":%d}' % learner.user_id
    ]


def _complete_report(stack: Stack, user_id: int) -> str:
    """Empty while something is left."""
    said = report(stack, user_id).stdout
    return said if "nothing is left" in said else ""


def test_an_unknown_learner_has_no_receipt(stack: Stack) -> None:
    done = report(stack, 2_000_000_000)
    assert done.returncode == 2
    assert "no receipt at all" in done.stdout


def published_lists(learner: Learner) -> set[bytes]:
    """The ids of the learner's lists on their topic, of which compaction takes the older ones."""
    found = records(learner.stack, "ongoza.recommendations", str(learner.user_id))
    return {headers_of(message)["ce_id"] for message in found}


def roll(stack: Stack, found: dict[str, list[str]]) -> dict[str, list[str]]:
    """Begin a new segment of each partition in whose files something was found.

    The segment being written is never compacted, and a key goes only in the pass after the one that
    saw its last record: so a new segment is begun each time. Other partitions are left alone, for a
    record makes the cleaner read its partition again.
    """
    producer = Producer({**stack.kafka_client()})
    for topic, partition in {tuple(Path(file).parent.name.rsplit("-", 1)) for file in found}:
        producer.produce(topic, key=b"roll", partition=int(partition))
    assert producer.flush(ANSWER_SECONDS) == 0
    time.sleep(1)
    return found
