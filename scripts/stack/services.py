"""What runs, in which order, and how one sees that it is ready."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import httpx

PYTHON = sys.executable
Check = Literal["http", "embedded", "exit", "alive"]


@dataclass(frozen=True, kw_only=True)
class Service:
    """One process. `ready` says how readiness shows:

    - `embedded`: the server answers (PostgreSQL, Kafka);
    - `http`: `health` answers 200;
    - `exit`: it is a step that ends with 0;
    - `alive`: it still runs, having no port to ask.
    """

    name: str
    ready: Check
    command: tuple[str, ...] = ()
    port: str | None = None
    health: str | None = None
    after: tuple[str, ...] = ()


SERVICES: tuple[Service, ...] = (
    Service(name="postgres-relational", ready="embedded", port="db"),
    Service(name="postgres-vector", ready="embedded", port="vector_db"),
    Service(name="kafka", ready="embedded", port="kafka"),
    Service(
        name="migrate-core",
        ready="exit",
        command=(PYTHON, "-m", "core.manage", "migrate", "--verbosity", "0"),
        after=("postgres-relational",),
    ),
    Service(
        name="migrate-ai",
        ready="exit",
        command=(PYTHON, "-m", "ai.migrate"),
        after=("postgres-vector",),
    ),
    Service(
        name="topics",
        ready="exit",
        command=(PYTHON, "-m", "scripts.topics"),
        after=("kafka",),
    ),
    Service(
        name="core",
        ready="http",
        command=(PYTHON, "-m", "gunicorn", "core.config.wsgi", "-c", "infra/gunicorn.conf.py"),
        port="core",
        health="/api/v1/health/",
        after=("migrate-core",),
    ),
    Service(
        name="relay",
        ready="alive",
        command=(PYTHON, "-m", "core.manage", "relay_outbox"),
        after=("migrate-core", "topics"),
    ),
    Service(
        name="ai",
        ready="http",
        command=(PYTHON, "-m", "ai.app"),
        port="ai",
        health="/health",
        after=("migrate-ai",),
    ),
    Service(
        name="worker",
        ready="alive",
        command=(PYTHON, "-m", "ai.worker"),
        after=("migrate-ai", "topics"),
    ),
)
SEED = Service(
    name="seed",
    ready="exit",
    command=(PYTHON, "-m", "core.manage", "seed", "--if-empty"),
    after=("core", "relay", "worker"),
)
BY_NAME: Mapping[str, Service] = {service.name: service for service in (*SERVICES, SEED)}


def answers(url: str) -> bool:
    """Whether `url` answers 200 within two seconds."""
    try:
        return httpx.get(url, timeout=2, trust_env=False).status_code == 200
    except httpx.TransportError:
        return False
