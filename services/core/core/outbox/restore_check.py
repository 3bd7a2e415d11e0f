"""Compares what core's topics hold with what this database knows to have published."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from core.outbox.kafka import (
    OffsetRange,
    PartitionId,
    TopicReader,
    TopicRecord,
    last_stable_offsets,
    topic_reader,
)
from core.outbox.restore_state import (
    State,
    mark_checked,
    mark_pending,
    report_lost,
    stored_offsets,
)
from ongoza_contracts.topics import TOPICS
from ongoza_contracts.users import UserErased

OWN_TOPICS = tuple(topic for topic in TOPICS if topic.producer == "core")
OWNED = frozenset(topic.name for topic in OWN_TOPICS if topic.owned)
LISTED = 50  # unknown records in the row of RestoreCheck
KNOWN = """
SELECT event_id FROM outbox_event WHERE event_id = ANY(%(ids)s::uuid[])
UNION ALL
SELECT event_id FROM fact_history
WHERE key = ANY(%(keys)s) AND event_id = ANY(%(ids)s::uuid[])
"""
ERASED = "SELECT owner_id FROM fact_history WHERE owner_id = ANY(%s) AND type = %s"
CANONICAL_UUID = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class Check:
    """Compares the topics with the database; what the relay does before it publishes."""

    def __init__(self, client: Mapping[str, str]) -> None:
        """`client` as for kafka.Publisher."""
        self._client = client

    def find_lost_topics(self) -> None:
        """Stores which topics end before acknowledged records. Raises kafka.NotRead."""
        with topic_reader(self._client) as reader:
            report_lost(reader.high_watermarks(OWN_TOPICS))

    def compare(self, while_waiting: Callable[[], None]) -> State:
        """The state, which is stored. Raises kafka.NotRead and what `while_waiting` raises."""
        with topic_reader(self._client) as reader:
            ranges = reader.offset_ranges(OWN_TOPICS)
            unknown = find_unknown(reader, ranges, while_waiting)
            high_watermarks = reader.high_watermarks(OWN_TOPICS)
        if unknown.count:
            mark_pending(unknown.count, unknown.first)
        else:
            mark_checked(last_stable_offsets(ranges))
        report_lost(high_watermarks)
        return State.PENDING if unknown.count else State.CHECKED


@dataclass
class Unknown:
    """Records that the database does not know: how many, and the first of them."""

    count: int = 0
    first: list[dict[str, Any]] = field(default_factory=list)

    def add(self, records: Sequence[TopicRecord]) -> None:
        self.count += len(records)
        for one in records[: LISTED - len(self.first)]:
            record_id = {"topic": one.topic, "partition": one.partition, "offset": one.offset}
            self.first.append({**record_id, "key": one.key, "type": one.attribute("ce_type")})


def find_unknown(
    reader: TopicReader,
    ranges: Mapping[PartitionId, OffsetRange],
    while_waiting: Callable[[], None],
) -> Unknown:
    """Among the records after the stored offsets."""
    unknown = Unknown()
    for batch in reader.read(unread(ranges), while_waiting):
        unknown.add(unknown_among(batch))
    return unknown


def unread(ranges: Mapping[PartitionId, OffsetRange]) -> dict[PartitionId, int]:
    """Where to begin in each partition that holds more than was acknowledged."""
    stored = stored_offsets()
    begins = {}
    for partition_id, (log_start, last_stable) in ranges.items():
        begin = stored.get(partition_id, log_start)
        if begin is not None and max(begin, log_start) < last_stable:
            begins[partition_id] = max(begin, log_start)
    return begins


def unknown_among(records: Sequence[TopicRecord]) -> list[TopicRecord]:
    """Those that are neither in the outbox nor in history, and not of users who were erased.

    Tombstones are left out: core writes them together with the fact of an erasure, which counts.
    """
    erased = erased_among(records)
    known = _known_ids(records)
    return [
        one
        for one in records
        if one.value is not None
        and one.attribute("ce_id") not in known
        and owner_of(one) not in erased
    ]


def erased_among(records: Iterable[TopicRecord]) -> set[int]:
    """The owners of records whose erasure this database knows."""
    owners = {owner for one in records if (owner := owner_of(one)) is not None}
    with connection.cursor() as cursor:
        cursor.execute(ERASED, [[*owners], UserErased.type])
        return {user_id for (user_id,) in cursor.fetchall()}


def owner_of(record: TopicRecord) -> int | None:
    """The user who owns the entity by the record's headers."""
    stated = record.attribute("ce_partitionkey")
    is_id = stated.isascii() and stated.isdigit() and len(stated) < len(str(2**31))
    return int(stated) if is_id and record.topic in OWNED else None


def _known_ids(records: Iterable[TopicRecord]) -> set[str]:
    keys = {one.attribute("ce_id"): one.key.replace("\x00", "") for one in records}
    ids = [one for one in keys if CANONICAL_UUID.fullmatch(one)]
    with connection.cursor() as cursor:
        cursor.execute(KNOWN, {"ids": ids, "keys": [*keys.values()]})
        return {str(event_id) for (event_id,) in cursor.fetchall()}
