"""Deletes everything about a user, for good, in every generation."""

from collections.abc import Collection, Sequence

import asyncpg

from ai.kit.db import Db
from ai.projections import entities, parked
from ai.projections.generations import GENERATIONS
from ai.projections.registry import Registry
from ongoza_contracts.users import UserErased

# The tables with a column `user_id`, from the database's catalogue, because another release may
# have created a generation. `erased_learner` stays, and `entity` is emptied by kind.
PLACES = """
SELECT quote_ident(nspname) || '.' || quote_ident(relname)
FROM pg_attribute
JOIN pg_class ON pg_class.oid = attrelid
JOIN pg_namespace ON pg_namespace.oid = relnamespace
JOIN generation ON generation.name = nspname
WHERE attname = 'user_id' AND NOT attisdropped AND relkind IN ('r', 'p') AND NOT relispartition
    AND relname NOT IN ('erased_learner', 'entity')
ORDER BY 1
"""
# Tables outside the generations with rows of users. Rows of `revoked_erasure` stay, because a
# second forged erasure must not make the first one valid again.
SHARED_TABLES = ("accepted_version", "learner_seen", "nudges_given")
# Erasures that an operator revoked, because core still has the users.
REVOKED = """
SELECT user_id, version FROM revoked_erasure
JOIN unnest($1::integer[], $2::bigint[]) AS fact (user_id, version) USING (user_id, version)
"""
REMEMBER = """
INSERT INTO applied_erasure (user_id, version) SELECT * FROM unnest($1::integer[], $2::bigint[])
ON CONFLICT DO NOTHING
"""
# Returns the users who were not erased yet.
ADD_ERASED = """
INSERT INTO {generation}.erased_learner (user_id, version)
SELECT * FROM unnest($1::integer[], $2::bigint[])
ON CONFLICT (user_id) DO NOTHING
RETURNING user_id
"""
# With a receipt for every learner, even of no rows.
DELETE = """
WITH deleted AS (DELETE FROM {place} WHERE user_id = ANY($1) RETURNING user_id)
INSERT INTO erasure_receipt (user_id, place, rows)
SELECT erased.user_id, '{place}', count(deleted.user_id)
FROM unnest($1::integer[]) AS erased (user_id) LEFT JOIN deleted USING (user_id)
GROUP BY erased.user_id
ON CONFLICT (user_id, place) DO UPDATE SET rows = erasure_receipt.rows + excluded.rows
"""
# Item neighbours are counted again without the erased learners, however little that changes.
COUNT_AGAIN = "UPDATE {generation}.item_neighbour_settings SET facts = -1"
# A row without version is published as a tombstone of the learner's list.
DELETE_LISTS = """
INSERT INTO refreshed_list (user_id, version) SELECT *, NULL FROM unnest($1::integer[])
ON CONFLICT (user_id) DO UPDATE SET version = NULL
"""


async def erase(db: Db, facts: Collection[UserErased], registry: Registry) -> list[int]:
    """Erases users in every generation, whichever of them applies the fact first, so that neither
    the one being built nor the retired one has their data. Returns those who were new to a
    generation."""
    new: set[int] = set()
    erased = await _without_revoked(db, facts)
    user_ids, versions = [*erased], [*erased.values()]
    if not erased:
        return []
    for generation in await _generations(db):
        added = await db.fetch(ADD_ERASED.format(generation=generation), user_ids, versions)
        new.update(user_id for (user_id,) in added)
        await entities.delete_owned(db, f"{generation}.entity", user_ids, registry)
        await entities.clear_subjects(db, f"{generation}.entity", user_ids, registry)
        await db.execute(COUNT_AGAIN.format(generation=generation))
    for place in [*await _places(db), *SHARED_TABLES]:
        await db.execute(DELETE.format(place=place), user_ids)
    await db.execute(DELETE_LISTS, user_ids)
    await parked.erase(db, user_ids, registry)
    return sorted(new)


async def count_left(db: Db | asyncpg.Pool, user_id: int, registry: Registry) -> dict[str, int]:
    """By place, how many rows about a user are left."""
    left: dict[str, int] = {}
    for place in [*await _places(db), *SHARED_TABLES, "refreshed_list"]:
        count = f"SELECT count(*) FROM {place} WHERE user_id = $1"  # noqa: S608 - our own tables
        left[place] = await db.fetchval(count, user_id)
    for generation in await _generations(db):
        left |= await entities.count_left(db, f"{generation}.entity", user_id)
    left["parked_record"] = await parked.count_left(db, user_id, registry)
    return left


async def _without_revoked(db: Db, facts: Collection[UserErased]) -> dict[int, int]:
    """By user, the highest version of the erasures that were not revoked."""
    found = {(fact.user_id, fact.version) for fact in facts}
    columns = [[user_id for user_id, _ in found], [version for _, version in found]]
    await db.execute(REMEMBER, *columns)
    found -= {(user_id, version) for user_id, version in await db.fetch(REVOKED, *columns)}
    return dict(sorted(found))


async def _places(db: Db | asyncpg.Pool) -> Sequence[str]:
    return [place for (place,) in await db.fetch(PLACES)]


async def _generations(db: Db | asyncpg.Pool) -> Sequence[str]:
    return [name for (name,) in await db.fetch(GENERATIONS)]
