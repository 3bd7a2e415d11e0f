"""Compares the entities that changed since two generations were compared as a whole.

It finds them by key, so that its cost depends on how many changed and not on how many there are.
"""

from collections.abc import Collection, Sequence
from uuid import UUID

from ai.kit.db import Db
from ai.projections.registry import REGISTRY, Projection
from ai.rebuild.compare import ERASED, TableDifference, compare_table, queries
from ongoza_contracts.topics import USERS

# OFFSET 0 keeps the planner from reading the whole table and joining it.
WITH_KEYS = """
SELECT made.* FROM unnest({arrays}) AS wanted ({names})
CROSS JOIN LATERAL (SELECT * FROM ({query}) AS stored WHERE {condition} OFFSET 0) AS made
"""
SQL_TYPES = {int: "bigint", str: "text", UUID: "uuid"}
# Operators' decisions change projections without a record on a topic; each is noted here.
LAST_OPERATION = "SELECT max(id) FROM operation"


async def compare_changed(
    db: Db, live: str, new: str, changed: Collection[tuple[str, str]]
) -> list[TableDifference]:
    """`changed` are kinds and keys. Vectors are not compared: they follow from the text."""
    all_queries, found = queries(same_model=False), []
    for projection in REGISTRY.projections:
        kind = projection.topic.kind
        keys = sorted(key for changed_kind, key in changed if changed_kind == kind)
        if not keys:
            continue
        fields, values = _columns(projection, keys)
        tables = {table: all_queries[table] for table in [projection.table or f"entity.{kind}"]}
        if projection.topic is USERS:
            tables["erased_learner"] = ERASED
        for table, query in tables.items():
            subset = _with_keys(query, fields, values)
            _, difference = await compare_table(db, live, new, table, subset, *values)
            if difference:
                found.append(difference)
    return found


def _columns(
    projection: Projection, keys: Sequence[str]
) -> tuple[Sequence[str], list[list[object]]]:
    """The columns of the key, and for each its values."""
    if projection.table is None:
        return ["key"], [[*keys]]
    fact = projection.topic.facts[0]
    rows = [fact.parse_key(key) for key in keys]
    return fact.key_fields, [list(column) for column in zip(*rows, strict=True)]


def _with_keys(query: str, fields: Sequence[str], values: Sequence[Sequence[object]]) -> str:
    types = [SQL_TYPES[type(column[0])] for column in values]
    return (
        WITH_KEYS.replace("{query}", query)
        .replace("{arrays}", ", ".join(f"${n}::{type_}[]" for n, type_ in enumerate(types, 1)))
        .replace("{names}", ", ".join(f"wanted_{field}" for field in fields))
        .replace("{condition}", " AND ".join(f"{field} = wanted_{field}" for field in fields))
    )
