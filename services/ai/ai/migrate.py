"""`python -m ai migrate`: brings ai's database to the schema this code expects."""

import asyncio
import hashlib
import logging
import sys
from importlib.resources import files

import asyncpg
import typer

from ai.kit.db import UNAVAILABLE, connect
from ai.kit.locks import MIGRATE
from ai.kit.logs import configure
from ai.kit.settings import Settings, load_settings
from ai.projections.generations import FIRST, create_generation, live_generation, publish_live

command = typer.Typer(add_completion=False)

log = logging.getLogger(__name__)

WAIT_SECONDS = 30
HISTORY = """
CREATE TABLE IF NOT EXISTS schema_migration (
    name       text PRIMARY KEY,
    sha256     text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now()
)
"""
APPLIED = "SELECT sha256 FROM schema_migration WHERE name = $1"
REMEMBER = "INSERT INTO schema_migration (name, sha256) VALUES ($1, $2)"


class ChangedMigration(RuntimeError):
    """A migration was edited after it had been applied to this database: write a new one
    instead."""


async def migrate(connection: asyncpg.Connection) -> list[str]:
    """Apply the missing migrations, all or none, and return their names.

    Raises ChangedMigration.
    """
    async with connection.transaction():
        await connection.execute(MIGRATE)
        await connection.execute(HISTORY)
        applied = [name for name in _numbered() if await _apply(connection, name)]
        if await live_generation(connection) is None:
            await create_generation(connection, FIRST)
            await publish_live(connection, FIRST)
    return applied


def _numbered() -> list[str]:
    names = (entry.name for entry in files("ai.migrations").iterdir())
    return sorted(name for name in names if name[:4].isdigit() and name.endswith(".sql"))


async def _apply(connection: asyncpg.Connection, name: str) -> bool:
    text = files("ai.migrations").joinpath(name).read_text()
    digest = hashlib.sha256(text.encode()).hexdigest()
    known = await connection.fetchval(APPLIED, name)
    if known is not None and known != digest:
        raise ChangedMigration(name)
    if known is None:
        await connection.execute(text)
        await connection.execute(REMEMBER, name, digest)
    return known is None


async def _main() -> None:
    connection = await _patiently_connect(load_settings())
    try:
        applied = await migrate(connection)
    finally:
        await connection.close()
    log.info("migrations applied: %s", ", ".join(applied) or "none were missing")


async def _patiently_connect(settings: Settings) -> asyncpg.Connection:
    for _ in range(WAIT_SECONDS):
        try:
            return await connect(settings)
        except UNAVAILABLE:
            await asyncio.sleep(1)
    sys.exit(f"ai's database did not answer for {WAIT_SECONDS} s")


@command.command()
def run() -> None:
    """Bring the database to the schema this code expects."""
    configure()
    asyncio.run(_main())
