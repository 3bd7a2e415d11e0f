"""Connections to ai's database."""

from collections.abc import Mapping
from typing import Any, TypeAlias

import asyncpg
from asyncpg.pool import PoolConnectionProxy
from pgvector.asyncpg import register_vector

from ai.kit.settings import Settings

Db: TypeAlias = asyncpg.Connection | PoolConnectionProxy
"""A connection, from a pool or not. Functions that take one work in the caller's transaction."""


CONNECT_SECONDS = 3.0
STATEMENT_TIMEOUT = "30s"

UNAVAILABLE = (
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # raised when the server crashes during a query
    asyncpg.PostgresConnectionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.OperatorInterventionError,
    asyncpg.PostgresSystemError,  # the server cannot read or write its files
    asyncpg.ReadOnlySQLTransactionError,  # a standby that is not promoted yet
    asyncpg.TransactionRollbackError,  # aborted in favour of another transaction
    OSError,  # of any kind: no route to the host, no name, or a failure of each of its addresses
)
"""The database is unreachable, starting, stopping or overloaded: a retry may succeed."""


async def open_pool(
    settings: Settings,
    *,
    search_path: str,
    size: int = 10,
    parameters: Mapping[str, str] | None = None,
) -> asyncpg.Pool:
    """A pool whose SQL finds its tables in `search_path`: `live, public` to read, `g1, public`
    to write generation 1. `parameters` are further server settings of its connections.

    The database need not be up: connections are made when first needed.
    """
    return await asyncpg.create_pool(
        **_where(settings),
        min_size=0,
        max_size=size,
        init=register_vector,
        reset=_nothing_to_reset,
        server_settings={
            "search_path": search_path,
            "statement_timeout": STATEMENT_TIMEOUT,
            "jit": "off",  # it costs more than any of our queries
            **(parameters or {}),
        },
    )


async def _nothing_to_reset(_: asyncpg.Connection) -> None:
    """Code that sets session settings or locks resets them itself, so a release needs no round
    trip."""


async def connect(settings: Settings) -> asyncpg.Connection:
    """One connection outside any pool, which does not need the vector type."""
    return await asyncpg.connect(**_where(settings))


def _where(settings: Settings) -> dict[str, Any]:
    return {
        "host": settings.vector_db_host,
        "port": settings.vector_db_port,
        "database": settings.vector_db_name,
        "user": settings.vector_db_user,
        "password": settings.vector_db_password,
        "timeout": CONNECT_SECONDS,
        "ssl": "prefer",
    }
