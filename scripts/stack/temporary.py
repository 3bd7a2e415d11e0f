"""A stack of its own for one run of a script, on free ports; deleted afterwards."""

import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import cast

import psycopg

from scripts.embedded.ports import Ports
from scripts.embedded.postgres import Postgres
from scripts.stack.services import BY_NAME
from scripts.stack.stack import Stack


@contextmanager
def temporary_stack(names: Iterable[str], patience: float = 1.0) -> Iterator[Stack]:
    """Runs these services, as durable as those of `make up`, without limits for callers and without
    the second model of search, which takes half a minute for the demo's items."""
    folder = Path(tempfile.mkdtemp(prefix="ongoza-stack-"))
    changed = {"THROTTLE": "off", "MULTILINGUAL_SEARCH": "0"}
    stack = Stack(folder, Ports.free(), extra_environment=changed, patience=patience)
    try:
        stack.up([BY_NAME[name] for name in names])
        yield stack
    finally:
        stack.down()
        shutil.rmtree(folder)


def connect(stack: Stack, database: str) -> psycopg.Connection:
    """A connection to `relational` or `vector` outside any process of the product."""
    server = cast(Postgres, stack.servers[f"postgres-{database}"])
    return psycopg.connect(server.url(), autocommit=True)
