"""What `make up` and `make status` conclude from the keeper's file and process."""

import json
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from scripts.embedded.ports import Ports
from scripts.stack import keeper, processes, supervisor
from scripts.stack.keeper import FAILURES_MAX
from scripts.stack.processes import Register
from scripts.stack.stack import Stack
from scripts.stack.supervisor import NotReady, ServiceStatus, wait_until_ready


@pytest.fixture
def kept(tmp_path: Path) -> Stack:
    (tmp_path / "run").mkdir()
    found = SimpleNamespace(
        folder=tmp_path, patience_for=lambda _: 90.0, last_words=lambda name: f"log of {name}"
    )
    return cast(Stack, found)


@pytest.fixture
def running(kept: Stack) -> Iterator[Path]:
    """A process in place of the keeper, and its status file."""
    sleeps = [sys.executable, "-S", "-c", "import time; time.sleep(60)"]
    log = kept.folder / "keeper.log"
    started = processes.start("keeper", sleeps, environment={}, cwd=kept.folder, log=log)
    Register(kept.folder / "run" / "keeper.json").add(started)
    yield kept.folder / "run" / "status.json"
    started.kill()


def status(state: str, failures: int = 0, reason: str = "") -> ServiceStatus:
    return ServiceStatus(state, failures, reason)


def test_a_status_is_read_as_it_was_written_also_by_another_release(kept: Stack) -> None:
    core = status("backoff", 2, "exit code 1")
    (kept.folder / "run" / "status.json").write_text(
        json.dumps({"core": {**core._asdict(), "seconds": 3.0}})
    )
    assert keeper.statuses(kept) == {"core": core}


@pytest.mark.parametrize("text", ["", '{"core": {"state": "re'])
def test_a_status_that_was_cut_off_is_none(kept: Stack, text: str) -> None:
    (kept.folder / "run" / "status.json").write_text(text)
    assert keeper.statuses(kept) == {}


def test_a_keeper_that_does_not_run_is_a_problem(kept: Stack) -> None:
    assert "does not run" in str(keeper.problem(kept))


def test_a_keeper_that_writes_no_status_hangs(kept: Stack, running: Path) -> None:
    assert keeper.problem(kept) is None
    running.write_text("{}")
    assert keeper.problem(kept) is None
    past = time.time() - keeper.SILENT_SECONDS - 1
    os.utime(running, (past, past))
    assert "hangs" in str(keeper.problem(kept))


def test_a_stop_ends_the_keeper_and_deletes_its_status(kept: Stack, running: Path) -> None:
    running.write_text("{}")
    keeper.stop(kept)
    assert not running.exists()
    assert "does not run" in str(keeper.problem(kept))


@pytest.fixture
def hours(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two looks are an hour apart."""
    clock = SimpleNamespace(now=0.0)

    def sleep(_: float) -> None:
        clock.now += 3600.0

    monkeypatch.setattr(
        supervisor, "time", SimpleNamespace(sleep=sleep, monotonic=lambda: clock.now)
    )


def follow(kept: Stack, *seen: ServiceStatus, failures_max: int = FAILURES_MAX) -> None:
    """`up` with these reports of core, one after the other."""
    reports = iter(seen)
    wait_until_ready(kept, ["core"], lambda: {"core": next(reports)}, lambda *_: None, failures_max)


@pytest.mark.parametrize(
    ("seen", "why"),
    [
        ([status("backoff", FAILURES_MAX, "exit code 1")], "core failed: exit code 1"),
        ([status("needs an operator", 1, "exit code 5")], "core failed: exit code 5"),
        ([status("starting")] * 2, "core is not ready in time"),
        ([status("backoff", 1, "exit code -9")] * 2, "core is not ready in time"),
    ],
)
@pytest.mark.usefixtures("hours")
def test_up_ends_when_a_service_makes_no_progress(
    kept: Stack, seen: list[ServiceStatus], why: str
) -> None:
    with pytest.raises(NotReady, match=f"{why}\nlog of core"):
        follow(kept, *seen)


@pytest.mark.parametrize(
    "found",
    [
        status("starting", FAILURES_MAX, "exit code 1"),
        status("backoff", FAILURES_MAX - 1, "exit code 1"),
        status("backoff", FAILURES_MAX + 5, "exit code -9"),  # somebody kills it
    ],
)
@pytest.mark.usefixtures("hours")
def test_up_waits_while_a_service_may_become_ready(kept: Stack, found: ServiceStatus) -> None:
    follow(kept, found, status("ready"))


@pytest.mark.parametrize(("load", "times"), [(0.5, 1.0), (3.0, 3.0), (99.0, 5.0)])
def test_a_service_has_more_time_while_the_processors_are_busy(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, load: float, times: float
) -> None:
    """`load` is the number of processes that want to run, for each processor."""
    monkeypatch.setattr(os, "getloadavg", lambda: (load * (os.cpu_count() or 1), 0.0, 0.0))
    stack = Stack(tmp_path, Ports(), patience=2.0)
    assert stack.patience_for("core") == 90.0 * 2.0 * times
