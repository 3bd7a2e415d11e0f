"""The services of the stack, their order, and how each shows that it is ready."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

PYTHON = sys.executable
CELERY = (PYTHON, "-m", "celery", "-A", "core.jobs.celery")
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


@dataclass(frozen=True, kw_only=True)
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
    port: str | None = None
    health: str = ""
    asks: str = ""
    after: tuple[str, ...] = ()
    principal: str = ""
    """The principal of its login to Kafka; empty if it does not use Kafka."""
    patience: float = 90.0


def worker_of(queue: str, *, slots: int) -> tuple[str, ...]:
    """The command of a Celery worker for one queue of `core.jobs.queue_names`, and its ticks."""
    queues = f"{queue}.ticks,{queue}"
    return (*CELERY, "worker", "-Q", queues, "--pool=threads", "-c", str(slots))


SERVICES: tuple[Service, ...] = (
    Service(name="postgres-relational", ready="embedded", port="db"),
    Service(name="postgres-vector", ready="embedded", port="vector_db"),
    Service(name="kafka", ready="embedded", port="kafka"),
    Service(name="valkey", ready="embedded", port="valkey"),
    Service(
        name="migrate-core",
        ready="exit",
        command=(PYTHON, "-m", "core.manage", "migrate", "--verbosity", "0"),
        after=("postgres-relational",),
    ),
    Service(
        name="migrate-ai",
        ready="exit",
        command=(PYTHON, "-m", "ai", "migrate"),
        after=("postgres-vector",),
    ),
    Service(
        name="topics",
        ready="exit",
        command=(PYTHON, "-m", "infra.kafka", "apply", "--logins"),
        after=("kafka",),
        principal="admin",
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
        ready="query",
        asks="postgres-relational",
        health=RELAY_AT_WORK,
        command=(PYTHON, "-m", "core.manage", "relay_outbox"),
        after=("migrate-core", "topics"),
        principal="core",
    ),
    Service(
        name="ai",
        ready="http",
        command=(PYTHON, "-m", "ai", "serve"),
        port="ai",
        health="/health",
        after=("migrate-ai",),
    ),
    Service(
        name="worker",
        ready="query",
        asks="postgres-vector",
        health=WORKER_AT_WORK,
        command=(PYTHON, "-m", "ai", "worker"),
        after=("migrate-ai", "topics"),
        principal="ai",
    ),
    Service(
        name="jobs",
        ready="query",
        asks="postgres-relational",
        health=QUEUE_AT_WORK.format("jobs"),
        command=(*worker_of("jobs", slots=2), *BEAT, *QUIET),
        after=("migrate-core", "valkey"),
    ),
    Service(
        name="webhooks",
        ready="query",
        asks="postgres-relational",
        health=QUEUE_AT_WORK.format("webhooks"),
        command=(*worker_of("webhooks", slots=4), *QUIET),
        after=("migrate-core", "valkey"),
    ),
)
SESSIONS = "web-sessions"
WEB: tuple[Service, ...] = (
    Service(name=SESSIONS, ready="embedded", port="web_sessions"),
    Service(
        name="web-build",
        ready="exit",
        command=(PYTHON, "-m", "scripts.web", "build"),
        patience=900,
    ),
    Service(
        name="web",
        ready="http",
        command=(PYTHON, "-m", "scripts.web", "serve"),
        port="web",
        health="/bff/health",
        after=("web-build", SESSIONS, "core", "ai"),
    ),
)
"""The client, which `make up` starts unless it is called with WEB=0."""
SEED = Service(
    name="seed",
    ready="exit",
    command=(PYTHON, "-m", "core.manage", "seed", "--if-empty"),
    after=("core", "relay", "worker"),
    patience=300,
)
BY_NAME: Mapping[str, Service] = {service.name: service for service in (*SERVICES, *WEB, SEED)}
