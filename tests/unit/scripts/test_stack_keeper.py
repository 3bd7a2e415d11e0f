"""The keeper, and what `up` makes of it and of its reports."""

import logging
import signal
import socket
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from rich.table import Table

from scripts.embedded.errors import CannotRun
from scripts.embedded.ports import HOST, Ports, PortTaken, free_ports
from scripts.embedded.postgres import Postgres
from scripts.stack import keeper, logs, processes, running_ports, supervisor
from scripts.stack.lag import Lag
from scripts.stack.services import BY_NAME
from scripts.stack.stack import Stack
from scripts.stack.status import _show_processes, lag_text
from scripts.stack.supervisor import NotReady, ServiceStatus

RELAY, AI = "relay", "ai"
DATABASE = "postgres-relational"


@pytest.fixture
def own(tmp_path: Path) -> Stack:
    return Stack(tmp_path, Ports.free())


@pytest.mark.parametrize("name", ["METRICS_HOST", "PROMETHEUS_MULTIPROC_DIR"])
def test_a_variable_of_the_shell_does_not_move_the_metrics(
    own: Stack, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(name, "elsewhere")
    assert name not in own.environment_of(BY_NAME["jobs"])


def follow(own: Stack, monkeypatch: pytest.MonkeyPatch, *seen: tuple[str, str]) -> None:
    """`up` with these states of relay and ai, an hour apart."""
    clock, reports = iter(range(3600, 10**9, 3600)), iter(seen)
    now = [0.0]

    def sleep(_: float) -> None:
        now[0] = float(next(clock))

    def statuses(_: Stack) -> dict[str, ServiceStatus]:
        states = zip((RELAY, AI), next(reports), strict=True)
        return {name: ServiceStatus(state, 0, "") for name, state in states}

    monkeypatch.setattr(keeper, "_start_process", lambda *_: None)
    monkeypatch.setattr(keeper, "problem", lambda *_: None)
    monkeypatch.setattr(keeper, "statuses", statuses)
    monkeypatch.setattr(supervisor, "time", SimpleNamespace(sleep=sleep, monotonic=lambda: now[0]))
    keeper.start(own, [RELAY, AI], lambda *_: None)


def test_a_service_that_was_ready_and_is_killed_has_its_time_again(
    own: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    states = ("starting", "waiting"), ("ready", "waiting"), ("backoff", "starting")
    follow(own, monkeypatch, *states, ("ready", "ready"))


def test_a_service_that_is_never_ready_is_late(own: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(NotReady, match="relay is not ready in time"):
        follow(own, monkeypatch, ("starting", "waiting"), ("backoff", "waiting"))


def sleeper(own: Stack, name: str) -> processes.Started:
    command = [sys.executable, "-S", "-c", "import time; time.sleep(60)"]
    return processes.start(
        name, command, environment={}, cwd=own.folder, log=own.log(name), code=own.code
    )


def fill_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(processes, "write_private", full)


@pytest.mark.parametrize("wrong", [None, "does not run"])
def test_what_a_keeper_wrote_is_shown_only_while_it_works(
    own: Stack, monkeypatch: pytest.MonkeyPatch, wrong: str | None
) -> None:
    relay = ServiceStatus("backoff", 1, "exit code 1")
    monkeypatch.setattr(keeper, "statuses", lambda _: {RELAY: relay})
    monkeypatch.setattr(keeper, "problem", lambda _: wrong)
    problems = [*_show_processes(own, Table())]
    assert ("relay is in backoff: exit code 1" in problems) == (wrong is None)
    assert ("relay does not run" in problems) == (wrong is not None)


@pytest.mark.parametrize(
    ("lag", "text"),
    [
        ({}, "not known"),
        ({"ongoza.users": Lag(), "ongoza.items": Lag()}, "0"),
        ({"ongoza.users": Lag(), "ongoza.items": Lag(7, 0.5)}, "ongoza.items 7"),
    ],
)
def test_topics_without_lag_are_not_named(lag: dict[str, Lag], text: str) -> None:
    assert lag_text(lag) == text


@pytest.fixture
def no_status(own: Stack, monkeypatch: pytest.MonkeyPatch) -> Iterator[processes.Started]:
    """A process in place of the keeper, which writes no status: for instance the disk is full."""
    started = sleeper(own, keeper.NAME)

    def up_waits(_: float) -> None:
        raise AssertionError("up waits")

    monkeypatch.setattr(keeper, "_start_process", lambda *_: keeper._register(own).add(started))
    monkeypatch.setattr(supervisor, "time", SimpleNamespace(sleep=up_waits))
    yield started
    started.kill()


def test_up_waits_a_while_for_the_first_status(own: Stack, no_status: processes.Started) -> None:
    with pytest.raises(AssertionError, match="up waits"):
        keeper.start(own, [RELAY], lambda *_: None)


def test_up_ends_when_the_keeper_writes_no_status(
    own: Stack, no_status: processes.Started, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeper, "LOST_SECONDS", -1.0)
    with pytest.raises(NotReady, match=r"keeper hangs: no status for [\s\S]*keeper.log"):
        keeper.start(own, [RELAY], lambda *_: None)


def test_up_ends_when_the_keeper_ends(own: Stack, no_status: processes.Started) -> None:
    no_status.kill()
    with pytest.raises(NotReady, match=r"keeper does not run[\s\S]*keeper.log"):
        keeper.start(own, [RELAY], lambda *_: None)


def test_a_process_that_cannot_be_registered_does_not_run(
    own: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    started = sleeper(own, keeper.NAME)
    fill_disk(monkeypatch)
    try:
        with pytest.raises(OSError, match="No space left"):
            keeper._register(own).add(started)
        assert started.process() is None
    finally:
        started.kill()


def test_down_stops_everything_on_a_full_disk(own: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    started = [sleeper(own, name) for name in (RELAY, AI)]
    for one in started:
        own.register.add(one)
    fill_disk(monkeypatch)
    try:
        own.down()
        assert [one.process() for one in started] == [None, None]
    finally:
        for one in started:
            one.kill()


@pytest.mark.slow
def test_down_stops_services_of_another_release_first(own: Stack) -> None:
    names, reports = [DATABASE, "ranker", RELAY], list[tuple[str, str]]()
    started = [sleeper(own, name) for name in names]
    for one in started:
        own.register.add(one)
    try:
        own.down(lambda *report: reports.append(report))
        assert reports == [(name, "stopped") for name in ("ranker", RELAY, DATABASE)]
        assert [one.process() for one in started] == [None] * 3
    finally:
        for one in started:
            one.kill()


@pytest.fixture
def orders(own: Stack, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[object]]:
    """What `up` does with the keeper; relay is the one service that runs."""
    given: list[object] = []
    runs = sleeper(own, RELAY)
    own.register.add(runs)
    monkeypatch.setattr(keeper, "stop", lambda _: given.append("stop"))
    monkeypatch.setattr(keeper, "_start_process", lambda _, names: given.append(names))
    yield given
    runs.kill()


def test_a_taken_port_is_said_before_the_keeper_is_stopped(
    own: Stack, orders: list[object]
) -> None:
    with socket.create_server((HOST, own.ports.db)), pytest.raises(PortTaken):
        own.up([BY_NAME[DATABASE]], keep=True)
    assert orders == []


def test_a_taken_port_to_which_a_running_service_moves_is_said(
    own: Stack, orders: list[object]
) -> None:
    running_ports.write(own.folder, own.ports)
    [db] = free_ports(1)
    moved = Stack(own.folder, replace(own.ports, db=db))
    with socket.create_server((HOST, db)), pytest.raises(PortTaken, match=f"port {db} "):
        moved.up([BY_NAME[DATABASE]], keep=True)
    assert orders == []
    assert running_ports.read(own.folder) == own.ports


def test_a_port_that_a_running_service_gives_up_is_not_taken(own: Stack) -> None:
    running_ports.write(own.folder, own.ports)
    moved = Stack(own.folder, replace(own.ports, db=own.ports.vector_db, vector_db=own.ports.db))
    runs = sleeper(own, DATABASE)
    own.register.add(runs)
    try:
        with socket.create_server((HOST, own.ports.db)):
            moved._require_free_ports([DATABASE, "postgres-vector"])
    finally:
        runs.kill()


def test_what_runs_has_a_keeper_again_when_up_cannot_prepare_the_rest(
    own: Stack, orders: list[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    def cannot(_: Postgres) -> None:
        raise CannotRun("no initdb")

    monkeypatch.setattr(Postgres, "prepare", cannot)
    with pytest.raises(CannotRun, match="no initdb"):
        own.up([BY_NAME[DATABASE]], keep=True)
    assert orders == ["stop", [RELAY]]


def test_a_port_that_the_keeper_just_gave_to_its_service_is_not_taken(
    own: Stack, orders: list[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    alive = iter([None, object()])
    monkeypatch.setattr(own.register, "alive", lambda _: next(alive))
    with socket.create_server((HOST, own.ports.db)):
        own._require_free_ports([DATABASE])


def test_a_failure_that_lasts_is_logged_once_and_logs_are_tidied_meanwhile(
    own: Stack, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(signal, "signal", lambda *_: None)
    kept, looks, tidied = keeper.Keeper(own, []), iter(range(5)), list[Path]()

    def look() -> dict[str, ServiceStatus]:
        number = next(looks)
        kept.stopping = number == 4
        if kept.stopping:
            return {}
        raise RuntimeError("no look")

    monkeypatch.setattr(kept.supervisor, "look", look)
    kept._pause = 0.0
    monkeypatch.setattr(logs, "tidy", lambda folder, _: tidied.append(folder))
    own.register.path.parent.mkdir(parents=True)
    with caplog.at_level(logging.INFO, keeper.log.name):
        kept.run()
    assert tidied == [own.folder / "logs"]
    assert [record.message for record in caplog.records] == [
        "the keeper could not look at its services, and tries again",
        "the keeper can look at its services again",
    ]
