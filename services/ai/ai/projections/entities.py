"""The table `entity`: the newest fact of every entity without a typed table, as it was received."""

import logging
from collections.abc import Collection, Sequence
from typing import TypeVar

import asyncpg
from pydantic import ValidationError

from ai.kit.db import Db
from ai.projections.batch import Entity
from ai.projections.registry import Registry
from ongoza_contracts.event import Fact
from ongoza_contracts.topics import topic_of

F = TypeVar("F", bound=Fact)

log = logging.getLogger(__name__)

# Writes facts that are newer than their row. Arrays of arrays do not fit into unnest, so subjects
# are sent as the text of an array.
UPSERT = """
INSERT INTO entity (kind, key, type, user_id, version, subjects, body)
SELECT kind, key, type, user_id, version, subjects::integer[], body
FROM unnest(
    $1::text[], $2::text[], $3::text[], $4::integer[], $5::bigint[], $6::text[], $7::jsonb[]
) AS fact (kind, key, type, user_id, version, subjects, body)
WHERE NOT EXISTS (SELECT FROM erased_learner WHERE erased_learner.user_id = fact.user_id)
ON CONFLICT (kind, key) DO UPDATE SET
    type = excluded.type, version = excluded.version, subjects = excluded.subjects,
    body = excluded.body
WHERE excluded.version > entity.version
RETURNING kind, user_id
"""
# The newest facts of these types that these users own.
OF_USERS = """
SELECT user_id, type, body FROM entity
WHERE user_id = ANY($1) AND kind = ANY($2) AND type = ANY($3) ORDER BY user_id, key
"""
# The newest facts of one type with these keys.
OF_KEYS = "SELECT body FROM entity WHERE kind = $1 AND key = ANY($2) AND type = $3 ORDER BY key"
# The newest facts of one type.
OF_TYPE = "SELECT key, body FROM entity WHERE kind = $1 AND type = $2 ORDER BY key"
ERASED = "SELECT user_id FROM erased_learner WHERE user_id = ANY($1)"
# Deletes the rows of these owners, with a receipt for every owner and kind, even of no rows.
DELETE_OWNED = """
WITH deleted AS (DELETE FROM {place} WHERE user_id = ANY($1) RETURNING user_id, kind)
INSERT INTO erasure_receipt (user_id, place, rows)
SELECT user_id, '{place}.' || kind, count(deleted.kind)
FROM (
    SELECT user_id, kind FROM unnest($1::integer[]) AS user_id, unnest($2::text[]) AS kind
    UNION SELECT user_id, kind FROM deleted
) AS expected LEFT JOIN deleted USING (user_id, kind)
GROUP BY user_id, kind
ON CONFLICT (user_id, place) DO UPDATE SET rows = erasure_receipt.rows + excluded.rows
"""
# Clears these users as further subjects. The version stays, because core publishes the next one
# with the field cleared. `<> '{}'` repeats the condition of the index.
CLEAR_SUBJECTS = """
WITH named AS (
    SELECT kind, erased.user_id
    FROM {place} JOIN unnest($1::integer[]) AS erased (user_id)
        ON subjects <> '{{}}' AND subjects @> ARRAY[erased.user_id]
), cleared AS (
    UPDATE {place} AS entity SET
        subjects = ARRAY(SELECT unnest(subjects) EXCEPT SELECT unnest($1) ORDER BY 1),
        body = body || coalesce((
            SELECT jsonb_object_agg(further.field, NULL)
            FROM unnest($2::text[], $3::text[]) AS further (type, field)
            WHERE further.type = entity.type AND body ->> further.field = ANY($1::text[])
        ), '{{}}')
    WHERE subjects <> '{{}}' AND subjects && $1
)
INSERT INTO erasure_receipt (user_id, place, rows)
SELECT user_id, '{place}.' || kind || '.cleared', count(*) FROM named GROUP BY user_id, kind
ON CONFLICT (user_id, place) DO UPDATE SET rows = erasure_receipt.rows + excluded.rows
"""
# How many rows of each kind a user owns or is named in.
LEFT_OF_USER = """
SELECT kind, count(*) AS rows FROM {place}
WHERE user_id = $1 OR (subjects <> '{{}}' AND subjects && ARRAY[$1::integer]) GROUP BY kind
"""


async def write_entities(
    db: Db, entities: Collection[Entity], registry: Registry
) -> dict[str, list[int | None]]:
    """Returns by kind the owners of the entities whose row changed; None where there is no
    owner."""
    if not entities:
        return {}
    columns = [list(column) for column in zip(*map(_row, entities), strict=True)]
    changed: dict[str, list[int | None]] = {}
    for kind, owner in await db.fetch(UPSERT, *columns):
        changed.setdefault(kind, []).append(owner)
    await _clear_erased(db, entities, registry)
    return changed


