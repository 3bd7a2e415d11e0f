"""Servers that freeze, have no space left or are replaced, while learners write and read."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path

import psycopg
import pytest

from scripts.chaos.faults import restart_ended
from scripts.chaos.load import Load, load_on
from scripts.chaos.verdict import final_verdict
from scripts.embedded.ports import HOST, Ports
from scripts.embedded.postgres import BINARIES, USER, Postgres, as_account, give_to_account
from scripts.stack import processes
from scripts.stack.stack import PROJECT, Stack
from tests.integration.story import eventually
from tests.small_disks import DATABASES

pytestmark = [pytest.mark.faults, pytest.mark.slow]
OUTAGE_SECONDS = 6
CALM_ANSWERS = 5
PAUSE = 0.5
IN_NAMESPACE = "ONGOZA_TESTS_IN_NAMESPACE"
STARTS = count(0, 5)
SERVERS = (*DATABASES, "kafka")


def outcomes_in_namespace() -> str:
    """The test of full disks, run where an ordinary account may mount: in namespaces of its own.

    The account stays what it is there, since PostgreSQL refuses to run as root.
    """
    inherited = {name: value for name, value in os.environ.items() if "PYTEST" not in name}
    unshare = ["unshare", "--user", "--map-current-user", "--keep-caps", "--mount"]
    tests = [sys.executable, "-m", "pytest", "-p", "no:xdist", "-p", "no:cacheprovider", "-v"]
    done = subprocess.run(  # noqa: S603
        [*unshare, *tests, __file__, "-k", "full_disk"],
        env={**inherited, IN_NAMESPACE: "yes"},
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout + done.stderr


@pytest.fixture
def load(stack_to_break: Stack) -> Iterator[Load]:
    """What every test is about: nothing acknowledged is lost, no answer is a 500, and all is
    served again afterwards."""
    restart_ended(stack_to_break)
    with load_on(stack_to_break, next(STARTS), PAUSE) as load:
        wait_until_all_is_served(load)
        yield load
        wait_until_all_is_served(load)
    verdict = final_verdict(load)
    assert verdict.acknowledged
    assert (verdict.lost, verdict.doubled, verdict.inverted) == ([], [], [])
    assert {status for _, _, status in load.answers if status} <= {200, 201, 503}


def wait_until_all_is_served(load: Load) -> None:
    restart_ended(load.stack)
    began = time.monotonic()
    for service in ("core", "ai"):
        eventually(lambda service=service: answers_well(load, service, began))  # type: ignore[misc]


def answers_well(load: Load, service: str, began: float) -> bool:
    """Whether the last answers of a service since that moment were good."""
    statuses = [status for when, name, status in load.answers if name == service and when > began]
    last = statuses[-CALM_ANSWERS:]
    return len(last) == CALM_ANSWERS and set(last) <= {200, 201}


def test_servers_that_freeze(load: Load) -> None:
    for name in SERVERS:
        load.stack.kill(name, signal.SIGSTOP)
        time.sleep(OUTAGE_SECONDS)
        load.stack.kill(name, signal.SIGCONT)
        wait_until_all_is_served(load)


def test_servers_with_a_full_disk(request: pytest.FixtureRequest) -> None:
    if os.geteuid() != 0 and IN_NAMESPACE not in os.environ:
        outcomes = outcomes_in_namespace()
        assert "test_servers_with_a_full_disk PASSED" in outcomes, outcomes
        return
    load: Load = request.getfixturevalue("load")
    for name in SERVERS:
        disk = load.stack.servers[name].folder
        assert disk.is_mount(), "no disk of limited size could be mounted"
        ballast = disk / "ballast"
        try:
            fill(ballast)
            time.sleep(OUTAGE_SECONDS)
        finally:
            ballast.unlink()
        wait_until_all_is_served(load)


def fill(ballast: Path) -> None:
    """Until there is no space left; what it has written before stays."""
    with ballast.open("ab", buffering=0) as file:
        try:
            while True:
                file.write(bytes(64 * 1024))
        except OSError:
            return


def test_databases_that_are_replaced_by_their_standbys(load: Load) -> None:
    for name in DATABASES:
        replace_by_standby(load.stack, name)
        wait_until_all_is_served(load)


def replace_by_standby(stack: Stack, name: str) -> None:
    """For a while there is only a standby, which reads and does not write."""
    primary = stack.servers[name]
    assert isinstance(primary, Postgres)
    standby = standby_of(primary)
    process = start(standby)
    try:
        eventually(lambda: is_streaming(primary))
        stack.stop(name)  # a clean stop sends everything to the standby that streams
    finally:
        process.stop(signal.SIGINT)
    shutil.rmtree(primary.data)
    standby.data.rename(primary.data)
    stack.run(name)
    time.sleep(OUTAGE_SECONDS)
    with psycopg.connect(primary.url("postgres"), autocommit=True) as db:
        assert db.execute("SELECT pg_is_in_recovery()").fetchone() == (True,)
        db.execute("SELECT pg_promote()")


def is_streaming(primary: Postgres) -> bool:
    """Whether a standby has caught up and gets each change as it is written."""
    with psycopg.connect(primary.url("postgres"), autocommit=True) as db:
        rows = db.execute("SELECT state FROM pg_stat_replication").fetchall()
    return rows == [("streaming",)]


def standby_of(primary: Postgres) -> Postgres:
    """A copy of a running server that follows it."""
    standby = replace(
        primary,
        name="standby",
        folder=primary.folder / "standby",  # on the same disk, so that it can be renamed
        port=Ports.free().db,
    )
    standby.folder.mkdir()
    give_to_account(standby.folder)
    copy = [
        *(*as_account(), str(BINARIES / "pg_basebackup"), "--write-recovery-conf"),
        *("--checkpoint", "fast", "--pgdata", str(standby.data)),
        *("--dbname", f"host={HOST} port={primary.port} user={USER} password={primary.password}"),
    ]
    subprocess.run(copy, check=True, capture_output=True, cwd="/")  # noqa: S603
    return standby


def start(server: Postgres) -> processes.Started:
    log = server.folder / "log"
    return processes.start(server.name, server.command(), environment={}, cwd=Path("/"), log=log)
