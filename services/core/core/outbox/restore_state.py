"""The stored answer to whether this database knows all that was published from it.

A database that was restored from a backup does not: it would give ids and versions a second time.
"""

import json
import logging
from collections.abc import Mapping, Sequence
from enum import Enum
from typing import Any

from django.db import connection, transaction

from core.outbox.kafka import PartitionId
from core.outbox.models import PublishedOffset, RestoreCheck

log = logging.getLogger(__name__)

COMMAND = "python -m core.manage after_restore"
PENDING = (
    "The topics hold records that this database does not know: it was restored from a backup, or "
    f"somebody else wrote them. Run `{COMMAND}`."
)

DATABASE = """(
    SELECT concat_ws(' ', system_identifier, extract(epoch FROM pg_postmaster_start_time()),
        (SELECT oid FROM pg_database WHERE datname = current_database()))
    FROM pg_control_system()
)"""
STATE = f"""
SELECT pending_since IS NOT NULL, database = {DATABASE} AND written_by = xmin::text
FROM outbox_restore_check
"""  # noqa: S608  (of constants)
THIS_TRANSACTION = "pg_current_xact_id()::xid::text"
SET_CHECKED = f"""
INSERT INTO outbox_restore_check
    (id, database, written_by, unknown_count, unknown_records, lost_topics)
VALUES (1, {DATABASE}, {THIS_TRANSACTION}, 0, '[]', '[]')
ON CONFLICT (id) DO UPDATE SET database = excluded.database, written_by = excluded.written_by,
    pending_since = NULL, unknown_count = 0, unknown_records = '[]'
"""  # noqa: S608  (of constants)
SET_PENDING = f"""
INSERT INTO outbox_restore_check
    (id, database, written_by, pending_since, unknown_count, unknown_records, lost_topics)
VALUES (1, {DATABASE}, {THIS_TRANSACTION}, now(), %s, %s, '[]')
ON CONFLICT (id) DO UPDATE SET database = excluded.database, written_by = excluded.written_by,
    pending_since = coalesce(outbox_restore_check.pending_since, now()),
    unknown_count = excluded.unknown_count, unknown_records = excluded.unknown_records
"""  # noqa: S608  (of constants)
# The relay has checked the database, so the row is its own and stays so.
SET_LOST = f"""
UPDATE outbox_restore_check SET lost_topics = %s, written_by = {THIS_TRANSACTION}
WHERE written_by = xmin::text
"""  # noqa: S608  (of constants)
STORE_OFFSETS = """
INSERT INTO outbox_published_offset (topic, partition, next_offset)
SELECT * FROM unnest(%s::text[], %s::integer[], %s::bigint[])
ON CONFLICT (topic, partition) DO UPDATE
SET next_offset = greatest(outbox_published_offset.next_offset, excluded.next_offset)
RETURNING topic, partition, next_offset
"""
SENT = "sent AS (DELETE FROM outbox_event WHERE id = ANY(%s))"
DELETE_AND_STORE = f"WITH {SENT} {STORE_OFFSETS}"


class State(Enum):
    CHECKED = "checked"
    UNCHECKED = "unchecked"
    """Another server, another start of it, another database, or loaded from a dump."""
    PENDING = "pending"
    """The topics hold what the database does not know."""


def state() -> State:
    with connection.cursor() as cursor:
        cursor.execute(STATE)
        pending, checked = cursor.fetchone() or (False, False)
    if pending:
        return State.PENDING
    return State.CHECKED if checked else State.UNCHECKED


