"""Operators' decisions on refused records: they hold wherever a record is read again."""

import hashlib
from collections.abc import Mapping
from enum import StrEnum
from typing import TypeAlias

import asyncpg

from ai.kit.db import Db
from ai.projections.batch import FAR, FAR_VERSION, Batch, RawRecord, Refused
from ai.projections.versions import load_version
from ongoza_contracts.event import Fact

# The digest tells a record from another one at the same offset of a topic that was created again.
DECIDE = """
INSERT INTO parked_decision (topic, partition, "offset", digest, decision)
VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (topic, partition, "offset", digest) DO UPDATE SET decision = excluded.decision
"""
DECIDED = """
SELECT topic, partition, "offset", digest, decision FROM parked_decision
JOIN unnest($1::text[], $2::integer[], $3::bigint[], $4::bytea[])
    AS record (topic, partition, "offset", digest) USING (topic, partition, "offset", digest)
"""

RecordId: TypeAlias = tuple[str, int, int, bytes]
"""Topic, partition, offset and digest of a record."""


class Decision(StrEnum):
    ACCEPTED = "accepted"
    DISCARDED = "discarded"


async def decide(db: Db, record: RawRecord, decision: Decision) -> None:
    await db.execute(DECIDE, *_record_id(record), decision)


async def settle(db: Db | asyncpg.Pool, batch: Batch) -> None:
    """Takes back refusals that do not hold: discarded records are passed over, accepted facts are
    applied, and so are versions that follow a known one however high it is."""
    decisions = await _load_decisions(db, batch.refused)
    refused, facts, known = list[Refused](), list[Refused](), dict[tuple[str, str], int]()
    for one in batch.refused:
        decision = decisions.get(_record_id(one.record))
        if decision == Decision.DISCARDED:
            continue
        if one.fact and (
            decision == Decision.ACCEPTED or await _follows(db, batch, one, one.fact, known)
        ):
            facts.append(one)
            known[one.record.topic, one.fact.key] = one.fact.version
        else:
            refused.append(one)
    batch.refused = refused
    for one in facts:
        if one.fact:
            batch.add(one.fact, one.record.value or b"")


async def _load_decisions(db: Db | asyncpg.Pool, refused: list[Refused]) -> Mapping[RecordId, str]:
    ids = [_record_id(one.record) for one in refused]
    if not ids:
        return {}
    rows = await db.fetch(DECIDED, *map(list, zip(*ids, strict=True)))
    return {tuple(row)[:4]: row["decision"] for row in rows}


async def _follows(
    db: Db | asyncpg.Pool,
    batch: Batch,
    one: Refused,
    fact: Fact,
    known: Mapping[tuple[str, str], int],
) -> bool:
    """Whether a high version is near the one that is known, for instance after a repair."""
    if one.code != FAR:
        return False
    version = known.get((one.record.topic, fact.key))
    if version is None:
        version = await load_version(db, batch.registry.by_fact[type(fact)], fact.key)
    return fact.version - (version or 0) <= FAR_VERSION


def _record_id(record: RawRecord) -> RecordId:
    digest = hashlib.sha256(b"%r %r" % (record.key, record.value)).digest()
    return record.topic, record.partition, record.offset, digest
