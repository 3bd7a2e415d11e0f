"""Records that could not be applied: stored byte for byte, up to a budget."""

import json
import re
from collections import deque
from collections.abc import Collection, Sequence
from typing import Any

import asyncpg

from ai.kit.db import Db
from ai.projections.batch import RawRecord, Refused
from ai.projections.registry import REGISTRY, Registry

# A record that is read again is parked once.
PARK = """
INSERT INTO parked_record (
    generation, topic, partition, "offset", key, value, header_names, header_values,
    cause_code, cause
) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
ON CONFLICT (generation, topic, partition, "offset") DO NOTHING
"""
# Records of users' topics that belong to a user: by the header that names the owner, or by the key.
OWNED = """
topic = ANY($2) AND (
    convert_to(erased.user_id::text, 'UTF8') IN (
        key, header_values[array_position(header_names, 'ce_partitionkey')]
    ) OR position(convert_to(erased.user_id || ':', 'UTF8') IN key) = 1
)
"""
# Deletes the records of erased users, with a receipt for each of them, even of no rows.
ERASE = f"""
WITH deleted AS (
    DELETE FROM parked_record USING unnest($1::integer[]) AS erased (user_id)
    WHERE {OWNED} RETURNING erased.user_id
)
INSERT INTO erasure_receipt (user_id, place, rows)
SELECT erased.user_id, 'parked_record', count(deleted.user_id)
FROM unnest($1::integer[]) AS erased (user_id) LEFT JOIN deleted USING (user_id)
GROUP BY erased.user_id
ON CONFLICT (user_id, place) DO UPDATE SET rows = erasure_receipt.rows + excluded.rows
"""  # noqa: S608 - constants
COUNT_OWNED = f"""
SELECT count(*) FROM parked_record, unnest($1::integer[]) AS erased (user_id) WHERE {OWNED}
"""  # noqa: S608 - constants
# Records of topics whose facts name further users.
NAMING = "SELECT id, topic, value FROM parked_record WHERE topic = ANY($1) AND value IS NOT NULL"
# Records whose key and headers may name another user than their body.
CONTRADICTING = "SELECT id, value FROM parked_record WHERE cause_code = 'contradiction'"
REPLACE = "UPDATE parked_record SET value = $2 WHERE id = $1"
DELETE = "DELETE FROM parked_record WHERE id = $1"
ERASED = "SELECT user_id FROM erased_learner WHERE user_id = ANY($1)"
LARGEST_ID = 2**31 - 1
WINDOW = 100


async def park(
    db: Db, generation: str, refused: Sequence[Refused], registry: Registry = REGISTRY
) -> None:
    """Stores refused records, except what belongs to an erased learner or names one."""
    if refused:
        await db.executemany(PARK, [_row(generation, one) for one in refused])
        named = {user_id for one in refused for user_id in _named(one.record, registry)}
        if erased := [user_id for (user_id,) in await db.fetch(ERASED, sorted(named))]:
            await erase(db, erased, registry)


async def erase(db: Db, user_ids: Sequence[int], registry: Registry) -> None:
    """Call it in the transaction that erases these learners."""
    await db.execute(ERASE, list(user_ids), registry.owned_topics)
    for parked_id in await _contradicting(db, user_ids, registry):
        await db.execute(DELETE, parked_id)
    for parked_id, topic, value in await _naming(db, registry):
        cleared = clear_fields(value, registry.further_subjects[topic], user_ids)
        if cleared is None:
            await db.execute(DELETE, parked_id)
        elif cleared != value:
            await db.execute(REPLACE, parked_id, cleared)


async def count_left(db: Db | asyncpg.Pool, user_id: int, registry: Registry) -> int:
    """How many records belong to a user or name them."""
    owned: int = await db.fetchval(COUNT_OWNED, [user_id], registry.owned_topics)
    return (
        owned
        + len(await _contradicting(db, [user_id], registry))
        + sum(
            clear_fields(value, registry.further_subjects[topic], [user_id]) != value
            for _, topic, value in await _naming(db, registry)
        )
    )


async def _naming(db: Db | asyncpg.Pool, registry: Registry) -> Sequence[tuple[int, str, bytes]]:
    topics = list(registry.further_subjects)
    return [tuple(row) for row in await db.fetch(NAMING, topics)] if topics else []


async def _contradicting(
    db: Db | asyncpg.Pool, user_ids: Collection[int], registry: Registry
) -> list[int]:
    """The contradicting records whose body names one of these users."""
    return [
        parked_id
        for parked_id, value in await db.fetch(CONTRADICTING)
        if clear_fields(value, registry.subjects, user_ids) != value
    ]


def clear_fields(value: bytes, fields: Collection[str], user_ids: Collection[int]) -> bytes | None:
    """Sets those of the fields to null that name one of these users; other bodies stay unchanged.
    Returns None for a body that names one but is no JSON object and so cannot be cleared."""
    ids = {str(user_id) for user_id in user_ids}
    body = _json_object(value)
    if body is not None:
        named = [name for name in fields if str(body.get(name)) in ids]
        return json.dumps({**body, **dict.fromkeys(named)}).encode() if named else value
    return None if any(number in ids for number in _mentions(value, fields)) else value


def _named(record: RawRecord, registry: Registry) -> set[int]:
    """The users that a record may belong to or name: a superset of what `erase` looks for."""
    owners = [value or b"" for name, value in record.headers if name == "ce_partitionkey"]
    texts = [one.decode(errors="replace") for one in [(record.key or b"").split(b":")[0], *owners]]
    body = _json_object(record.value or b"")
    if body is not None:
        texts += [str(body.get(name)) for name in registry.subjects]
    else:
        texts += _mentions(record.value or b"", registry.subjects)
    numbers = {int(text) for text in texts if re.fullmatch("[0-9]{1,10}", text)}
    return {number for number in numbers if number <= LARGEST_ID}


def _json_object(value: bytes) -> dict[str, Any] | None:
    try:
        body = json.loads(value)
    except (ValueError, RecursionError):
        return None
    return body if isinstance(body, dict) else None


def _mentions(value: bytes, fields: Collection[str]) -> list[str]:
    """The numbers of these fields in a value that is no JSON object."""
    found = re.findall(rb'"(\w+)"\s*:\s*"?(\d+)', value)
    return [number.decode() for name, number in found if name.decode() in fields]


def _row(generation: str, refused: Refused) -> tuple[object, ...]:
    record = refused.record
    return (
        *(generation, record.topic, record.partition, record.offset, record.key, record.value),
        [_storable(name) for name, _ in record.headers],
        [value for _, value in record.headers],
        *(refused.code, _storable(refused.cause)),
    )


def _storable(text: str) -> str:
    """PostgreSQL stores no text with a NUL."""
    return text.replace("\0", "\\x00")


class Budget:
    """Spent when more than `share` of the last 100 records had to be parked, which means a bad
    release, ours or a producer's, and not a bad record."""

    def __init__(self, share: float) -> None:
        self._limit = share * WINDOW
        self._last: deque[bool] = deque(maxlen=WINDOW)

    def count(self, *, records: int, parked: int) -> None:
        self._last.extend([False] * min(records - parked, WINDOW))
        self._last.extend([True] * min(parked, WINDOW))

    @property
    def spent(self) -> bool:
        return sum(self._last) > self._limit
