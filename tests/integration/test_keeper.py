"""`make up` keeps its services running: each outage is said by `make status`, and heals alone."""

import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import cast

import psycopg
import pytest

from scripts.embedded.ports import HOST, Ports
from scripts.embedded.postgres import Postgres
from scripts.stack import keeper
from scripts.stack import status as stack_status
from scripts.stack.stack import PROJECT, Stack
from tests import kafka_cds
from tests.integration.kept_stack import (
    NAMES,
    accepts_sign_ups,
    command,
    environment,
    is_healed,
    is_well,
    keeper_of,
    kill,
    log_after,
    pids,
    readiness,
    readiness_of_ai,
    run,
    status,
    up,
)
from tests.integration.story import TICK_SECONDS, Learner, eventually, rows, settled
from tests.integration.test_server_faults import OUTAGE_SECONDS, fill
from tests.migrated import RELATIONAL, MigratedStack
from tests.observer import Prometheus, observe
from tests.small_disks import LIBC, MNT_DETACH, mount

pytestmark = [pytest.mark.faults, pytest.mark.slow, pytest.mark.kafka]
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
PARK = """
INSERT INTO parked_record (
    generation, topic, partition, "offset", header_names, header_values, cause_code, cause
) SELECT name, 'ongoza.users', 0, 1000000, '{}', '{}', 'bad_payload', ''
FROM generation WHERE state = 'live' RETURNING topic
"""
UNPARK = 'DELETE FROM parked_record WHERE "offset" = 1000000 RETURNING topic'
FAIL_JOB = """
UPDATE worker_status SET failed_jobs = '{"tuning": {"failures_in_a_row": 2}}' RETURNING worker
"""


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
        kafka_cds.ensure_archive()
        code, output = up(stack)
        assert code == 0, output
        yield stack
    finally:
        stack.down()


@pytest.fixture(scope="module")
def observer(whole: Stack) -> Iterator[Prometheus]:
    """Its alerts do not wait for the minutes of their rules."""
    with observe(whole.ports, hold="4s") as found:
        yield found


@pytest.fixture
def kept(whole: Stack) -> Stack:
    """The stack after everything that an earlier test broke has healed."""
    eventually(lambda: is_healed(whole), HEAL_SECONDS)
    return whole


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


def test_a_stopped_relay_is_named_and_so_is_the_promise_that_it_breaks(
    kept: Stack, observer: Prometheus
) -> None:
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
        eventually(lambda: observer.fires("ProcessDown", job="relay"))
    finally:
        kept.kill("relay", signal.SIGCONT)
    eventually(lambda: readiness(kept) == "ok")
    eventually(lambda: is_well(kept))


def test_a_stopped_worker_breaks_the_promise(kept: Stack, observer: Prometheus) -> None:
    eventually(lambda: readiness_of_ai(kept) == "ok")
    kept.kill("worker", signal.SIGSTOP)
    try:
        Learner.signed_up(kept)
        eventually(lambda: "worker is behind: ongoza.users has waited" in status(kept)[1])
        eventually(lambda: readiness_of_ai(kept) == "degraded")
        eventually(lambda: observer.fires("ProcessDown", job="worker"))
    finally:
        kept.kill("worker", signal.SIGCONT)
    eventually(lambda: readiness_of_ai(kept) == "ok")
    eventually(lambda: is_well(kept))


@contextmanager
def locked(stack: Stack, table: str) -> Iterator[None]:
    """Somebody else lets nobody write a table of ai's live generation."""
    with psycopg.connect(cast(Postgres, stack.servers["postgres-vector"]).url()) as other:
        other.execute(f"LOCK TABLE live.{table} IN SHARE MODE")
        yield


def test_a_worker_that_waits_for_a_lock_breaks_the_promise(
    kept: Stack, observer: Prometheus
) -> None:
    """It runs and reports, and applies nothing."""
    eventually(lambda: readiness_of_ai(kept) == "ok")
    with locked(kept, "consumed"):
        Learner.signed_up(kept)
        eventually(lambda: readiness_of_ai(kept) == "degraded")
        assert "worker is behind: ongoza.users has waited" in status(kept)[1]
        eventually(lambda: observer.fires("FactsUnapplied", topic="ongoza.users"))
        assert keeper.statuses(kept)["worker"].state == "ready"
    eventually(lambda: readiness_of_ai(kept) == "ok")
    eventually(lambda: is_well(kept))


