"""Keys and versions of one kind of entity, in core's order: by the parts of the key."""

from collections.abc import Sequence
from uuid import UUID

import asyncpg

from ai.kit.db import Db
from ai.projections.registry import Projection
from ongoza_contracts.event import Fact

# The keys and versions of existing entities, in a typed table or in `entity`.
TYPED = "SELECT concat_ws(':', {fields}) AS key, version FROM {table} WHERE {exists}"
ENTITIES = (
    "SELECT key, version FROM entity WHERE kind = '{kind}' AND type <> ALL('{{{deletions}}}')"
)
RESET_VERSION = "UPDATE {table} SET version = 0 WHERE {kind}"


async def load_versions(
    pool: asyncpg.Pool, projection: Projection, after: str | None, until: str | None
) -> dict[str, int]:
    """The versions by key, after the key `after` up to and including `until`; None is no bound."""
    conditions, values = [_select(projection)], list[object]()
    for key, comparison in ((after, ">"), (until, "<=")):
        if key is not None:
            condition, bound = _compare_key(projection, key, comparison, len(values))
            conditions.append(condition)
            values += bound
    rows = await pool.fetch(" AND ".join(conditions), *values)
    return {row["key"]: row["version"] for row in rows}


async def load_version(
    db: Db | asyncpg.Pool, projection: Projection, key: str, *, deleted: bool = False
) -> int | None:
    """None for an unknown entity and, without `deleted`, for a deleted one, whose version still
    guards against older facts."""
    condition, values = _compare_key(projection, key, "=", 0)
    rows = await db.fetch(f"{_select(projection, deleted)} AND {condition}", *values)
    return rows[0]["version"] if rows else None


async def reset_version(db: Db, generation: str, projection: Projection, key: str) -> None:
    """Lets a generation apply the next fact of an entity, whatever its version is."""
    condition, values = _compare_key(projection, key, "=", 0)
    statement = RESET_VERSION.format(
        table=f"{generation}.{projection.table or 'entity'}",
        kind="true" if projection.table else f"kind = '{projection.topic.kind}'",
    )
    await db.execute(f"{statement} AND {condition}", *values)


def _select(projection: Projection, deleted: bool = False) -> str:
    if projection.table:
        fields = ", ".join(_fact(projection).key_fields)
        exists = "true" if deleted else projection.exists
        return TYPED.format(fields=fields, table=projection.table, exists=exists)
    types = [fact.type for fact in projection.topic.facts if fact.deletion and not deleted]
    return ENTITIES.format(kind=projection.topic.kind, deletions=",".join(types))


def _compare_key(
    projection: Projection, key: str, comparison: str, given: int
) -> tuple[str, Sequence[object]]:
    """A condition and the values of its parameters, which are numbered after `given` others."""
    values = _fact(projection).parse_key(key)
    columns = [_column(projection, place, value) for place, value in enumerate(values)]
    parameters = [f"${given + place}" for place in range(1, len(values) + 1)]
    if columns == ["key"]:
        values = (key,)
    return f"({', '.join(columns)}) {comparison} ({', '.join(parameters)})", values


def _column(projection: Projection, place: int, value: object) -> str:
    """The SQL of one part of the key, in an order that is the same in every database."""
    fact = _fact(projection)
    name = fact.key_fields[place]
    if projection.table:
        return f'{name} COLLATE "C"' if isinstance(value, str) else name
    if name in fact.subjects[:1]:
        return "user_id"
    if len(fact.key_fields) == 1:
        return "key"
    part = f"split_part(key, ':', {place + 1})"
    if isinstance(value, str):
        return part
    # The cast would fail on keys of other kinds.
    cast = "uuid" if isinstance(value, UUID) else "bigint"
    return f"CASE WHEN kind = '{projection.topic.kind}' THEN {part}::{cast} END"


def _fact(projection: Projection) -> type[Fact]:
    """Any of the topic's facts: their keys are declared alike."""
    return projection.topic.facts[0]
