"""Publishes facts: the outbox row and the history row are written in one statement."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from itertools import islice
from typing import TypeAlias, TypeVar

from django.db import transaction
from django.utils import timezone

from core.kit.errors import DomainError
from core.kit.trace import (
    current_actor,
    current_request_id,
    current_traceparent,
    new_traceparent,
)
from core.outbox.models import DeletedEntityKey, FactHistory
from ongoza_contracts.codec import PayloadTooLarge, Record, encode, tombstone
from ongoza_contracts.event import Fact
from ongoza_contracts.topics import TOPIC_BY_NAME, Topic, topic_of

T = TypeVar("T")
Row: TypeAlias = tuple[object, ...]

BATCH = 1000

COLUMNS = 12  # of either table
ROW = f"({', '.join(['%s'] * COLUMNS)})"
OUTBOX = """
INSERT INTO outbox_event (
    event_id, topic, partition, key, partition_key, type, subject, time, dataschema, sequence,
    traceparent, payload
) VALUES {rows}
"""
HISTORY = """
INSERT INTO fact_history (
    event_id, topic, key, type, version, time, traceparent, owner_id, further_subject_ids, body,
    actor, request_id
) VALUES {rows}
"""
OUTBOX_AND_HISTORY = f"WITH queued AS ({OUTBOX}) {HISTORY}"


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
    caller = current_actor(), current_request_id() or None
    for batch in batches(_encoded(facts), BATCH):
        outbox = [_outbox_row(record) for record, _ in batch]
        history = [(*_history_row(*one), *caller) for one in batch]
        _execute(OUTBOX_AND_HISTORY, outbox, history)


def append_again(fact: Fact) -> None:
    """Publish once more a version that was published before; no history row is added.

    It keeps its event id and time. It gets new ones where history does not have the same content:
    a release gave the fact a field since, or history begins later.
    """
    queue([_published_before(fact) or encode_fact(fact, timezone.now())])


def _published_before(fact: Fact) -> Record | None:
    """The record of this version, if history has it with the same content."""
    rows = FactHistory.objects.filter(topic=topic_of(type(fact)).name, key=fact.key)
    row = rows.filter(version=fact.version).order_by("-id").first()
    if row is None or row.body != json.loads(fact.model_dump_json()):
        return None
    traceparent = row.traceparent or _trace()
    return encode(fact, time=row.time, id=row.event_id, traceparent=traceparent)


def record_history(facts: Iterable[tuple[Fact, datetime]]) -> None:
    """Record facts that were published before there was a history; nothing is sent."""
    for batch in batches(_encoded(facts), BATCH):
        _execute(HISTORY, [(*_history_row(*one), None, None) for one in batch])


def record_lost_history(facts: Iterable[tuple[Record, Fact]]) -> None:
    """Add published facts that a restored history lacks to the history only."""
    for batch in batches(facts, BATCH):
        _execute(HISTORY, [(*_history_row(*one), None, None) for one in batch])


def queue(records: Iterable[Record]) -> None:
    """Let the relay send records that history has already, in the order given."""
    for batch in batches(records, BATCH):
        _execute(OUTBOX, [_outbox_row(record) for record in batch])


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
    queue(
        replace(tombstone(topic, key, partition_key, time=now), traceparent=trace)
        for topic, key in keys
    )


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


def batches(items: Iterable[T], size: int) -> Iterator[list[T]]:
    remaining = iter(items)
    while batch := list(islice(remaining, size)):
        yield batch


def _outbox_row(record: Record) -> Row:
    return (
        *(record.id, record.topic, record.partition, record.key, record.partition_key),
        *(record.type, record.subject, record.time, record.dataschema, record.sequence),
        *(record.traceparent, record.payload),
    )


def _history_row(record: Record, fact: Fact) -> Row:
    """All but the actor and the request."""
    further = ",".join(map(str, fact.further_subject_ids))
    return (
        *(record.id, record.topic, record.key, record.type, fact.version, record.time),
        *(record.traceparent, fact.owner_id, f"{{{further}}}"),
        fact.model_dump_json(),
    )


def _execute(statement: str, *tables: list[Row]) -> None:
    """Insert rows into each table of the statement: one statement, even for many rows."""
    connection = transaction.get_connection()
    if not connection.in_atomic_block:
        raise OutsideTransaction
    rows = ", ".join([ROW] * len(tables[0]))
    values = [value for table in tables for row in table for value in row]
    with connection.cursor() as cursor:
        cursor.execute(statement.format(rows=rows), values)
