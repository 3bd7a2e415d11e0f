"""Generations of the projections: a schema each, one of them live."""

import json
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import asyncpg

from ai.kit.db import Db
from ai.kit.locks import LEARNER_READ_LOCK
from ai.kit.vectors import ModelIdentity

FIRST = "g1"

# The tables of a generation, which readers see as views.
TABLES = "SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = $1 ORDER BY 1"
GENERATIONS = "SELECT name FROM generation"
LIVE = "SELECT name FROM generation WHERE state = 'live'"
# The name after the highest number.
NEXT = "SELECT 'g' || coalesce(max(substr(name, 2)::integer), 0) + 1 FROM generation"
# The generation that was live before: a rollback makes it live again.
PREVIOUS = """
SELECT name FROM generation WHERE state = 'retired' ORDER BY switched_at DESC NULLS LAST LIMIT 1
"""
ALL = "SELECT * FROM generation ORDER BY substr(name, 2)::integer"
# The check constraints refuse a name other than `g<number>`.
ADD = "INSERT INTO generation (name, state, options) VALUES ($1, 'building', $2)"
# The first process that makes vectors for a generation names their model, which never changes.
NAME_MODEL = """
UPDATE generation SET model = $2, revision = $3, precision = $4
WHERE name = $1 AND (model IS NULL OR (model, revision, precision) = ($2, $3, $4))
"""
MODEL = "SELECT model, revision, precision FROM generation WHERE name = $1"
RETIRE_LIVE = "UPDATE generation SET state = 'retired' WHERE state = 'live' AND name <> $1"
# Another live generation, or the one before it if the lists of that are still those published.
PUBLISHED_LISTS = """
SELECT coalesce(replaces, name) FROM generation WHERE state = 'live' AND name <> $1
"""
MAKE_LIVE = """
UPDATE generation SET state = 'live', switched_at = now(), replaces = coalesce($2, replaces)
WHERE name = $1
"""
REPLACED = "SELECT replaces FROM generation WHERE name = $1"
NOTED = "UPDATE generation SET replaces = NULL WHERE name = $1"
FORGET_REPLACED = "UPDATE generation SET replaces = NULL WHERE replaces = $1"
REMOVE = "DELETE FROM generation WHERE name = $1 AND state <> 'live'"
UNPARK = "DELETE FROM parked_record WHERE generation = $1"
# A new generation reads older facts of erased learners, who must stay erased.
KEEP_ERASED = "INSERT INTO {name}.erased_learner SELECT * FROM live.erased_learner"


@dataclass(frozen=True, slots=True)
class Generation:
    name: str
    state: str
    model: tuple[str, str, str] | None
    """Model, revision and precision of its vectors."""
    options: dict[str, Any]
    created_at: Any
    switched_at: Any


class NoSuchGeneration(LookupError):
    """There is no generation of this name."""


class GenerationIsLive(RuntimeError):
    """The generation is live, so it cannot be dropped."""


class OtherModel(RuntimeError):
    """Vectors of two models must not be mixed: set EMBEDDING_BACKEND to the generation's."""


async def live_generation(connection: Db | asyncpg.Pool) -> str | None:
    """The name of the generation that readers see; None before the first migration."""
    name: str | None = await connection.fetchval(LIVE)
    return name


async def previous_generation(connection: Db | asyncpg.Pool) -> str | None:
    name: str | None = await connection.fetchval(PREVIOUS)
    return name


async def all_generations(connection: Db | asyncpg.Pool) -> list[Generation]:
    return [_generation(row) for row in await connection.fetch(ALL)]


async def create_generation(connection: Db, name: str, options: object = None) -> None:
    """Creates an empty generation. Raises asyncpg.UniqueViolationError when the name is taken."""
    async with connection.transaction():
        # Nobody is erased between the copy of the erased learners and the commit.
        await connection.execute(LEARNER_READ_LOCK)
        await connection.execute(ADD, name, json.dumps(options or {}))
        await connection.execute(f"CREATE SCHEMA {name}")
        await connection.execute(f"SET LOCAL search_path = {name}, public")
        await connection.execute(files("ai.migrations").joinpath("generation.sql").read_text())
        if await live_generation(connection):
            await connection.execute(KEEP_ERASED.format(name=name))


async def create_next_generation(connection: Db, options: object) -> str:
    name: str = await connection.fetchval(NEXT)
    await create_generation(connection, name, options)
    return name


async def require_model(connection: Db | asyncpg.Pool, name: str, identity: ModelIdentity) -> None:
    """Claim a generation for the model that makes all its vectors.

    Raises OtherModel when another model made them.
    """
    if await connection.execute(NAME_MODEL, name, *identity.key) != "UPDATE 1":
        raise OtherModel(f"the vectors of {name} are not made by {' '.join(identity.key)}")


async def made_by(connection: Db, name: str, identity: ModelIdentity) -> bool:
    """Whether that model made the vectors of a generation; True for one without vectors."""
    row = await connection.fetchrow(MODEL, name)
    return row is None or row["model"] is None or tuple(row) == identity.key


async def publish_live(connection: Db, name: str) -> None:
    """Make generation `name` live: readers see it as soon as the transaction commits."""
    async with connection.transaction():
        for (table,) in await connection.fetch(TABLES, name):
            view = f"CREATE OR REPLACE VIEW live.{table} AS SELECT * FROM {name}.{table}"  # noqa: S608
            await connection.execute(view)
        replaces = await connection.fetchval(PUBLISHED_LISTS, name)
        await connection.execute(RETIRE_LIVE, name)
        await connection.execute(MAKE_LIVE, name, replaces)


async def analyze(pool: asyncpg.Pool, name: str) -> None:
    """Call it after many rows were written: until autovacuum has seen them, which takes a minute,
    queries would be planned for empty tables."""
    for (table,) in await pool.fetch(TABLES, name):
        await pool.execute(f"ANALYZE {name}.{table}")


async def drop_generation(connection: Db, name: str) -> None:
    """Deletes a generation with everything in it. Raises NoSuchGeneration, GenerationIsLive."""
    async with connection.transaction():
        if await connection.execute(REMOVE, name) != "DELETE 1":
            is_live = await live_generation(connection) == name
            raise GenerationIsLive(name) if is_live else NoSuchGeneration(name)
        await connection.execute(UNPARK, name)
        await connection.execute(FORGET_REPLACED, name)
        await connection.execute(f"DROP SCHEMA {name} CASCADE")


def _generation(row: asyncpg.Record) -> Generation:
    model = (row["model"], row["revision"], row["precision"]) if row["model"] else None
    return Generation(
        name=row["name"],
        state=row["state"],
        model=model,
        options=json.loads(row["options"] or "{}"),
        created_at=row["created_at"],
        switched_at=row["switched_at"],
    )
