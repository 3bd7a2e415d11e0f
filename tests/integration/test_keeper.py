"""`make up` keeps its services running: each outage is said by `make status`, and heals alone."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import cast

import httpx
import psycopg
import pytest
from rich.console import Console

from scripts.embedded.ports import HOST, Ports
from scripts.embedded.postgres import Postgres
from scripts.stack import keeper
from scripts.stack.processes import Register, Started
from scripts.stack.services import SERVICES
from scripts.stack.stack import PROJECT, Stack
from scripts.stack.status import show
from tests.integration.story import (
    ANSWER_SECONDS,
    TICK_SECONDS,
    Learner,
    eventually,
    rows,
    settled,
)
from tests.integration.test_server_faults import OUTAGE_SECONDS, fill
from tests.migrated import RELATIONAL, MigratedStack
from tests.small_disks import LIBC, MNT_DETACH, mount

pytestmark = [pytest.mark.faults, pytest.mark.slow, pytest.mark.kafka]
NAMES = [service.name for service in SERVICES if service.ready != "exit"]
HEAL_SECONDS = 120.0
KNOWN = "SELECT FROM live.learner WHERE user_id = %s"
MARK = """
INSERT INTO live.dirty_learner (user_id, marked_at) VALUES (%s, now() - interval '400 seconds')
RETURNING user_id
"""
ADD_LATE_JOB = """
INSERT INTO jobs_job (kind, subject, created_at, due_at, attempts, last_error)
VALUES ('outbox.partitions', '', now(), now() - interval '200 seconds', 0, '') RETURNING id
"""
MAKE_TICK_LATE = """
UPDATE jobs_tick SET at = now() - interval '6 minutes' WHERE queue = 'jobs' RETURNING queue
"""


def command(stack: Stack, *arguments: str) -> list[str]:
    return [sys.executable, "-m", "scripts.stack", *arguments]


def environment(stack: Stack) -> dict[str, str]:
    own = {"ONGOZA_HOME": str(stack.folder), "THROTTLE": "off", "COLUMNS": "160"}
    return {**os.environ, **stack.ports.environment(), **own}


def run(stack: Stack, *arguments: str) -> tuple[int, str]:
    """As the targets of the Makefile do."""
    done = subprocess.run(  # noqa: S603
        command(stack, *arguments),
        env=environment(stack),
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def status(stack: Stack) -> tuple[bool, str]:
    """Whether `make status` finds nothing wrong, and what it prints, without its start."""
    printed = StringIO()
    return show(stack, Console(file=printed, width=160)), printed.getvalue()


def is_well(stack: Stack) -> bool:
    return status(stack)[0]


def up(stack: Stack) -> tuple[int, str]:
    return run(stack, "up", "--no-web", "--no-seed")


@pytest.fixture(scope="module")
def disk() -> Iterator[Path]:
    """A folder, on a disk of its own where this account may mount one."""
    folder = Path(tempfile.mkdtemp(prefix="ongoza-keeper-")) / "stack"
    mounted = mount(folder)
    yield folder
    if mounted:
        LIBC.umount2(bytes(folder), MNT_DETACH)
    shutil.rmtree(folder.parent, ignore_errors=True)


@pytest.fixture(scope="module")
def whole(disk: Path) -> Iterator[Stack]:
    stack = MigratedStack(disk, Ports.free())
    try:
        stack.servers[RELATIONAL].prepare()
        code, output = up(stack)
        assert code == 0, output
        yield stack
    finally:
        stack.down()


@pytest.fixture
def kept(whole: Stack) -> Stack:
    """The stack after everything that an earlier test broke has healed."""
    eventually(lambda: is_healed(whole), HEAL_SECONDS)
    return whole


def is_healed(stack: Stack) -> bool:
    states = {name: status.state for name, status in keeper.statuses(stack).items()}
    return states.keys() >= {*NAMES} and {*states.values()} <= {"ready", "done"}


def keeper_of(stack: Stack) -> Started:
    return Register(stack.folder / "run" / "keeper.json").all()["keeper"]


def pids(stack: Stack) -> dict[str, int]:
    return {name: started.pid for name, started in stack.register.all().items()}


def kill(stack: Stack, name: str) -> None:
    """The process alone, as the system does when memory is short."""
    if started := stack.register.alive(name):
        started.send(signal.SIGKILL, alone=True)


def test_a_stack_that_runs_has_no_problems(kept: Stack) -> None:
    code, output = run(kept, "status")
    assert code == 0, output
    assert "outbox: 0 waiting" in output


@pytest.mark.parametrize(
    "name", [name for name in NAMES if name not in ("postgres-relational", "postgres-vector")]
)
def test_a_killed_service_comes_back_and_the_others_stay(kept: Stack, name: str) -> None:
    before = pids(kept)
    kill(kept, name)
    eventually(lambda: pids(kept).get(name) != before[name], HEAL_SECONDS)
    eventually(lambda: is_healed(kept) and kept.healthy(name), HEAL_SECONDS)
    if name not in ("kafka", "valkey"):  # who uses a server may end with it
        assert {**pids(kept), name: before[name]} == before


@pytest.mark.parametrize("name", ["postgres-relational", "postgres-vector"])
def test_a_killed_database_comes_back(kept: Stack, name: str) -> None:
    before = pids(kept)
    kill(kept, name)
    eventually(lambda: pids(kept).get(name) != before[name], HEAL_SECONDS)
    eventually(lambda: is_healed(kept), HEAL_SECONDS)
    eventually(lambda: accepts_sign_ups(kept), HEAL_SECONDS)


def accepts_sign_ups(stack: Stack) -> bool:
    """Core refuses them until a database that was started has been compared with the topics."""
    try:
        Learner.signed_up(stack)
    except (AssertionError, httpx.TransportError):
        return False
    return True


def readiness(stack: Stack) -> str:
    return status_at(f"{stack.core_url}/api/v1/health/ready/")


def readiness_of_ai(stack: Stack) -> str:
    return status_at(f"{stack.ai_url}/health")


def status_at(url: str) -> str:
    answer = httpx.get(url, timeout=ANSWER_SECONDS, trust_env=False)
    return str(answer.json()["status"])


def test_a_stopped_relay_is_named_and_so_is_the_promise_that_it_breaks(kept: Stack) -> None:
    eventually(lambda: readiness(kept) == "ok")
    kept.kill("relay", signal.SIGSTOP)
    try:
        Learner.signed_up(kept)
        eventually(lambda: keeper.statuses(kept)["relay"].state == "stopped")
        eventually(lambda: readiness(kept) == "degraded")
        well, output = status(kept)
        assert not well
        assert "relay is stopped by a signal" in output
        assert "relay is behind: the oldest row of the outbox waits for" in output
    finally:
        kept.kill("relay", signal.SIGCONT)
    eventually(lambda: readiness(kept) == "ok")
    eventually(lambda: is_well(kept))


def test_a_stopped_worker_breaks_the_promise(kept: Stack) -> None:
    eventually(lambda: readiness_of_ai(kept) == "ok")
    kept.kill("worker", signal.SIGSTOP)
    try:
        Learner.signed_up(kept)
        eventually(lambda: "worker is behind: ongoza.users has waited" in status(kept)[1])
        eventually(lambda: readiness_of_ai(kept) == "degraded")
    finally:
        kept.kill("worker", signal.SIGCONT)
    eventually(lambda: readiness_of_ai(kept) == "ok")
    eventually(lambda: is_well(kept))


def test_a_worker_that_waits_for_a_lock_breaks_the_promise(kept: Stack) -> None:
    """It runs and reports, and applies nothing."""
    eventually(lambda: readiness_of_ai(kept) == "ok")
    database = cast(Postgres, kept.servers["postgres-vector"])
    with psycopg.connect(database.url()) as operator:
        operator.execute("LOCK TABLE live.consumed IN SHARE MODE")
        Learner.signed_up(kept)
        eventually(lambda: readiness_of_ai(kept) == "degraded")
        assert "worker is behind: ongoza.users has waited" in status(kept)[1]
        assert keeper.statuses(kept)["worker"].state == "ready"
    eventually(lambda: readiness_of_ai(kept) == "ok")
    eventually(lambda: is_well(kept))


def test_a_list_that_waits_for_too_long_is_named(kept: Stack) -> None:
    learner = Learner.signed_up(kept)
    eventually(lambda: rows(kept, "vector", KNOWN, learner.user_id) and settled(kept))
    kept.kill("worker", signal.SIGSTOP)
    try:
        assert rows(kept, "vector", MARK, learner.user_id)
        well, output = status(kept)
        assert not well
        assert "worker is behind: the oldest list waits for" in output
        assert readiness_of_ai(kept) == "degraded"
    finally:
        kept.kill("worker", signal.SIGCONT)
    eventually(lambda: readiness_of_ai(kept) == "ok")
    eventually(lambda: is_well(kept))


def test_jobs_that_are_late_are_named(kept: Stack) -> None:
    eventually(lambda: readiness(kept) == "ok")
    kept.kill("jobs", signal.SIGSTOP)
    try:
        assert rows(kept, "relational", ADD_LATE_JOB)
        assert rows(kept, "relational", MAKE_TICK_LATE)
        well, output = status(kept)
        assert not well
        assert "jobs is stopped by a signal" in output
        assert "jobs are late: 1 have been due for 150 s or more" in output
        assert readiness(kept) == "degraded"
    finally:
        kept.kill("jobs", signal.SIGCONT)
    eventually(lambda: readiness(kept) == "ok", TICK_SECONDS)
    eventually(lambda: is_well(kept), TICK_SECONDS)


@pytest.mark.parametrize("name", ["worker", "postgres-vector"])
def test_a_stopped_worker_and_a_stopped_database_are_named(kept: Stack, name: str) -> None:
    kept.kill(name, signal.SIGSTOP)
    try:
        eventually(lambda: keeper.statuses(kept)[name].state == "stopped")
        well, output = status(kept)
        assert not well
        assert f"{name} is stopped by a signal" in output
        if name == "postgres-vector":
            assert "ai does not answer" in output
            assert readiness_of_ai(kept) == "unavailable"
    finally:
        kept.kill(name, signal.SIGCONT)
    eventually(lambda: is_healed(kept), HEAL_SECONDS)


@pytest.mark.parametrize(
    ("name", "server", "outage", "end"),
    [
        ("worker", "kafka", "waiting for Kafka", "Kafka answers"),
        ("worker", "postgres-vector", "waiting for ai's database", "ai's database answers"),
        ("relay", "kafka", "rows wait", "active"),
        ("relay", "postgres-relational", "the database does not answer", "active"),
    ],
)
def test_what_starts_before_its_server_waits_and_says_so_once(
    kept: Stack, name: str, server: str, outage: str, end: str
) -> None:
    before = kept.log(name).stat().st_size
    kept.kill(server, signal.SIGSTOP)
    try:
        kill(kept, name)
        if (name, server) == ("relay", "kafka"):
            Learner.signed_up(kept)  # else nothing waits for the broker
            eventually(lambda: readiness(kept) == "degraded")
        eventually(lambda: outage in log_after(kept, name, before), HEAL_SECONDS)
        waiting = kept.register.alive(name)
        assert f"{server} is stopped by a signal" in status(kept)[1]
    finally:
        kept.kill(server, signal.SIGCONT)
    eventually(lambda: is_healed(kept), HEAL_SECONDS)
    eventually(lambda: end in log_after(kept, name, before).split(outage)[-1])
    assert waiting
    assert kept.register.alive(name) == waiting
    assert log_after(kept, name, before).count(outage) == 1


def test_jobs_that_start_before_the_database_wait_for_it(kept: Stack) -> None:
    before = pids(kept)["jobs"]
    kept.kill("postgres-relational", signal.SIGSTOP)
    try:
        kill(kept, "jobs")
        eventually(lambda: pids(kept)["jobs"] != before, HEAL_SECONDS)
        time.sleep(OUTAGE_SECONDS)
        waiting = kept.register.alive("jobs")
    finally:
        kept.kill("postgres-relational", signal.SIGCONT)
    eventually(lambda: is_healed(kept), HEAL_SECONDS)
    assert waiting
    assert kept.register.alive("jobs") == waiting


def log_after(stack: Stack, name: str, offset: int) -> str:
    return stack.log(name).read_bytes()[offset:].decode()


def test_the_next_keeper_adopts_what_runs(kept: Stack) -> None:
    before, keeper_before = pids(kept), keeper_of(kept)
    keeper_before.send(signal.SIGKILL, alone=True)
    eventually(lambda: keeper_before.process() is None)
    well, output = status(kept)
    assert not well
    assert "keeper does not run" in output
    assert pids(kept) == before
    assert all(kept.register.alive(name) for name in NAMES)

    code, output = up(kept)

    assert code == 0, output
    assert pids(kept) == before
    assert keeper_of(kept).pid != keeper_before.pid
    kill(kept, "valkey")
    eventually(lambda: pids(kept).get("valkey") != before["valkey"], HEAL_SECONDS)


def test_a_stopped_keeper_is_named(kept: Stack) -> None:
    keeper_of(kept).send(signal.SIGSTOP, alone=True)
    try:
        code, output = run(kept, "status")
    finally:
        keeper_of(kept).send(signal.SIGCONT, alone=True)
    assert code == 1
    assert "keeper is stopped by a signal" in output


def test_a_service_that_cannot_start_backs_off_and_heals(kept: Stack) -> None:
    """Another process takes the port of Valkey, which starts and fails fast, while it is down."""
    kill(kept, "valkey")
    with socket.socket() as thief:
        thief.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        eventually(lambda: bound(thief, kept.ports.valkey))
        thief.listen()
        eventually(lambda: keeper.statuses(kept)["valkey"].failures >= 3, HEAL_SECONDS)
        eventually(lambda: "valkey is in backoff" in status(kept)[1], HEAL_SECONDS)
    eventually(lambda: is_healed(kept), HEAL_SECONDS)


def bound(thief: socket.socket, port: int) -> bool:
    try:
        thief.bind((HOST, port))
    except OSError:
        return False
    return True


def test_after_a_full_disk_everything_heals(kept: Stack) -> None:
    if not kept.folder.is_mount():
        pytest.skip("no disk of limited size could be mounted")
    ballast = kept.folder / "ballast"
    try:
        eventually(lambda: cannot_start(kept, ballast))
        eventually(lambda: keeper.problem(kept, silent_seconds=3))  # its status finds no room
    finally:
        ballast.unlink()
    eventually(lambda: is_healed(kept), HEAL_SECONDS)
    eventually(lambda: accepts_sign_ups(kept), HEAL_SECONDS)
    eventually(lambda: is_well(kept), HEAL_SECONDS)


def cannot_start(stack: Stack, ballast: Path) -> bool:
    """Kills the relay and the broker, and says whether both stay away: not so where a server gave
    room back meanwhile."""
    fill(ballast)
    for name in ("relay", "kafka"):
        if stack.register.alive(name):
            kill(stack, name)
    time.sleep(3)
    return not any(map(stack.register.alive, ("relay", "kafka")))


def test_up_starts_again_what_is_killed_while_it_waits(kept: Stack) -> None:
    """Each service once, as soon as it is in the register."""
    assert run(kept, "down")[0] == 0
    assert not is_well(kept)
    killed: dict[str, int] = {}
    log = kept.folder / "logs" / "up.txt"
    with log.open("w") as out:
        starting = subprocess.Popen(  # noqa: S603
            command(kept, "up", "--no-web", "--no-seed"),
            env=environment(kept),
            cwd=PROJECT,
            stdout=out,
            stderr=subprocess.STDOUT,
        )
        while starting.poll() is None:
            for name, pid in pids(kept).items():
                if name not in killed:
                    kill(kept, name)
                    killed[name] = pid
            time.sleep(0.05)
    assert starting.returncode == 0, log.read_text()
    assert killed.keys() >= {*NAMES}
    assert {name for name, pid in pids(kept).items() if pid == killed.get(name)} == set()
    eventually(lambda: is_healed(kept), HEAL_SECONDS)
