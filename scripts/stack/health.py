"""Checks from outside whether a service does its work."""

import ssl
from collections.abc import Mapping
from typing import TypeAlias

import httpx
import psycopg

from scripts.embedded.kafka import Kafka
from scripts.embedded.ports import HOST, Ports
from scripts.embedded.postgres import Postgres
from scripts.embedded.valkey import Valkey
from scripts.stack.processes import Started
from scripts.stack.services import Service

TIMEOUT_SECONDS = 2
SSL_CONTEXT = ssl.create_default_context()
"""For requests without a client of their own: httpx would read the machine's certificates for each,
which takes longer than most answers."""

Server: TypeAlias = Postgres | Kafka | Valkey
Servers: TypeAlias = Mapping[str, Server]


def healthy(service: Service, started: Started, *, servers: Servers, ports: Ports) -> bool:
    match service.ready:
        case "embedded":
            return servers[service.name].ready()
        case "http":
            return _answers(f"http://{HOST}:{getattr(ports, str(service.port))}{service.health}")
        case "query":
            return _says_true(servers[service.asks], service.health, age=started.age())
        case "exit":
            return True


def _answers(url: str) -> bool:
    try:
        answer = httpx.get(url, timeout=TIMEOUT_SECONDS, trust_env=False, verify=SSL_CONTEXT)
    except httpx.TransportError:
        return False
    return answer.status_code == 200


def _says_true(server: Server, query: str, *, age: float) -> bool:
    if not isinstance(server, Postgres):
        raise TypeError(f"{server.name} answers no queries")
    try:
        with psycopg.connect(server.url(), connect_timeout=TIMEOUT_SECONDS) as connection:
            row = connection.execute(query, {"age": age}).fetchone()
    except psycopg.Error:
        return False
    return bool(row and row[0])
