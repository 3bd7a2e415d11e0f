"""From the outbox to the broker: nothing is sent that was not committed, nothing is lost."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from confluent_kafka import TIMESTAMP_CREATE_TIME
from django.db import transaction

from core.outbox.append import FactTooLarge, OutsideTransaction, append
from core.outbox.kafka import NotPublished, PartitionId, Publisher
from core.outbox.models import OutboxEvent
from core.outbox.relay import drain
from core.programs.models import Program
from ongoza_contracts.codec import Record
from ongoza_contracts.content import ContentPublished
from ongoza_contracts.event import Fact
from tests.integration.core_facts import (
    NOW,
    append_progress,
    progress_fact,
    sent_versions,
    wait_patiently,
)
from tests.integration.story import records
from tests.servers import SERVERS
from tests.unit.core.world import appended

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def publisher(kafka_bootstrap: str) -> Publisher:
    return Publisher({"bootstrap.servers": kafka_bootstrap})


# --- append --------------------------------------------------------------------------------------


def test_a_fact_outside_a_transaction_is_refused_and_not_written() -> None:
    with pytest.raises(OutsideTransaction):
        append(progress_fact(1, 1))
    assert appended() == []


def test_a_fact_of_a_transaction_that_fails_is_not_written() -> None:
    def fail() -> None:
        with transaction.atomic():
            append(progress_fact(1, 1))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert appended() == []


@transaction.atomic
def add_program_and_append(*facts: Fact) -> None:
    Program.objects.create(slug="core", title="Core")
    for fact in facts:
        append(fact)


def test_a_fact_over_64_kib_is_refused_and_rolls_back_its_transaction() -> None:
    small = ContentPublished.model_validate(
        {
            "version": 1,
            "content_id": "course-1",
            "content_type": "course",
            "title": "A course",
            "description": "",
            "track": "builders",
            "level": 1,
            "duration_minutes": 30,
            "published_at": NOW,
            "updated_at": NOW,
        }
    )
    room = 64 * 1024 - len(small.model_dump_json())
    fitting, large = (
        small.model_copy(update={"description": "x" * length}) for length in (room, room + 1)
    )

    with transaction.atomic():
        append(fitting)
    with pytest.raises(FactTooLarge) as refused:
        add_program_and_append(small, large)

    assert (refused.value.status, refused.value.code) == (400, "payload_too_large")
    assert appended() == [("content.published", "course-1", 1)]
    assert not Program.objects.exists()


# --- drain ---------------------------------------------------------------------------------------


class Watched:
    """A publisher that notes how many rows there are once the broker has acknowledged them all."""

    def __init__(self, publisher: Publisher) -> None:
        self.publisher = publisher
        self.rows_after_acks = -1

    def publish(
        self, batch: Sequence[Record], while_waiting: Callable[[], None]
    ) -> dict[PartitionId, int]:
        offsets = self.publisher.publish(batch, while_waiting)
        self.rows_after_acks = OutboxEvent.objects.count()
        return offsets


def test_rows_are_sent_oldest_first_and_deleted_only_after_the_acknowledgements(
    publisher: Publisher,
) -> None:
    append_progress(101, 1, 2, 3)
    watched = Watched(publisher)

    assert drain(watched, wait_patiently) == 3

    assert watched.rows_after_acks == 3
    assert appended() == []
    assert sent_versions(101) == [1, 2, 3]
    assert drain(watched, wait_patiently) == 0


def test_a_batch_holds_no_more_rows_than_the_limit(publisher: Publisher) -> None:
    append_progress(102, 1, 2, 3)

    assert drain(publisher, wait_patiently, limit=2) == 2

    assert appended() == [("progress.updated", "102:course-1", 3)]
    assert sent_versions(102) == [1, 2]


def test_the_record_on_the_topic_equals_the_outbox_row(publisher: Publisher) -> None:
    append_progress(103, 7)
    row = OutboxEvent.objects.get()

    drain(publisher, wait_patiently)

    (message,) = records(SERVERS, "ongoza.progress", "103:course-1")
    headers = dict(message.headers() or [])
    assert message.partition() == row.partition
    assert message.value() == bytes(row.payload or b"")
    assert (headers["ce_id"], headers["ce_type"], headers["ce_subject"], headers["ce_time"]) == (
        str(row.event_id).encode(),
        b"ongoza.progress.updated.v1",
        b"103:course-1",
        row.time.encode(),
    )
    _, queued_ms = message.timestamp()
    assert queued_ms == pytest.approx(row.queued_at.timestamp() * 1000, abs=1)


def test_a_record_that_waited_has_the_time_since_which_it_waited(publisher: Publisher) -> None:
    append_progress(106, 1)
    queued_at = datetime(2026, 11, 1, 12, tzinfo=UTC)
    OutboxEvent.objects.update(queued_at=queued_at)

    drain(publisher, wait_patiently)

    (message,) = records(SERVERS, "ongoza.progress", "106:course-1")
    assert message.timestamp() == (TIMESTAMP_CREATE_TIME, queued_at.timestamp() * 1000)


def test_a_record_is_never_from_the_future(publisher: Publisher) -> None:
    """Brokers refuse one from an hour ahead."""
    append_progress(107, 1)
    OutboxEvent.objects.update(queued_at=datetime.now(UTC) + timedelta(hours=2))

    assert drain(publisher, wait_patiently) == 1

    (message,) = records(SERVERS, "ongoza.progress", "107:course-1")
    assert message.timestamp()[1] <= datetime.now(UTC).timestamp() * 1000


def too_large_for_the_topic() -> dict[str, Any]:
    return {"payload": b"x" * 300_000}


def on_a_partition_there_is_not() -> dict[str, Any]:
    return {"partition": 99}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("user_id", "damage"),
    [(104, too_large_for_the_topic), (105, on_a_partition_there_is_not)],
)
@pytest.mark.parametrize("warm", [False, True])
def test_when_a_record_is_refused_every_row_stays_and_is_sent_later(
    publisher: Publisher, user_id: int, damage: Callable[[], dict[str, Any]], warm: bool
) -> None:
    user_id += 10 * warm
    if warm:  # the producer knows the topics and their partitions by now
        append_progress(user_id, 1)
        drain(publisher, wait_patiently)
    append_progress(user_id, 2, 3)
    last = OutboxEvent.objects.order_by("id").last()
    assert last is not None
    good = {name: getattr(last, name) for name in damage()}
    OutboxEvent.objects.filter(pk=last.pk).update(**damage())

    with pytest.raises(NotPublished):
        drain(publisher, wait_patiently)
    assert [version for _, _, version in appended()] == [2, 3]

    OutboxEvent.objects.filter(pk=last.pk).update(**good)
    assert drain(publisher, wait_patiently) == 2
    assert appended() == []
    assert sent_versions(user_id)[-2:] == [2, 3]
