"""The whole system with the demo's learners, at rest."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import psycopg

from scripts.bench.running import ChildFailed, bench_stack
from scripts.embedded.postgres import Postgres
from scripts.stack.services import SEED, SERVICES
from scripts.stack.stack import Stack

SETTLE_SECONDS = 60.0
OUTBOX = "SELECT count(*) = 0 FROM outbox_event"
CONTENT = "SELECT count(*) FROM programs_contentitem"
LISTS = """
SELECT NOT EXISTS (SELECT FROM live.dirty_learner)
    AND NOT EXISTS (SELECT FROM live.recommendation AS kept, live.catalogue_revision AS newest
        WHERE kept.revision < newest.revision)
    AND (SELECT count(*) FROM live.content_vector) = %s
"""
# What a learner may still report progress on, again and again.
NOT_COMPLETED = """
SELECT content_id FROM programs_contentitem AS item
WHERE NOT retired AND NOT EXISTS (
    SELECT FROM progress_progress AS progress
    WHERE progress.content_id = item.content_id AND user_id = %s AND status = 'completed'
)
ORDER BY content_id LIMIT %s
"""


@contextmanager
def seeded_stack() -> Iterator[Stack]:
    """Everything `make up` starts, with every list computed."""
    with bench_stack(*(service.name for service in (*SERVICES, SEED))) as stack:
        _settle(stack)
        yield stack


def _settle(stack: Stack) -> None:
    """Raises ChildFailed when what was seeded does not become lists in time."""
    deadline = time.monotonic() + SETTLE_SECONDS
    while not _settled(stack):
        if time.monotonic() > deadline:
            raise ChildFailed(f"not settled within {SETTLE_SECONDS:.0f} s")
        time.sleep(0.2)


def _settled(stack: Stack) -> bool:
    with connect(stack, "relational") as core, connect(stack, "vector") as ai:
        content = core.execute(CONTENT).fetchone()
        sent = core.execute(OUTBOX).fetchone() == (True,)
        return sent and ai.execute(LISTS, content).fetchone() == (True,)


def connect(stack: Stack, database: str) -> psycopg.Connection:
    """To `relational` or `vector`, outside of any process of the product."""
    server = stack.servers[f"postgres-{database}"]
    assert isinstance(server, Postgres)  # noqa: S101
    return psycopg.connect(server.url(), autocommit=True)


def open_items(stack: Stack, learner: Mapping[str, Any], count: int) -> list[str]:
    """Up to `count` items the learner has not completed."""
    with connect(stack, "relational") as core:
        return [row[0] for row in core.execute(NOT_COMPLETED, (learner["user_id"], count))]
