"""Publishes facts: the outbox row and the history row are written in one statement."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import islice
from typing import TypeAlias, TypeVar

from django.db import transaction
from django.utils import timezone

from core.kit import clock
from core.kit.errors import DomainError
from core.outbox.models import DeletedEntityKey, FactHistory
from ongoza_contracts.codec import PayloadTooLarge, Record, encode, tombstone
from ongoza_contracts.event import Fact
from ongoza_contracts.topics import TOPIC_BY_NAME, Topic, topic_of
from ongoza_ops.trace import (
    current_actor,
    current_request_id,
    current_traceparent,
    new_traceparent,
)

T = TypeVar("T")
Row: TypeAlias = tuple[object, ...]
EntityId: TypeAlias = tuple[str, str]
"""A topic and a key."""

BATCH = 1000

OUTBOX_ROW = f"({', '.join(['%s'] * 12)})"
HISTORY_ROW = f"({', '.join(['%s'] * 12)}, coalesce(%s, now()))"
OUTBOX = """
INSERT INTO outbox_event (
    event_id, topic, partition, key, partition_key, type, subject, time, dataschema, sequence,
    traceparent, payload
) VALUES {outbox_rows}
"""
HISTORY = """
INSERT INTO fact_history (
    event_id, topic, key, type, version, time, traceparent, owner_id, further_subject_ids, body,
    actor, request_id, recorded_at
) VALUES {history_rows}
"""
OUTBOX_AND_HISTORY = f"WITH queued AS ({OUTBOX}) {HISTORY}"
# Of each entity the row that was written last, if a version has several.
PUBLISHED = """
SELECT DISTINCT ON (history.topic, history.key) history.*
FROM unnest(%s::text[], %s::text[], %s::bigint[]) AS entity (topic, key, version)
JOIN fact_history AS history USING (topic, key, version)
ORDER BY history.topic, history.key, history.id DESC
"""


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
    append_all([(fact, clock.now())])


def append_all(facts: Iterable[tuple[Fact, datetime]]) -> None:
    """Publish many facts, each with the time it happened, in the order given."""
    caller = current_actor(), current_request_id() or None
    for batch in batches(_encoded(facts), BATCH):
        outbox = [_outbox_row(record) for record, _ in batch]
        history = [(*_history_row(*one), *caller, _recorded_at(one[0])) for one in batch]
        _execute(OUTBOX_AND_HISTORY, outbox, history)


def append_again(fact: Fact) -> None:
    """`append_all_again` for one fact."""
    append_all_again([fact])


def append_all_again(facts: Iterable[Fact]) -> None:
    """Publish the present versions of entities, of each entity one, although they were published
    before.

    A fact keeps its event id and time if history has the version with the same content. Otherwise,
    because a release gave the fact a field since or history begins later, it is appended as a new
    event: a comparison with the topics finds every published event id in history.
    """
    for batch in batches(facts, BATCH):
        published = _published_records(batch)
        queue(published.values())
        now = timezone.now()
        append_all((fact, now) for fact in batch if _entity(fact) not in published)


def _published_records(facts: Iterable[Fact]) -> dict[EntityId, Record]:
    """By entity, the records of the facts that history has with the same content."""
    wanted = {_entity(fact): fact for fact in facts}
    topics, keys = [topic for topic, _ in wanted], [key for _, key in wanted]
    versions = [fact.version for fact in wanted.values()]
    return {
        (row.topic, row.key): _record_of(row, wanted[row.topic, row.key])
        for row in FactHistory.objects.raw(PUBLISHED, [topics, keys, versions])
        if row.body == json.loads(wanted[row.topic, row.key].model_dump_json())
    }


def _record_of(row: FactHistory, fact: Fact) -> Record:
    traceparent = row.traceparent or _trace()
    return encode(fact, time=row.time, id=row.event_id, traceparent=traceparent)


def _entity(fact: Fact) -> EntityId:
    return topic_of(type(fact)).name, fact.key


def record_history(facts: Iterable[tuple[Fact, datetime]]) -> None:
    """Record facts that were published before there was a history; nothing is sent."""
    for batch in batches(_encoded(facts), BATCH):
        _execute(HISTORY, history=[(*_history_row(*one), None, None, None) for one in batch])


def record_lost_history(facts: Iterable[tuple[Record, Fact]]) -> None:
    """Add published facts that a restored history lacks to the history only."""
    for batch in batches(facts, BATCH):
        _execute(HISTORY, history=[(*_history_row(*one), None, None, None) for one in batch])


def queue(records: Iterable[Record]) -> None:
    """Let the relay send records that history has already, in the order given."""
    for batch in batches(records, BATCH):
        _execute(OUTBOX, outbox=[_outbox_row(record) for record in batch])


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
    """All but the actor, the request and when it was recorded."""
    further = ",".join(map(str, fact.further_subject_ids))
    return (
        *(record.id, record.topic, record.key, record.type, fact.version, record.time),
        *(record.traceparent, fact.owner_id, f"{{{further}}}"),
        fact.model_dump_json(),
    )


def _recorded_at(record: Record) -> str | None:
    """The time of the record where the past is written; None for the present."""
    return record.time if clock.past_moment.get() else None


def _execute(statement: str, outbox: Sequence[Row] = (), history: Sequence[Row] = ()) -> None:
    """Insert rows into each table of the statement: one statement, even for many rows."""
    connection = transaction.get_connection()
    if not connection.in_atomic_block:
        raise OutsideTransaction
    rows = {
        "outbox_rows": ", ".join([OUTBOX_ROW] * len(outbox)),
        "history_rows": ", ".join([HISTORY_ROW] * len(history)),
    }
    with connection.cursor() as cursor:
        cursor.execute(
            statement.format(**rows), [value for row in (*outbox, *history) for value in row]
        )