def database() -> str:
    """Which database this is: another after each start of its server and after a restore."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {DATABASE}")
        return str(cursor.fetchone()[0])


def problems() -> list[str]:
    """Tasks of the operator, as sentences; empty when there is nothing."""
    row = RestoreCheck.objects.first()
    if row is None:
        return []
    found = [PENDING] if row.pending_since else []
    return found + [lost_topic(topic) for topic in row.lost_topics]


def lost_topic(topic: str) -> str:
    return (
        f"{topic} ends before records that were acknowledged: it was created again or restored. "
        f"Run `python -m core.manage refill_topic {topic}`."
    )


def stored_offsets() -> dict[PartitionId, int | None]:
    rows = PublishedOffset.objects.values_list("topic", "partition", "next_offset")
    return {(topic, partition): offset for topic, partition, offset in rows}


def mark_checked(last_stable_offsets: Mapping[PartitionId, int]) -> None:
    """Store that the database knows all that the topics hold up to these offsets."""
    with transaction.atomic(), connection.cursor() as cursor:
        _store(cursor, STORE_OFFSETS, [], last_stable_offsets)
        # A partition that does not exist holds nothing: all that comes will have to be known.
        PublishedOffset.objects.filter(next_offset=None).update(next_offset=0)
        cursor.execute(SET_CHECKED)


def mark_pending(count: int, first: Sequence[Mapping[str, Any]]) -> None:
    """Store that there are `count` records which the database does not know; `first` are some."""
    with connection.cursor() as cursor:
        cursor.execute(SET_PENDING, [count, json.dumps(first)])
    log.error("restore pending, %s unknown records. %s", count, PENDING)


def delete_sent(cursor: Any, ids: Sequence[int], offsets: Mapping[PartitionId, int]) -> None:
    """Delete outbox rows and store up to where they were acknowledged, in one statement."""
    stored = _store(cursor, DELETE_AND_STORE, [[*ids]], offsets)
    if lost := _lost(stored, offsets):
        _mark_lost(cursor, lost)


def _store(
    cursor: Any, statement: str, parameters: list[Any], offsets: Mapping[PartitionId, int]
) -> dict[PartitionId, int | None]:
    """The stored offsets: the higher one of each of these offsets and what was stored before."""
    offsets = dict(sorted(offsets.items()))  # every writer locks the rows in this order
    topics, numbers = [topic for topic, _ in offsets], [number for _, number in offsets]
    cursor.execute(statement, [*parameters, topics, numbers, [*offsets.values()]])
    return {(topic, number): offset for topic, number, offset in cursor.fetchall()}


def _lost(
    stored: Mapping[PartitionId, int | None], log_ends: Mapping[PartitionId, int]
) -> set[str]:
    """The topics with a stored offset above the end of the partition's log."""
    return {
        topic
        for (topic, number), offset in stored.items()
        if (topic, number) in log_ends and (offset or 0) > log_ends[topic, number]
    }


def report_lost(high_watermarks: Mapping[PartitionId, int]) -> None:
    """Store which topics end before acknowledged records; they stay reported until they are
    refilled. One that is missing is stalled, which the relay logs, and is found here once it was
    created again.

    For the relay alone: while another process reads the high watermarks, the relay may be
    acknowledged behind them.
    """
    with connection.cursor() as cursor:
        _mark_lost(cursor, _lost(stored_offsets(), high_watermarks))


def _mark_lost(cursor: Any, topics: set[str]) -> None:
    """Logs what is new alone."""
    row = RestoreCheck.objects.first()
    if row is not None and (new := topics - {*row.lost_topics}):
        cursor.execute(SET_LOST, [json.dumps(sorted({*row.lost_topics, *topics}))])
        for topic in sorted(new):
            log.error("%s", lost_topic(topic))


def replace_offsets(topic: str, last_stable_offsets: Mapping[PartitionId, int]) -> None:
    """For a topic that is filled again: what it holds up to these offsets is known, and what comes
    after them has to be."""
    with transaction.atomic(), connection.cursor() as cursor:
        PublishedOffset.objects.filter(topic=topic).update(next_offset=0)
        _store(cursor, STORE_OFFSETS, [], last_stable_offsets)
        row = RestoreCheck.objects.first()
        if row is not None:
            cursor.execute(SET_LOST, [json.dumps([one for one in row.lost_topics if one != topic])])
