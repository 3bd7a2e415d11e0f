"""A database that does not know what was published from it gives no ids and takes no writes."""

from collections.abc import Sequence
from typing import Any

import pytest
from django.db import connection, transaction

from core.outbox import restore_guard
from core.outbox.append import append
from core.outbox.kafka import OffsetRange, TopicRecord
from core.outbox.models import FactHistory, OutboxEvent, PublishedOffset, RestoreCheck
from core.outbox.relay import Relay, ShutdownFlag, drain
from core.outbox.restore_check import unknown_among, unread
from core.outbox.restore_state import (
    State,
    mark_checked,
    mark_pending,
    problems,
    replace_offsets,
    report_lost,
    state,
    stored_offsets,
)
from ongoza_contracts.codec import Record, encode, tombstone
from ongoza_contracts.event import Fact
from ongoza_contracts.topics import PROGRESS
from ongoza_contracts.vocabulary import Role
from tests.facts import NOW, erased, progress, user
from tests.integration.core_facts import wait_patiently
from tests.unit.core.world import NOBODY, person, signed_in

pytestmark = pytest.mark.django_db(transaction=True)

PARTITION = ("ongoza.users", 0)


def on_topic(record: Record, offset: int = 0) -> TopicRecord:
    headers = record.headers()
    return TopicRecord(record.topic, record.partition, offset, record.key, headers, record.payload)


def publish(*facts: Fact) -> list[TopicRecord]:
    """Append facts, let the relay's statement delete their rows, and return the records."""
    with transaction.atomic():
        for fact in facts:
            append(fact)
    sent: list[Record] = []

    class Brokers:
        def publish(self, records: Sequence[Record], _: Any) -> dict[tuple[str, int], int]:
            sent.extend(records)
            return {(one.topic, one.partition): 7 for one in records}

    drain(Brokers(), wait_patiently)
    return [on_topic(one) for one in sent]


