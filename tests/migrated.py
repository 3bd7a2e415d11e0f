"""PostgreSQL with core's migrations, which take 14 seconds of processor time: applied once, and
copied by every stack of the tests and by the database of the unit tests."""

import fcntl
import hashlib
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import cast

import psycopg
from typing_extensions import override

from scripts.embedded.ports import Ports
from scripts.embedded.postgres import BINARIES, Postgres, as_account
from scripts.stack.health import Server
from scripts.stack.services import SEED, Service
from scripts.stack.stack import PROJECT, Stack
from tests import kafka_cds
from tests.kafka_container import ContainerKafka

RELATIONAL = "postgres-relational"
COPIES = PROJECT / ".venv" / "migrated"
MIGRATIONS = "services/core/core/*/migrations/*.py"


class MigratedPostgres(Postgres):
    """A new cluster is a copy of a migrated one, with a password of its own."""

    def prepare(self) -> None:
        if not self.data.exists():
            self.folder.mkdir(parents=True, exist_ok=True)
            with _migrated_cluster() as source:
                _copy(source, self.data)
            subprocess.run(  # noqa: S603
                [*as_account(), str(BINARIES / "postgres"), "--single", "-D", str(self.data),
                 "-c", "fsync=off", "postgres"],
                input=f"ALTER ROLE postgres PASSWORD '{self.password}'", text=True,
                check=True, capture_output=True,
            )  # fmt: skip
        super().prepare()

    def copy_database(self, name: str) -> None:
        """Make a database with the same tables, unless there is one."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            query = "SELECT 1 FROM pg_database WHERE datname = %s"
            if connection.execute(query, [name]).fetchone() is None:
                connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{self.database}"')


class MigratedStack(Stack):
    """A stack whose database of core begins with all tables, so that its migrations do not run.
    Its demo has 60 learners: the 200 of `make up` take a minute to load and to project."""

    @cached_property
    def servers(self) -> dict[str, Server]:
        found = dict(super().servers)
        usual = cast(Postgres, found[RELATIONAL])
        columns = {field.name: getattr(usual, field.name) for field in fields(usual)}
        return {**found, RELATIONAL: MigratedPostgres(**columns)}

    @override
    def start(self, name: str, *, environment: dict[str, str] | None = None) -> None:
        if name == "kafka" and not isinstance(self.servers[name], ContainerKafka):
            kafka_cds.ensure_archive()
        super().start(name, environment=environment)

    @override
    def command_of(self, service: Service) -> list[str]:
        if service.name == "migrate-core":
            return ["true"]  # `test_upgrade` and the tests of images run it
        learners = ["--learners", "60"] if service is SEED else []
        return [*super().command_of(service), *learners]


@contextmanager
def _migrated_cluster() -> Iterator[Path]:
    """The data of a stopped cluster, which nobody deletes inside the block."""
    COPIES.mkdir(parents=True, exist_ok=True)
    place = COPIES / _name()
    with (COPIES / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not place.exists():
            for outdated in COPIES.glob("cluster-*"):
                shutil.rmtree(outdated)
            _make(place)
        yield place


def _name() -> str:
    """Changes with the migrations, what they run on, and the month, for which there are tables."""
    found = hashlib.sha256(f"{datetime.now(UTC):%Y-%m}".encode())
    for path in (PROJECT / "requirements.lock", *sorted(PROJECT.glob(MIGRATIONS))):
        found.update(str(path.relative_to(PROJECT)).encode() + path.read_bytes())
    return f"cluster-{found.hexdigest()[:16]}"


def _make(place: Path) -> None:
    folder = Path(tempfile.mkdtemp(prefix="ongoza-migrated-"))
    stack = Stack(folder, Ports.free(), durable=False, patience=5)
    try:
        stack.run(RELATIONAL)
        stack.run("migrate-core")
        stack.stop(RELATIONAL)
        draft = place.with_name("draft")
        shutil.rmtree(draft, ignore_errors=True)
        _copy(cast(Postgres, stack.servers[RELATIONAL]).data, draft)
        draft.rename(place)
    finally:
        stack.down()
        shutil.rmtree(folder)


def _copy(source: Path, target: Path) -> None:
    """With the account that owns the files."""
    subprocess.run(["cp", "-a", str(source), str(target)], check=True)  # noqa: S603, S607
