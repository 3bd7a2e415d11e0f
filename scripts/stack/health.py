"""Checks from outside whether a service does its work."""

import ssl
from collections.abc import Mapping
from typing import Any, TypeAlias

import httpx
import psycopg

from scripts.embedded.kafka import Kafka
from scripts.embedded.postgres import Postgres
from scripts.embedded.valkey import Valkey

TIMEOUT_SECONDS = 2
SSL_CONTEXT = ssl.create_default_context()
"""For requests without a client of their own: httpx would read the machine's certificates for each,
which takes longer than most answers."""

Server: TypeAlias = Postgres | Kafka | Valkey


def answers(url: str) -> bool:
    try:
        answer = httpx.get(url, timeout=TIMEOUT_SECONDS, trust_env=False, verify=SSL_CONTEXT)
    except httpx.TransportError:
        return False
    return answer.status_code == 200


def rows(
    server: Server, query: str, parameters: Mapping[str, Any] | None = None
) -> list[tuple[Any, ...]] | None:
    """None when the database does not answer or lacks the tables."""
    if not isinstance(server, Postgres):
        raise TypeError(f"{server.name} answers no queries")
    try:
        with psycopg.connect(server.url(), connect_timeout=TIMEOUT_SECONDS) as connection:
            return connection.execute(query, parameters).fetchall()
    except psycopg.Error:
        return None