def change_row(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a process that has just started."""
    monkeypatch.setattr(restore_guard, "_GATE", restore_guard._Gate())


# --- the state -----------------------------------------------------------------------------------
def test_a_new_database_is_not_checked() -> None:
    assert state() is State.UNCHECKED


def test_another_database_or_another_start_of_the_server_is_not_checked() -> None:
    mark_checked({PARTITION: 3})
    assert state() is State.CHECKED
    RestoreCheck.objects.update(database="7 1790000000.0 5")
    assert state() is State.UNCHECKED


def test_a_row_that_was_loaded_from_a_dump_is_not_checked() -> None:
    mark_checked({PARTITION: 3})
    change_row("CREATE TEMPORARY TABLE dump AS SELECT * FROM outbox_restore_check")
    change_row("DELETE FROM outbox_restore_check")
    change_row("INSERT INTO outbox_restore_check SELECT * FROM dump")
    assert state() is State.UNCHECKED
    change_row("DROP TABLE dump")


def test_a_pending_restore_stays_pending_whatever_the_server_does() -> None:
    mark_pending(1, [{"key": "7"}])
    RestoreCheck.objects.update(database="7 1790000000.0 5")
    assert state() is State.PENDING
    mark_checked({PARTITION: 3})
    assert state() is State.CHECKED
    assert RestoreCheck.objects.get().unknown_records == []


# --- offsets -------------------------------------------------------------------------------------
def test_the_offsets_are_stored_with_the_deletion_of_the_rows() -> None:
    publish(user(version=1), progress(version=1))
    assert not OutboxEvent.objects.exists()
    assert set(stored_offsets().values()) == {7}
    assert {topic for topic, _ in stored_offsets()} == {"ongoza.users", "ongoza.progress"}


def test_a_topic_that_ends_before_acknowledged_records_is_reported_until_it_is_refilled() -> None:
    mark_checked({PARTITION: 9})
    report_lost({PARTITION: 4})
    assert stored_offsets()[PARTITION] == 9
    (problem,) = problems()
    assert problem.endswith("Run `python -m core.manage refill_topic ongoza.users`.")
    assert state() is State.CHECKED
    mark_checked({PARTITION: 12})  # it grew since
    assert problems() == [problem]

    replace_offsets("ongoza.users", {PARTITION: 2})
    assert problems() == []
    assert state() is State.CHECKED
    mark_checked({PARTITION: 4})
    assert stored_offsets()[PARTITION] == 4


def test_what_follows_a_refilled_topic_has_to_be_known() -> None:
    other, shorter = ("ongoza.progress", 0), ("ongoza.users", 1)
    mark_checked({PARTITION: 9, shorter: 9, other: 9})
    replace_offsets("ongoza.users", {PARTITION: 2})
    ranges = {
        PARTITION: OffsetRange(0, 5),
        shorter: OffsetRange(0, 1),
        other: OffsetRange(0, 9),
    }
    assert unread(ranges) == {PARTITION: 2, shorter: 0}


def test_a_partition_that_did_not_exist_at_the_first_check_is_read_from_its_beginning() -> None:
    PublishedOffset.objects.create(topic=PARTITION[0], partition=PARTITION[1])
    PublishedOffset.objects.create(topic="ongoza.users", partition=1)
    mark_checked({PARTITION: 9})
    ranges = {PARTITION: OffsetRange(0, 9), ("ongoza.users", 1): OffsetRange(0, 3)}
    assert unread(ranges) == {("ongoza.users", 1): 0}


def test_records_of_an_open_transaction_are_neither_lost_nor_known() -> None:
    """The relay was acknowledged behind the first record of somebody's open transaction."""
    mark_checked({PARTITION: 9})
    mark_checked({PARTITION: 4})
    assert problems() == []
    report_lost({PARTITION: 12})
    assert problems() == []
    assert unread({PARTITION: OffsetRange(0, 12)}) == {PARTITION: 9}


def test_a_topic_that_is_missing_is_reported_when_it_was_created_again() -> None:
    mark_checked({PARTITION: 9})
    report_lost({})
    assert problems() == []
    report_lost({PARTITION: 0})
    assert len(problems()) == 1
    assert state() is State.CHECKED


def test_an_acknowledgement_behind_an_earlier_one_reports_the_topic() -> None:
    partition = encode(user(version=1), time=NOW).partition
    mark_checked({("ongoza.users", partition): 100})
    publish(user(version=1))
    assert len(problems()) == 1
    assert state() is State.CHECKED


# --- records -------------------------------------------------------------------------------------
def test_records_in_the_outbox_or_in_history_are_known() -> None:
    sent = publish(user(version=1), user(version=2))
    OutboxEvent.objects.all().delete()
    assert unknown_among(sent) == []
    (late,) = unknown_among([on_topic(encode(user(version=3), time=NOW)), *sent])
    assert late.attribute("ce_sequence").endswith("3")


def test_records_of_a_learner_whose_erasure_is_known_are_known() -> None:
    lost = on_topic(encode(progress(version=4), time=NOW))
    gone = on_topic(tombstone(PROGRESS, "7:course-1", "7", time=NOW))
    erasure = on_topic(encode(erased(version=9), time=NOW))
    assert unknown_among([lost, gone, erasure]) == [lost, erasure]

    publish(erased(version=2))
    assert unknown_among([lost, gone, erasure]) == []


def test_a_tombstone_alone_says_nothing_of_a_restore() -> None:
    assert unknown_among([TopicRecord("ongoza.users", 0, 1, "roll", [], None)]) == []


@pytest.mark.parametrize("stated", [b"", b"7'", b"\xff", b"9" * 400])
def test_a_record_with_malformed_headers_is_unknown(stated: bytes) -> None:
    headers = [("ce_id", stated), ("ce_partitionkey", stated)]
    record = TopicRecord("ongoza.users", 0, 1, "7\x00", headers, b"{}")
    assert unknown_among([record]) == [record]


# --- the relay -----------------------------------------------------------------------------------
def test_the_relay_publishes_nothing_before_the_database_is_checked() -> None:
    found = [State.UNCHECKED]

    class Check:
        def compare(self, _: Any) -> State:
            if found[0] is State.CHECKED:
                mark_checked({})
            return found[0]

        def find_lost_topics(self) -> None: ...

    class NoBrokers:
        def publish(self, records: Sequence[Record], _: Any) -> dict[tuple[str, int], int]:
            raise AssertionError

    one = Relay(NoBrokers(), ShutdownFlag(), Check())
    assert not one._may_publish()
    found[0] = State.CHECKED
    assert one._may_publish()
    mark_pending(1, [])
    one._check_due_at = 0.0
    assert not one._may_publish()


# --- core's answers ------------------------------------------------------------------------------
SIGN_UP = {"email": "new@ongoza.example", "password": "a long enough phrase", "first_name": "A"}


def test_a_pending_restore_refuses_every_write_and_still_answers_reads(gate: None) -> None:
    caller = signed_in(person("amina"))
    mark_pending(1, [])
    before = FactHistory.objects.count()
    for method, path in (
        ("POST", "auth/signup/"),
        ("POST", "auth/token/refresh/"),
        ("POST", "progress/"),
        ("PATCH", "users/me/"),
        ("DELETE", "users/me/"),
    ):
        status, body = caller.call(method, path, {})
        assert (status, body["code"]) == (503, "restore_pending")
        assert "python -m core.manage after_restore" in body["detail"]
    assert FactHistory.objects.count() == before
    assert caller.get("users/me/")[0] == 200
    status, ready = NOBODY.get("health/ready/")
    assert (status, ready["status"]) == (200, "degraded")
    _, details = signed_in(person("ada", Role.ADMIN)).get("health/details/")
    assert "python -m core.manage after_restore" in details["problems"][0]


def test_an_unchecked_database_gives_no_ids_and_tokens_for_some_seconds(
    gate: None, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.RESTORE_CHECK_SECONDS = 10
    now = [1000.0]
    monkeypatch.setattr("core.outbox.restore_guard.time.monotonic", lambda: now[0])
    caller = signed_in(person("amina"))
    status, body = caller.post("auth/signup/", SIGN_UP)
    assert (status, body["code"]) == (503, "unavailable")
    assert caller.post("progress/", {})[0] == 400  # writes that give no ids go on
    now[0] += 11
    assert caller.post("auth/signup/", SIGN_UP)[0] == 201


def test_writes_are_accepted_as_soon_as_the_relay_has_checked(gate: None, settings: Any) -> None:
    settings.RESTORE_CHECK_SECONDS = 10
    assert NOBODY.post("auth/signup/", SIGN_UP)[0] == 503
    mark_checked({})
    assert NOBODY.post("auth/signup/", SIGN_UP)[0] == 201
    assert PublishedOffset.objects.count() == 0
