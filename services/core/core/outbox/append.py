"""How a use case tells the world what it has just written."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from core.kit.errors import DomainError
from core.kit.trace import current_traceparent, new_traceparent
from core.outbox.models import DeletedEntityKey, OutboxEvent
from ongoza_contracts.codec import PayloadTooLarge, Record, encode, tombstone
from ongoza_contracts.event import Fact
from ongoza_contracts.topics import TOPIC_BY_NAME, Topic, topic_of


class OutsideTransaction(RuntimeError):
    """A fact was appended outside a transaction: it could survive what it tells of."""


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
    if not transaction.get_connection().in_atomic_block:
        raise OutsideTransaction
    OutboxEvent.objects.bulk_create([_row(fact, at) for fact, at in facts], batch_size=1000)


def append_deletion(fact: Fact) -> None:
    """Publish the last fact of a learner's entity that is deleted here: its key is kept, so that it
    is forgotten with the learner."""
    append(fact)
    user_id, topic = int(fact.partition_key), topic_of(type(fact)).name
    DeletedEntityKey.objects.create(user_id=user_id, topic=topic, key=fact.key)


def pop_deleted_keys(user_id: int) -> list[tuple[Topic, str]]:
    """Of what was deleted earlier; they are not remembered any longer."""
    rows = DeletedEntityKey.objects.filter(user_id=user_id)
    keys = [(TOPIC_BY_NAME[row.topic], row.key) for row in rows]
    rows.delete()
    return keys


def forget_keys(keys: Iterable[tuple[Topic, str]], *, partition_key: str) -> None:
    """Publish for each key a record without a body: compaction then keeps nothing of it."""
    now = timezone.now()
    OutboxEvent.objects.bulk_create(
        [
            _columns(replace(tombstone(topic, key, partition_key, time=now), traceparent=_trace()))
            for topic, key in keys
        ],
        batch_size=1000,
    )


def _row(fact: Fact, at: datetime) -> OutboxEvent:
    try:
        return _columns(encode(fact, time=at, traceparent=_trace()))
    except PayloadTooLarge as error:
        raise FactTooLarge from error


def _trace() -> str:
    """Every record names one: Debezium would send a header without a value in place of none."""
    return current_traceparent() or new_traceparent()


def _columns(record: Record) -> OutboxEvent:
    return OutboxEvent(
        event_id=record.id,
        topic=record.topic,
        partition=record.partition,
        key=record.key,
        partition_key=record.partition_key,
        type=record.type,
        subject=record.subject,
        time=record.time,
        dataschema=record.dataschema,
        sequence=record.sequence,
        traceparent=record.traceparent,
        payload=record.payload,
    )
