"""The relay beside concurrent writers, commits out of order, and a second relay."""

import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager

import pytest
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic
from django.db import connection, transaction

from core.outbox import relay
from core.outbox.append import append
from core.outbox.kafka import PartitionId, Publisher
from core.outbox.models import OutboxEvent
from core.outbox.relay import Relay, ShutdownFlag, drain
from core.progress.services import report_progress
from core.users.models import User
from ongoza_contracts.codec import Record
from ongoza_contracts.topics import PROGRESS, TOPIC_BY_NAME
from ongoza_contracts.vocabulary import ContentType, ProgressStatus
from tests.integration.core_facts import (
    append_progress,
    progress_fact,
    sent_versions,
    wait_patiently,
)
from tests.integration.story import eventually
from tests.unit.core.world import appended, forget_appended, item, person

pytestmark = pytest.mark.django_db(transaction=True)

WRITERS, WRITES = 4, 15
STANDING_BY = "relay: standing by: another relay is active"


@pytest.fixture
def publisher(kafka_bootstrap: str) -> Publisher:
    return Publisher({"bootstrap.servers": kafka_bootstrap})


class Notes:
    """A publisher that only notes the keys it was given."""

    def __init__(self) -> None:
        self.keys: list[str] = []

    def publish(
        self, batch: Sequence[Record], while_waiting: Callable[[], None]
    ) -> dict[PartitionId, int]:
        self.keys += [record.key for record in batch]
        return {}


@contextmanager
def running(one: Relay) -> Iterator[None]:
    """The relay at work in a thread of its own, on a session of its own."""
    thread = threading.Thread(target=one.run)
    thread.start()
    try:
        yield
    finally:
        one.stop.request()
        thread.join(20)
        assert not thread.is_alive()


@contextmanager
def uncommitted(user_id: int) -> Iterator[None]:
    """A fact appended by another transaction, which commits at the end of the block."""
    written, commit = threading.Event(), threading.Event()

    def write() -> None:
        with transaction.atomic():
            append(progress_fact(user_id, 1))
            written.set()
            assert commit.wait(20)
        connection.close()

    writer = threading.Thread(target=write)
    writer.start()
    assert written.wait(20)
    try:
        yield
    finally:
        commit.set()
        writer.join(20)


@pytest.mark.slow
def test_a_row_committed_late_is_sent_after_younger_ones(
    publisher: Publisher,
) -> None:
    with uncommitted(201):
        append_progress(202, 1)
        assert drain(publisher, wait_patiently) == 1
        assert sent_versions(202) == [1]
        assert sent_versions(201) == []

    assert appended() == [("progress.updated", "201:course-1", 1)]
    assert drain(publisher, wait_patiently) == 1
    assert sent_versions(201) == [1]


def report(learner: User, score: int) -> None:
    try:
        report_progress(
            user=learner,
            content_id="course-1",
            content_type=ContentType.COURSE,
            status=ProgressStatus.IN_PROGRESS,
            score=float(score),
        )
    finally:
        connection.close()


@pytest.mark.slow
def test_versions_rise_by_one_with_the_offsets_while_writers_race_and_the_relay_runs(
    publisher: Publisher,
) -> None:
    learner = person("amina")
    item("course-1")
    forget_appended()

    with running(Relay(publisher, ShutdownFlag())), ThreadPoolExecutor(WRITERS) as writers:
        for reported in [
            writers.submit(report, learner, score) for score in range(1, WRITERS * WRITES + 1)
        ]:
            reported.result(60)
        eventually(lambda: not appended())

    assert sent_versions(learner.id) == [*range(1, WRITERS * WRITES + 1)]


def end_the_session_of_the_relay() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_locks"
            " WHERE locktype = 'advisory' AND granted AND database ="
            " (SELECT oid FROM pg_database WHERE datname = current_database())"
        )
        assert cursor.fetchall() == [(True,)]


def test_a_second_relay_takes_over_when_the_first_stops(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO, "core.outbox.relay")
    first, second = Notes(), Notes()

    with ExitStack() as active:
        active.enter_context(running(Relay(first, ShutdownFlag())))
        eventually(lambda: "relay: active" in caplog.messages)
        with running(Relay(second, ShutdownFlag())):
            eventually(lambda: STANDING_BY in caplog.messages)
            append_progress(1, 1)
            eventually(lambda: not appended())
            assert (first.keys, second.keys) == (["1:course-1"], [])
            active.close()
            append_progress(2, 1)
            eventually(lambda: not appended())

    assert (first.keys, second.keys) == (["1:course-1"], ["2:course-1"])


def test_a_relay_that_lost_its_session_sends_only_with_the_lock_again(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The lock ends with the session, so the relay has to acquire it again."""
    caplog.set_level(logging.INFO, "core.outbox.relay")
    notes = Notes()

    with running(Relay(notes, ShutdownFlag())):
        eventually(lambda: "relay: active" in caplog.messages)
        end_the_session_of_the_relay()
        eventually(lambda: any("does not answer" in message for message in caplog.messages))
        append_progress(3, 1)
        eventually(lambda: not appended())

    assert notes.keys == ["3:course-1"]


@pytest.mark.slow
def test_a_learners_long_history_is_sent_within_the_brokers_batch_limit(
    publisher: Publisher,
) -> None:
    # All of it goes to one partition, and together it is larger than a batch may be.
    versions = range(1, 1001)
    append_progress(71, *(min(version, 100) for version in versions))
    assert drain(publisher, wait_patiently) == len(versions)
    assert len(sent_versions(71)) == len(versions)


@pytest.mark.slow
def test_a_topic_that_is_missing_stalls_only_its_own_rows(
    kafka_bootstrap: str,
    publisher: Publisher,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO, "core.outbox.relay")
    monkeypatch.setitem(TOPIC_BY_NAME, "ongoza.missing", PROGRESS)
    monkeypatch.setattr(relay, "STALLED_PAUSE", 0.1)
    append_progress(301, 1, 2)
    OutboxEvent.objects.update(topic="ongoza.missing")
    with running(Relay(publisher, ShutdownFlag())):
        append_progress(302, 1)
        eventually(lambda: sent_versions(302) == [1])
        append_progress(302, 2)
        eventually(lambda: sent_versions(302) == [1, 2])
        assert [topic for (topic,) in OutboxEvent.objects.values_list("topic")] == [
            "ongoza.missing",
            "ongoza.missing",
        ]
        assert any("rows of ongoza.missing wait" in message for message in caplog.messages)
        admin = AdminClient({"bootstrap.servers": kafka_bootstrap})
        try:
            created = admin.create_topics([NewTopic("ongoza.missing", PROGRESS.partitions, 1)])
            created["ongoza.missing"].result(20)
            eventually(lambda: not appended())
        finally:
            admin.delete_topics(["ongoza.missing"])["ongoza.missing"].result(20)
    assert "relay: ongoza.missing takes records again" in caplog.messages
