"""Reports what is left of an erased learner in each place, with the receipts of the erasure."""

from dataclasses import dataclass, field
from typing import Protocol

import asyncpg

from ai.kit.broker import Reader
from ai.projections.erasure import count_left
from ai.projections.registry import REGISTRY, Registry
from ongoza_contracts.codec import BadRecord, Headers, Received, decode
from ongoza_contracts.event import Fact
from ongoza_contracts.http.erasure import ErasureReport, Receipt
from ongoza_contracts.topics import TOPICS
from ongoza_contracts.users import UserErased

RECEIPTS = "SELECT place, rows, erased_at FROM erasure_receipt WHERE user_id = $1 ORDER BY place"
RECORDS_PER_BATCH = 5000


class KeyedRecord(Protocol):
    @property
    def key(self) -> bytes | None: ...
    @property
    def value(self) -> bytes | None: ...
    @property
    def headers(self) -> Headers: ...


@dataclass(frozen=True, slots=True)
class OnTopic:
    topic: str
    waiting: int
    """Records that compaction still has to delete."""
    deleted: int
    """Keys whose last record is a tombstone or the user's erasure, or no longer names the user."""
    left: int
    """Keys whose last record still holds data of the user."""


async def of_database(
    pool: asyncpg.Pool, user_id: int, registry: Registry = REGISTRY
) -> ErasureReport:
    """The report about ai's own tables, in every generation."""
    rows = await pool.fetch(RECEIPTS, user_id)
    left = await count_left(pool, user_id, registry)
    return ErasureReport(
        receipts=tuple(Receipt.model_validate(dict(row)) for row in rows),
        remaining={place: count for place, count in left.items() if count},
    )


async def of_topics(reader: Reader, user_id: int) -> list[OnTopic]:
    """Reads every topic whose entities belong to users. Raises BrokerError."""
    found = []
    for topic in TOPICS:
        if not topic.owned:
            continue
        seen = KeysOfUser(user_id, names_others=len(topic.facts[0].subjects) > 1)
        ends = await reader.last_stable_offsets([topic])
        async for records in reader.read({}, ends, RECORDS_PER_BATCH):
            for record in records:
                seen.add(record)
        found.append(OnTopic(topic.name, seen.bodies, len(seen.final), len(seen.open)))
    return found


@dataclass(slots=True)
class KeysOfUser:
    """The keys of a topic that a user owns, or whose records name them."""

    user_id: int
    names_others: bool
    """Whether the topic's facts may name users besides their owner."""
    bodies: int = 0
    final: set[bytes] = field(default_factory=set)
    open: set[bytes] = field(default_factory=set)

    def add(self, record: KeyedRecord) -> None:
        """The last record of a key decides."""
        key = record.key or b""
        if ("ce_partitionkey", str(self.user_id).encode()) in record.headers:
            final = record.value is None or isinstance(_fact(record), UserErased)
        elif self.names_others and self._is_named(record):
            final = False
        elif key in self.open:
            final = True
        else:
            return
        self.bodies += not final
        (self.final if final else self.open).add(key)
        (self.open if final else self.final).discard(key)

    def _is_named(self, record: KeyedRecord) -> bool:
        fact = _fact(record)
        return fact is not None and self.user_id in fact.further_subject_ids


def _fact(record: KeyedRecord) -> Fact | None:
    try:
        read = decode(record.headers, record.value)
    except BadRecord:
        return None
    return read.fact if isinstance(read, Received) else None
