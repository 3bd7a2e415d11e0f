"""The services of the stack, their order, and how each shows that it is ready."""

import sys
from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass
from typing import Literal

BEAT = ("-B", "--scheduler", "celery.beat:Scheduler")  # the one of this machine, without a file
QUIET = ("--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel", "WARNING")
Check = Literal["embedded", "http", "query", "exit"]

# The relay that publishes holds an advisory lock; any other stands by.
# Before that it compares the database with the topics, once for each start of the server.
RELAY_AT_WORK = """
SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND granted) AND EXISTS (
    SELECT FROM outbox_restore_check WHERE written_by = xmin::text
    AND split_part(database, ' ', 2)::numeric = extract(epoch FROM pg_postmaster_start_time())
)
"""
# %(age)s: a heartbeat from before the process's start is that of a worker that died.
WORKER_AT_WORK = """
SELECT coalesce(now() - max(heartbeat_at) < make_interval(secs => least(30, %(age)s)), false)
FROM worker_status
"""

# Written each minute, and at the start, by a task that went through the queue in Valkey.
QUEUE_AT_WORK = """
SELECT coalesce(now() - max(at) < make_interval(secs => least(150, %(age)s)), false)
FROM jobs_tick WHERE queue = '{}'
"""


@dataclass(frozen=True)
class Service:
    """One process. `ready` says how readiness shows:

    - `embedded`: the server answers (PostgreSQL, Kafka, Valkey);
    - `http`: `health` answers 200;
    - `query`: it serves no port; `health` is what the database `asks` says true to;
    - `exit`: it is a step that ends with 0.
    """

    name: str
    ready: Check
    command: tuple[str, ...] = ()
    _: KW_ONLY
    port: str | None = None
    health: str = ""
    asks: str = ""
    after: tuple[str, ...] = ()
    principal: str = ""
    """The principal of its login to Kafka; empty if it does not use Kafka."""
    patience: float = 90.0
    operator_codes: tuple[int, ...] = ()
    """Exit codes after which a new start is of no use until an operator has acted, as
    docs/operate-exit-codes.md says."""


def python(words: str) -> tuple[str, ...]:
    return (sys.executable, "-m", *words.split())


def celery(queue: str, *, slots: int) -> tuple[str, ...]:
    """A Celery worker for one queue of `core.jobs.queue_names`, and its ticks."""
    queues = f"{queue}.ticks,{queue}"
    return python(f"celery -q -A core.jobs.celery worker -Q {queues} --pool=threads -c {slots}")


CORE, AI, SESSIONS = "postgres-relational", "postgres-vector", "web-sessions"
SERVICES: tuple[Service, ...] = (
    Service(CORE, "embedded", port="db"),
    Service(AI, "embedded", port="vector_db"),
    Service("kafka", "embedded", port="kafka"),
    Service("valkey", "embedded", port="valkey"),
    Service("migrate-core", "exit", python("core.manage migrate --verbosity 0"), after=(CORE,)),
    Service("migrate-ai", "exit", python("ai migrate"), after=(AI,)),
    Service(
        "topics",
        "exit",
        python("infra.kafka apply --logins"),
        after=("kafka",),
        principal="admin",
    ),
    Service(
        "core",
        "http",
        python("gunicorn core.config.wsgi -c infra/gunicorn.conf.py"),
        port="core",
        health="/api/v1/health/",
        after=("migrate-core",),
    ),
    Service(
        "relay",
        "query",
        python("core.manage relay_outbox"),
        asks=CORE,
        health=RELAY_AT_WORK,
        after=("migrate-core", "topics"),
        principal="core",
    ),
    Service(
        "ai",
        "http",
        python("ai serve"),
        port="ai",
        health="/health",
        after=("migrate-ai",),
    ),
    Service(
        "worker",
        "query",
        python("ai worker"),
        asks=AI,
        health=WORKER_AT_WORK,
        after=("migrate-ai", "topics"),
        principal="ai",
        operator_codes=(3, 5, 6),
    ),
    Service(
        "jobs",
        "query",
        (*celery("jobs", slots=2), *BEAT, *QUIET),
        asks=CORE,
        health=QUEUE_AT_WORK.format("jobs"),
        after=("migrate-core", "valkey"),
    ),
    Service(
        "webhooks",
        "query",
        (*celery("webhooks", slots=4), *QUIET),
        asks=CORE,
        health=QUEUE_AT_WORK.format("webhooks"),
        after=("migrate-core", "valkey"),
    ),
)
WEB: tuple[Service, ...] = (
    Service(SESSIONS, "embedded", port="web_sessions"),
    Service("web-build", "exit", python("scripts.web build"), patience=900),
    Service(
        "web",
        "http",
        python("scripts.web serve"),
        port="web",
        health="/bff/health",
        after=("web-build", SESSIONS, "core", "ai"),
    ),
)
"""The client, which `make up` starts unless it is called with WEB=0."""
OBSERVE = Service(
    "prometheus", "http", python("scripts.observe"), port="prometheus", health="/-/ready"
)
"""Prometheus, which `make up OBSERVE=1` starts where it is installed."""
SEED = Service(
    "seed",
    "exit",
    python("core.manage seed --if-empty"),
    after=("core", "relay", "worker"),
    patience=300,
)
BY_NAME: Mapping[str, Service] = {
    service.name: service for service in (OBSERVE, *SERVICES, *WEB, SEED)
}