async def _clear_erased(db: Db, entities: Collection[Entity], registry: Registry) -> None:
    """A replay applies older facts that name users who were erased since."""
    named = {user_id for one in entities for user_id in _further(one.fact)}
    if named and (erased := [row[0] for row in await db.fetch(ERASED, list(named))]):
        await clear_subjects(db, "entity", erased, registry)


async def load(
    db: Db | asyncpg.Pool, fact_type: type[F], user_ids: Collection[int]
) -> dict[int, list[F]]:
    """The newest facts of one type that these users own, in the order of their keys."""
    found: dict[int, list[F]] = {}
    for user_id, facts in (await load_types(db, [fact_type], user_ids)).items():
        found[user_id] = [fact for fact in facts if isinstance(fact, fact_type)]
    return found


async def load_types(
    db: Db | asyncpg.Pool, fact_types: Sequence[type[Fact]], user_ids: Collection[int]
) -> dict[int, list[Fact]]:
    """The newest facts of several types that these users own, in the order of their keys: in one
    statement."""
    by_type = {one.type: one for one in fact_types}
    kinds = [topic_of(one).kind for one in fact_types]
    found: dict[int, list[Fact]] = {}
    for user_id, type_, body in await db.fetch(OF_USERS, list(user_ids), kinds, [*by_type]):
        found.setdefault(user_id, []).append(_read(by_type[type_], body))
    return found


async def load_all(db: Db | asyncpg.Pool, fact_type: type[F]) -> list[F]:
    """The newest facts of one type, in the order of their keys: for kinds with few entities. One
    that cannot be read is logged and left out, so that the others are still used."""
    rows = await db.fetch(OF_TYPE, topic_of(fact_type).kind, fact_type.type)
    found = []
    for key, body in rows:
        try:
            found.append(_read(fact_type, body))
        except ValidationError as error:
            log.warning("%s %s cannot be read: %s", fact_type.type, key, error.title)
    return found


async def load_keys(db: Db | asyncpg.Pool, fact_type: type[F], keys: Collection[str]) -> list[F]:
    """The newest facts of one type with these keys, in their order."""
    if not keys:
        return []
    kind = topic_of(fact_type).kind
    rows = await db.fetch(OF_KEYS, kind, list(keys), fact_type.type)
    return [_read(fact_type, body) for (body,) in rows]


async def load_one(db: Db | asyncpg.Pool, fact_type: type[F], key: str) -> F | None:
    """The newest fact of one entity; None if there is none, or it is of another type."""
    found = await load_keys(db, fact_type, [key])
    return found[0] if found else None


def _read(fact_type: type[F], body: str) -> F:
    """A stored body, which may have fields of a later release."""
    return fact_type.model_validate_json(body, strict=True, extra="ignore")


async def delete_owned(db: Db, place: str, user_ids: Collection[int], registry: Registry) -> None:
    """`place` is the table `entity`, qualified by its generation where needed."""
    owned = [one for one in registry.projections if one.topic.owned and not one.table]
    kinds = [one.topic.kind for one in owned]
    await db.execute(DELETE_OWNED.format(place=place), user_ids, kinds)


async def clear_subjects(db: Db, place: str, user_ids: Collection[int], registry: Registry) -> None:
    """Clear the fields in which other people's entities name these users."""
    fields = [
        (fact.type, field)
        for one in registry.projections
        for fact in one.topic.facts
        for field in fact.subjects[1:]
    ]
    types, names = [type_ for type_, _ in fields], [name for _, name in fields]
    await db.execute(CLEAR_SUBJECTS.format(place=place), user_ids, types, names)


async def count_left(db: Db | asyncpg.Pool, place: str, user_id: int) -> dict[str, int]:
    """By place and kind, how many entities a user owns or is named in."""
    rows = await db.fetch(LEFT_OF_USER.format(place=place), user_id)
    return {f"{place}.{row['kind']}": row["rows"] for row in rows}


def _row(entity: Entity) -> tuple[object, ...]:
    fact = entity.fact
    subjects = "{" + ",".join(map(str, _further(fact))) + "}"
    return (
        *(entity.kind, entity.key, fact.type, fact.owner_id, fact.version),
        *(subjects, entity.body.decode()),
    )


def _further(fact: Fact) -> tuple[int, ...]:
    return fact.further_subject_ids if len(fact.subjects) > 1 else ()