def test_a_list_that_waits_for_too_long_is_named(kept: Stack, observer: Prometheus) -> None:
    learner = Learner.signed_up(kept)
    eventually(lambda: rows(kept, "vector", KNOWN, learner.user_id) and settled(kept))
    with locked(kept, "recommendation"):
        assert rows(kept, "vector", MARK, learner.user_id)
        well, output = status(kept)
        assert not well
        assert "worker is behind: the oldest list waits for" in output
        assert readiness_of_ai(kept) == "degraded"
        eventually(lambda: observer.fires("ListsStale"))
    eventually(lambda: readiness_of_ai(kept) == "ok")
    eventually(lambda: is_well(kept))


def test_what_waits_for_an_operator_is_named(
    kept: Stack, monkeypatch: pytest.MonkeyPatch, observer: Prometheus
) -> None:
    assert rows(kept, "vector", PARK)
    eventually(lambda: observer.fires("RecordsParked"))
    kept.kill("worker", signal.SIGSTOP)  # which would say that its job is well
    try:
        assert rows(kept, "vector", FAIL_JOB)
        output = status(kept)[1]
        assert "1 parked records: retry, accept or discard them" in output
        assert "worker fails in its job tuning" in output
    finally:
        kept.kill("worker", signal.SIGCONT)
        assert rows(kept, "vector", UNPARK)
    eventually(lambda: is_well(kept))
    monkeypatch.setattr(stack_status, "consumer_lag", lambda _: {})
    well, output = status(kept)
    assert not well
    assert "consumer lag is not known" in output


def test_jobs_that_are_late_are_named(kept: Stack, observer: Prometheus) -> None:
    eventually(lambda: readiness(kept) == "ok")
    kept.kill("jobs", signal.SIGSTOP)
    try:
        assert rows(kept, "relational", ADD_LATE_JOB)
        well, output = status(kept)
        assert not well
        assert "jobs is stopped by a signal" in output
        assert "jobs are late: 1 have been due for 150 s or more" in output
        assert readiness(kept) == "degraded"
        eventually(lambda: observer.fires("JobsLate", queue="jobs"))
    finally:
        kept.kill("jobs", signal.SIGCONT)
    eventually(lambda: readiness(kept) == "ok", TICK_SECONDS)
    eventually(lambda: is_well(kept), TICK_SECONDS)


@pytest.mark.parametrize("name", ["worker", "postgres-vector"])
def test_a_stopped_worker_and_a_stopped_database_are_named(
    kept: Stack, observer: Prometheus, name: str
) -> None:
    kept.kill(name, signal.SIGSTOP)
    try:
        eventually(lambda: keeper.statuses(kept)[name].state == "stopped")
        well, output = status(kept)
        assert not well
        assert f"{name} is stopped by a signal" in output
        if name == "postgres-vector":
            assert "ai does not answer" in output
            assert "projection is not known" in output
            assert readiness_of_ai(kept) == "unavailable"
        eventually(lambda: observer.fires("ProcessDown", job="worker"))
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
    kept: Stack, observer: Prometheus, name: str, server: str, outage: str, end: str
) -> None:
    before = kept.log(name).stat().st_size
    kept.kill(server, signal.SIGSTOP)
    try:
        kill(kept, name)
        if (name, server) == ("relay", "kafka"):
            Learner.signed_up(kept)  # else nothing waits for the broker
            eventually(lambda: readiness(kept) == "degraded")
            eventually(lambda: observer.fires("OutboxOld"))
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


def test_after_a_full_disk_everything_heals(kept: Stack, observer: Prometheus) -> None:
    if not kept.folder.is_mount():
        pytest.skip("no disk of limited size could be mounted")
    ballast = kept.folder / "ballast"
    try:
        eventually(lambda: cannot_start(kept, ballast))
        eventually(lambda: "keeper hangs" in status(kept)[1])  # its file finds no room
        eventually(lambda: observer.fires("DiskFull"))
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
    """Each service twice, as soon as it is in the register."""
    assert run(kept, "down")[0] == 0
    assert not is_well(kept)
    killed = defaultdict[str, set[int]](set)
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
                if pid not in killed[name] and len(killed[name]) < 2:
                    kill(kept, name)
                    killed[name].add(pid)
            time.sleep(0.05)
    assert starting.returncode == 0, log.read_text()
    assert {name for name, some in killed.items() if len(some) == 2} >= {*NAMES}
    assert {name for name, pid in pids(kept).items() if pid in killed[name]} == set()
    eventually(lambda: is_healed(kept), HEAL_SECONDS)
