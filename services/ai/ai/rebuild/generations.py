"""Generations of the projections: a schema each, one of them live."""

from importlib.resources import files

import asyncpg

TABLES = (
    "content",
    "content_vector",
    "catalogue_revision",
    "consumed",
    "learner",
    "erased_learner",
    "progress",
    "profiling_session",
    "dirty_learner",
    "recommendation",
)
FIRST = "g1"

LIVE = "SELECT name FROM generation WHERE state = 'live'"
ADD = "INSERT INTO generation (name, state) VALUES ($1, 'building')"
RETIRE_LIVE = "UPDATE generation SET state = 'retired' WHERE state = 'live' AND name <> $1"
MAKE_LIVE = "UPDATE generation SET state = 'live', switched_at = now() WHERE name = $1"


async def live_generation(connection: asyncpg.Connection | asyncpg.Pool) -> str | None:
    """The name of the generation readers see; None before the first migration."""
    name: str | None = await connection.fetchval(LIVE)
    return name


async def create_generation(connection: asyncpg.Connection, name: str) -> None:
    """An empty generation. Raises asyncpg.UniqueViolationError when there is one of this name."""
    async with connection.transaction():
        await connection.execute(ADD, name)  # refuses a name that is no plain `g<number>`
        await connection.execute(f"CREATE SCHEMA {name}")
        await connection.execute(f"SET LOCAL search_path = {name}, public")
        await connection.execute(files("ai.migrations").joinpath("generation.sql").read_text())


async def publish_live(connection: asyncpg.Connection, name: str) -> None:
    """Let readers see generation `name` from one moment to the next."""
    async with connection.transaction():
        for table in TABLES:
            view = f"CREATE OR REPLACE VIEW live.{table} AS SELECT * FROM {name}.{table}"  # noqa: S608
            await connection.execute(view)
        await connection.execute(RETIRE_LIVE, name)
        await connection.execute(MAKE_LIVE, name)
