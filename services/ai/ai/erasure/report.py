"""Is a learner gone everywhere? Every place says so itself, with its receipt."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import asyncpg

from ai.kit.broker import Reader
from ai.projections.tables import GENERATIONS, OF_ONE_LEARNER
from ongoza_contracts.codec import BadRecord, Received, decode
from ongoza_contracts.http.erasure import ErasureReport, Receipt
from ongoza_contracts.topics import TOPICS
from ongoza_contracts.users import UserErased

RECEIPTS = "SELECT place, rows, erased_at FROM erasure_receipt WHERE user_id = $1 ORDER BY place"
LEFT = "SELECT count(*) FROM {place} WHERE user_id = $1"
PARKED = """
SELECT count(*) FROM parked_record
WHERE convert_to($1::text, 'UTF8') IN (
    key, header_values[array_position(header_names, 'ce_partitionkey')]
) OR position(convert_to($1 || ':', 'UTF8') IN key) = 1
"""
RECORDS_PER_BATCH = 5000


@dataclass(frozen=True, slots=True)
class OnTopic:
    topic: str
    waiting: int
    """Records that compaction has yet to take."""
    forgotten: int
    """Keys whose last record has no body, or says that the user was erased."""
    left: int
    """Keys whose last record says something else."""


async def of_database(pool: asyncpg.Pool, user_id: int) -> ErasureReport:
    """ai's own tables, in every generation."""
    rows = await pool.fetch(RECEIPTS, user_id)
    places = [
        f"{generation}.{table}"
        for (generation,) in await pool.fetch(GENERATIONS)
        for table in OF_ONE_LEARNER
    ]
    found = {place: await pool.fetchval(LEFT.format(place=place), user_id) for place in places}
    found["refreshed_list"] = await pool.fetchval(LEFT.format(place="refreshed_list"), user_id)
    found["parked_record"] = await pool.fetchval(PARKED, str(user_id))
    return ErasureReport(
        receipts=tuple(Receipt.model_validate(dict(row)) for row in rows),
        remaining={place: count for place, count in found.items() if count},
    )


async def of_topics(reader: Reader, user_id: int) -> list[OnTopic]:
    """Reads every topic that learners have keys on. Raises BrokerError."""
    found = []
    for topic in TOPICS:
        if not topic.owned:
            continue
        seen = _Keys()
        ends = await reader.ends([topic])
        async for records in reader.read({}, ends, RECORDS_PER_BATCH):
            for record in records:
                if _is_of(record.headers, user_id):
                    final = record.value is None or _says_erased(record.headers, record.value)
                    seen.add(record.key or b"", final=final)
        found.append(OnTopic(topic.name, seen.bodies, len(seen.final), len(seen.open)))
    return found


@dataclass(slots=True)
class _Keys:
    bodies: int = 0
    final: set[bytes] = field(default_factory=set)
    open: set[bytes] = field(default_factory=set)

    def add(self, key: bytes, *, final: bool) -> None:
        """Of each key the last record decides."""
        self.bodies += not final
        (self.final if final else self.open).add(key)
        (self.open if final else self.final).discard(key)


def _is_of(headers: Sequence[tuple[str, bytes]], user_id: int) -> bool:
    return ("ce_partitionkey", str(user_id).encode()) in headers


def _says_erased(headers: Sequence[tuple[str, bytes]], value: bytes | None) -> bool:
    try:
        read = decode(headers, value)
    except BadRecord:
        return False
    return isinstance(read, Received) and isinstance(read.fact, UserErased)
