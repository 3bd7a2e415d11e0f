"""Operators' decisions in a file: one JSON object a line, to survive the loss of the database."""

import json
from collections.abc import AsyncIterator, Iterable

import asyncpg

from ai.kit.locks import LEARNER_READ_LOCK

TABLES = ("parked_decision", "accepted_version", "revoked_erasure")
EXPORT = "SELECT to_jsonb({table}) FROM {table} ORDER BY 1"
# A decision of this database wins over one of the file.
IMPORT = """
INSERT INTO {table} SELECT * FROM jsonb_populate_recordset(NULL::{table}, $1) AS decision
WHERE {condition} ON CONFLICT DO NOTHING
"""
# The erasure deleted the keys of these users, which an older file still names.
CONDITIONS = {
    "accepted_version": """
        NOT EXISTS (SELECT FROM erased_learner AS e WHERE e.user_id = decision.user_id)
    """
}


class Malformed(ValueError):
    """A line that `export` cannot have written; the message names it."""


async def export(pool: asyncpg.Pool) -> AsyncIterator[str]:
    """One line for each decision."""
    for table in TABLES:
        for (row,) in await pool.fetch(EXPORT.format(table=table)):
            yield json.dumps({"table": table, **json.loads(row)})


async def import_(pool: asyncpg.Pool, lines: Iterable[str]) -> int:
    """Adds the decisions that are missing, all or none, but none that names the key of an erased
    user; returns how many. Raises Malformed."""
    rows: dict[str, list[object]] = {table: [] for table in TABLES}
    for number, line in enumerate(lines, start=1):
        table, row = _read(number, line)
        rows[table].append(row)
    count = 0
    async with pool.acquire() as db, db.transaction():
        await db.execute(LEARNER_READ_LOCK)
        for table, found in rows.items():
            statement = IMPORT.format(table=table, condition=CONDITIONS.get(table, "true"))
            try:
                done = await db.execute(statement, json.dumps(found))
            except (asyncpg.DataError, asyncpg.IntegrityConstraintViolationError) as error:
                raise Malformed(f"a row of {table}: {type(error).__name__}") from None
            count += int(done.split()[-1])
    return count


def _read(number: int, line: str) -> tuple[str, dict[str, object]]:
    try:
        row = json.loads(line)
        table = row.pop("table")
    except (ValueError, AttributeError, KeyError, TypeError):
        raise Malformed(f"line {number} is not a decision") from None
    if table not in TABLES:
        raise Malformed(f"line {number}: no such table")
    return table, row
