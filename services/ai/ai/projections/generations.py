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

TABLES = "SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = $1 ORDER BY 1"
LIVE = "SELECT name FROM generation WHERE state = 'live'"
NEXT = "SELECT 'g' || coalesce(max(substr(name, 2)::integer), 0) + 1 FROM generation"
# The one that readers saw before: where a rollback goes to.
PREVIOUS = """
SELECT name FROM generation WHERE state = 'retired' ORDER BY switched_at DESC NULLS LAST LIMIT 1
"""
ALL = "SELECT * FROM generation ORDER BY substr(name, 2)::integer"
ADD = "INSERT INTO generation (name, state, options) VALUES ($1, 'building', $2)"
# The first one to make vectors for a generation names the model; from then on it stays.
NAME_MODEL = """
UPDATE generation SET model = $2, revision = $3, precision = $4
WHERE name = $1 AND (model IS NULL OR (model, revision, precision) = ($2, $3, $4))
"""
MODEL = "SELECT model, revision, precision FROM generation WHERE name = $1"
RETIRE_LIVE = "UPDATE generation SET state = 'retired' WHERE state = 'live' AND name <> $1"
MAKE_LIVE = "UPDATE generation SET state = 'live', switched_at = now() WHERE name = $1"
REMOVE = "DELETE FROM generation WHERE name = $1 AND state <> 'live'"
UNPARK = "DELETE FROM parked_record WHERE generation = $1"
# An erased learner stays erased while their older facts are read again.
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
    """There is none of that name, or it is the live one and cannot be dropped."""


class OtherModel(RuntimeError):
    """Vectors of two models are never to be mixed: set EMBEDDING_BACKEND to the generation's."""


async def live_generation(connection: Db | asyncpg.Pool) -> str | None:
    """The name of the generation readers see; None before the first migration."""
    name: str | None = await connection.fetchval(LIVE)
    return name


async def previous_generation(connection: Db | asyncpg.Pool) -> str | None:
    name: str | None = await connection.fetchval(PREVIOUS)
    return name


async def all_generations(connection: Db | asyncpg.Pool) -> list[Generation]:
    return [_generation(row) for row in await connection.fetch(ALL)]


async def create_generation(connection: Db, name: str, options: object = None) -> None:
    """An empty generation. Raises asyncpg.UniqueViolationError when there is one of this name."""
    async with connection.transaction():
        await connection.execute(
            LEARNER_READ_LOCK
        )  # nobody is erased between the copy and the commit
        # Refuses a name that is no plain `g<number>`.
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
    """Every vector of a generation is made by one model. Raises OtherModel for a second one."""
    model = identity.model, identity.revision, identity.precision
    if await connection.execute(NAME_MODEL, name, *model) != "UPDATE 1":
        raise OtherModel(f"the vectors of {name} are not made by {' '.join(model)}")


async def made_by(connection: Db, name: str, identity: ModelIdentity) -> bool:
    """Whether that model made the vectors of a generation; one without vectors goes with any."""
    row = await connection.fetchrow(MODEL, name)
    model = (identity.model, identity.revision, identity.precision)
    return row is None or row["model"] is None or tuple(row) == model


async def publish_live(connection: Db, name: str) -> None:
    """Let readers see generation `name` from one moment to the next."""
    async with connection.transaction():
        for (table,) in await connection.fetch(TABLES, name):
            view = f"CREATE OR REPLACE VIEW live.{table} AS SELECT * FROM {name}.{table}"  # noqa: S608
            await connection.execute(view)
        await connection.execute(RETIRE_LIVE, name)
        await connection.execute(MAKE_LIVE, name)


async def drop_generation(connection: Db, name: str) -> None:
    """Raises NoSuchGeneration."""
    async with connection.transaction():
        if await connection.execute(REMOVE, name) != "DELETE 1":
            raise NoSuchGeneration(name)
        await connection.execute(UNPARK, name)
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
