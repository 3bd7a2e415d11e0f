"""Operators' decisions on refused records: they hold wherever a record is read again."""

import hashlib
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import TypeAlias

import asyncpg

from ai.kit.db import Db
from ai.projections.batch import FAR_VERSION_CODE, Batch, RawRecord, Refused
from ai.projections.generations import GENERATIONS
from ai.projections.registry import Projection, Registry
from ai.projections.versions import load_version, reset_version
from ongoza_contracts.event import Fact
from ongoza_contracts.http.reconcile import VERSION_GAP_MAX
from ongoza_contracts.users import UserErased

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
# The highest accepted version of an entity.
ACCEPT_VERSION = """
INSERT INTO accepted_version (kind, key, version, user_id) VALUES ($1, $2, $3, $4)
ON CONFLICT (kind, key) DO UPDATE SET
    version = greatest(accepted_version.version, excluded.version)
"""
ACCEPTED_VERSION = "SELECT version FROM accepted_version WHERE kind = $1 AND key = $2"
DELETE_ACCEPTED_VERSION = "DELETE FROM accepted_version WHERE kind = $1 AND key = $2"

RecordId: TypeAlias = tuple[str, int, int, bytes]
"""Topic, partition, offset and digest of a record."""


class Decision(StrEnum):
    ACCEPTED = "accepted"
    DISCARDED = "discarded"


async def decide(db: Db, records: Iterable[RawRecord], decision: Decision) -> None:
    await db.executemany(DECIDE, [(*_record_id(record), decision) for record in records])


async def accept_version(db: Db, fact: Fact, registry: Registry) -> None:
    """Accepts the version of the fact, and those that follow it, from now on."""
    kind = registry.by_fact[type(fact)].topic.kind
    await db.execute(ACCEPT_VERSION, kind, fact.key, fact.version, fact.owner_id)


async def replace_version(db: Db, projection: Projection, key: str) -> None:
    """Lets every generation apply the next fact of the entity, whatever its version, and withdraws
    what was accepted of the entity. Its present row is served until then."""
    for (generation,) in await db.fetch(GENERATIONS):
        await reset_version(db, generation, projection, key)
    await db.execute(DELETE_ACCEPTED_VERSION, projection.topic.kind, key)


async def review_refused(db: Db | asyncpg.Pool, batch: Batch) -> None:
    """Removes refusals on which an operator decided, and those of versions that follow a known one:
    accepted facts and these are added to the batch, and discarded records are skipped."""
    decisions = await _load_decisions(db, batch.refused)
    refused, facts = list[Refused](), list[Refused]()
    is_any_far = any(one.code == FAR_VERSION_CODE for one in batch.refused)
    known = batch.versions() if is_any_far else {}
    for one in batch.refused:
        decision = decisions.get(_record_id(one.record))
        if decision == Decision.DISCARDED:
            continue
        if one.fact and await _is_acceptable(db, batch, one, one.fact, decision, known):
            facts.append(one)
            known[_entity(batch.registry, one.fact)] = one.fact.version
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


async def _is_acceptable(
    db: Db | asyncpg.Pool,
    batch: Batch,
    one: Refused,
    fact: Fact,
    decision: str | None,
    known: Mapping[tuple[str, str], int],
) -> bool:
    """Whether a refused fact is applied: an operator accepted it, or its high version follows one
    that is known, for instance after a repair. `replace_version` and erasures withdraw what was
    accepted of an entity, so an accepted high version needs a row in `accepted_version` as well."""
    if decision is None and one.code != FAR_VERSION_CODE:
        return False
    if decision == Decision.ACCEPTED and (
        fact.version <= VERSION_GAP_MAX or isinstance(fact, UserErased)
    ):
        return True
    entity = _entity(batch.registry, fact)
    accepted = await db.fetchval(ACCEPTED_VERSION, *entity)
    if decision == Decision.ACCEPTED:
        return accepted is not None
    if fact.version - max(known.get(entity, 0), accepted or 0) <= VERSION_GAP_MAX:
        return True
    projection = batch.registry.by_fact[type(fact)]
    stored = await load_version(db, projection, fact.key, deleted=True)
    return fact.version - (stored or 0) <= VERSION_GAP_MAX


def _entity(registry: Registry, fact: Fact) -> tuple[str, str]:
    """Kind and key."""
    return registry.by_fact[type(fact)].topic.kind, fact.key


def _record_id(record: RawRecord) -> RecordId:
    digest = hashlib.sha256(b"%r %r" % (record.key, record.value)).digest()
    return record.topic, record.partition, record.offset, digest
