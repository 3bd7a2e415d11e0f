"""Publishes facts: the outbox row and the history row are written in one statement."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import islice
from typing import TypeVar

from django.db import transaction
from django.utils import timezone

from core.kit.errors import DomainError
from core.kit.trace import (
    current_actor,
    current_request_id,
    current_traceparent,
    new_traceparent,
)
from core.outbox.models import DeletedEntityKey
from ongoza_contracts.codec import PayloadTooLarge, Record, encode, tombstone
from ongoza_contracts.event import Fact
from ongoza_contracts.topics import TOPIC_BY_NAME, Topic

T = TypeVar("T")

BATCH = 1000

# One array per column, so a batch is one statement. `position` keeps the order given.
RECORDS = """
SELECT * FROM unnest(
    %s::uuid[], %s::text[], %s::integer[], %s::text[], %s::text[], %s::text[], %s::text[],
    %s::text[], %s::text[], %s::text[], %s::bytea[], %s::integer[], %s::text[]
) WITH ORDINALITY AS record (
    event_id, topic, partition, key, partition_key, type, time, dataschema, sequence, traceparent,
    payload, owner_id, further_subject_ids, position
)
"""
QUEUE = """
INSERT INTO outbox_event (
    event_id, topic, partition, key, partition_key, type, subject, time, dataschema, sequence,
    traceparent, payload
)
SELECT event_id, topic, partition, key, partition_key, type, key, time, dataschema, sequence,
    traceparent, payload
FROM record ORDER BY position
"""
RECORD_HISTORY = """
INSERT INTO fact_history (
    topic, type, key, version, event_id, time, traceparent, owner_id, further_subject_ids, actor,
    request_id, body
)
SELECT topic, type, key, sequence::bigint, event_id, time::timestamptz, traceparent, owner_id,
    further_subject_ids::integer[], %s, %s, convert_from(payload, 'UTF8')::jsonb
FROM record ORDER BY position
"""
APPEND = f"WITH record AS ({RECORDS}), queued AS ({QUEUE}) {RECORD_HISTORY}"
QUEUE_ONLY = f"WITH record AS ({RECORDS}) {QUEUE}"
HISTORY_ONLY = f"WITH record AS ({RECORDS}) {RECORD_HISTORY}"


class OutsideTransaction(RuntimeError):
    """A fact was appended outside a transaction: it could survive the change it describes."""


class FactTooLarge(DomainError):
    code = "payload_too_large"
    detail = "This is more than can be published at once."


def append(fact: Fact) -> None:
    """Publish `fact` if, and only if, the present transaction commits.

    The entity's row must be locked by now, so that outbox ids rise as versions do. Raises
    OutsideTransaction and FactTooLarge.
    """
    append_all([(fact, timezone.now())])


def append_all(facts: Iterable[tuple[Fact, datetime]]) -> None:
    """Publish many facts, each with the time it happened, in the order given."""
    _insert(APPEND, _encoded(facts), (current_actor(), current_request_id() or None))


def append_again(fact: Fact) -> None:
    """Publish once more a version that was published before; history has it already."""
    queue([(encode_fact(fact, timezone.now()), fact)])


def record_history(facts: Iterable[tuple[Fact, datetime]]) -> None:
    """Record facts that were published before there was a history; nothing is sent."""
    _insert(HISTORY_ONLY, _encoded(facts), (None, None))


def queue(records: Iterable[tuple[Record, Fact]]) -> None:
    """Let the relay send records that history has already, in the order given."""
    _insert(QUEUE_ONLY, records)


def pop_deleted_keys(user_id: int) -> list[tuple[Topic, str]]:
    """The keys of the entities that were deleted before their owner; their rows are removed."""
    rows = DeletedEntityKey.objects.filter(user_id=user_id)
    keys = [(TOPIC_BY_NAME[row.topic], row.key) for row in rows]
    rows.delete()
    return keys


def append_tombstones(keys: Iterable[tuple[Topic, str]], *, partition_key: str) -> None:
    """Publish a tombstone for each key: compaction then removes all of its records. History keeps
    no tombstones: a key may name a learner who was erased."""
    now, trace = timezone.now(), _trace()
    tombstones = (
        replace(tombstone(topic, key, partition_key, time=now), traceparent=trace)
        for topic, key in keys
    )
    _insert(QUEUE_ONLY, ((one, None) for one in tombstones))


def encode_fact(fact: Fact, at: datetime) -> Record:
    """Raises FactTooLarge."""
    try:
        return encode(fact, time=at, traceparent=_trace())
    except PayloadTooLarge as error:
        raise FactTooLarge from error


def _encoded(facts: Iterable[tuple[Fact, datetime]]) -> Iterable[tuple[Record, Fact]]:
    return ((encode_fact(fact, at), fact) for fact, at in facts)


def _trace() -> str:
    """Every record names one: Debezium would send a header without a value in place of none."""
    return current_traceparent() or new_traceparent()


def _insert(
    statement: str,
    records: Iterable[tuple[Record, Fact | None]],
    further: Sequence[object] = (),
) -> None:
    connection = transaction.get_connection()
    if not connection.in_atomic_block:
        raise OutsideTransaction
    for batch in batches(records, BATCH):
        columns = [list(column) for column in zip(*(_columns(*one) for one in batch), strict=True)]
        with connection.cursor() as cursor:
            cursor.execute(statement, [*columns, *further])


def batches(items: Iterable[T], size: int) -> Iterator[list[T]]:
    remaining = iter(items)
    while batch := list(islice(remaining, size)):
        yield batch


def _columns(record: Record, fact: Fact | None) -> tuple[object, ...]:
    """The row of `RECORDS`; a tombstone has no fact."""
    owner_id = fact.owner_id if fact else None
    further = ",".join(map(str, fact.further_subject_ids)) if fact else ""
    return (
        *(record.id, record.topic, record.partition, record.key, record.partition_key),
        *(record.type, record.time, record.dataschema, record.sequence, record.traceparent),
        *(record.payload, owner_id, f"{{{further}}}"),
    )
