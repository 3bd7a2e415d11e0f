"""How the services of a stack are started in order, watched and started again, on small processes
instead of servers."""

import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, cast

import pytest

from scripts.stack import processes
from scripts.stack.processes import Register
from scripts.stack.services import Service
from scripts.stack.supervisor import (
    FINISHED,
    NotReady,
    Supervisor,
    pause_after,
    wait_until_ready,
)

SLEEPS = (sys.executable, "-S", "-c", "import time; time.sleep(60)")
FAILS = (sys.executable, "-S", "-c", "raise SystemExit(3)")
SUCCEEDS = (sys.executable, "-S", "-c", "pass")


def service(name: str, command: tuple[str, ...] = SLEEPS, **options: Any) -> Service:
    ready = "http" if command in (SLEEPS, FAILS) else "exit"
    return Service(name=name, command=command, **{"ready": ready, **options})


class SmallStack:
    """What a supervisor needs of a stack."""

    def __init__(self, folder: Path, *services: Service) -> None:
        self.register = Register(folder / "run" / "processes.json")
        self.folder = folder
        self.services = {one.name: one for one in services}
        self.servers: dict[str, Any] = {}
        self.unhealthy: set[str] = set()
        self.started: list[str] = []
        self.patience = 60.0

    def start(self, name: str, environment: dict[str, str] | None = None) -> None:
        log, command = self.folder / f"{name}.log", [*self.services[name].command]
        self.started.append(name)
        self.register.add(processes.start(name, command, environment={}, cwd=self.folder, log=log))

    def healthy(self, name: str) -> bool:
        return name not in self.unhealthy

    def patience_for(self, _: str) -> float:
        return self.patience

    def last_words(self, name: str) -> str:
        return f"log of {name}"

    def supervisor(self) -> Supervisor:
        return Supervisor(cast(Any, self), self.services.values())

    def run(self) -> None:
        look = self.supervisor().look
        wait_until_ready(cast(Any, self), self.services, look, lambda *_: None, failures_max=1)


StackOf = Callable[..., SmallStack]


@pytest.fixture
def stack_of(tmp_path: Path) -> Iterator[StackOf]:
    stacks: list[SmallStack] = []

    def make(*services: Service) -> SmallStack:
        stacks.append(SmallStack(tmp_path, *services))
        return stacks[-1]

    yield make
    for started in [one for stack in stacks for one in stack.register.all().values()]:
        started.kill()


def look_until(supervisor: Supervisor, condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline, supervisor.services
        supervisor.look()
        time.sleep(0.02)


def is_ready(supervisor: Supervisor) -> bool:
    return all(one.state in FINISHED for one in supervisor.services.values())


def kill(stack: SmallStack, name: str) -> int:
    started = stack.register.all()[name]
    os.kill(started.pid, signal.SIGKILL)
    return started.pid


def test_pauses_double_from_one_second_to_thirty() -> None:
    assert [pause_after(n) for n in (1, 2, 3, 4, 5, 6, 7, 1000)] == [1, 2, 4, 8, 16, 30, 30, 30]


def test_services_start_after_those_they_need(stack_of: StackOf) -> None:
    stack = stack_of(service("core", after=("migrate",)), service("migrate", SUCCEEDS))
    supervisor = stack.supervisor()
    supervisor.look()
    assert stack.started == ["migrate"]
    look_until(supervisor, partial(is_ready, supervisor))
    assert stack.started == ["migrate", "core"]
    assert {name: one.state for name, one in supervisor.services.items()} == {
        "core": "ready",
        "migrate": "done",
    }
    assert [*stack.register.all()] == ["core"]


def test_a_killed_service_is_started_again_after_a_pause(
    stack_of: StackOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scripts.stack.supervisor.FIRST_PAUSE", 60)
    monkeypatch.setattr("scripts.stack.supervisor.LONGEST_PAUSE", 60)
    stack = stack_of(service("relay"))
    supervisor = stack.supervisor()
    relay = supervisor.services["relay"]
    look_until(supervisor, partial(is_ready, supervisor))
    pid = kill(stack, "relay")
    look_until(supervisor, lambda: relay.state == "backoff")
    supervisor.look()
    assert stack.started == ["relay"]  # not before the pause is over
    assert (relay.failures, relay.reason) == (1, "exit code -9")
    relay.due = 0.0
    look_until(supervisor, partial(is_ready, supervisor))
    assert stack.register.all()["relay"].pid != pid


def test_a_service_that_crashes_again_and_again_waits_longer_each_time(
    stack_of: StackOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited: list[int] = []

    def no_pause(failures: int) -> float:
        waited.append(failures)
        return 0.0

    monkeypatch.setattr("scripts.stack.supervisor.pause_after", no_pause)
    stack = stack_of(service("relay", FAILS))
    supervisor = stack.supervisor()
    relay = supervisor.services["relay"]
    look_until(supervisor, lambda: relay.failures == 3)
    assert (relay.state, relay.reason) == ("backoff", "exit code 3")
    assert waited == [1, 2, 3]
    assert stack.started == ["relay"] * 3


def test_a_service_that_was_steady_begins_with_the_first_pause(
    stack_of: StackOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    stack = stack_of(service("relay"))
    supervisor = stack.supervisor()
    one = supervisor.services["relay"]
    one.failures = 5
    look_until(supervisor, partial(is_ready, supervisor))
    one.began -= 11
    kill(stack, "relay")
    look_until(supervisor, lambda: one.state == "backoff")
    assert one.failures == 1


def test_an_exit_code_for_operators_is_not_followed_by_a_new_start(stack_of: StackOf) -> None:
    stack = stack_of(service("worker", FAILS, operator_codes=(3,)))
    supervisor = stack.supervisor()
    look_until(supervisor, lambda: supervisor.services["worker"].state == "needs an operator")
    supervisor.services["worker"].due = 0.0
    supervisor.look()
    assert stack.started == ["worker"]


def test_a_stopped_service_is_reported_and_not_killed(
    stack_of: StackOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scripts.stack.supervisor.HUNG_SECONDS", 0)
    stack = stack_of(service("ai"))
    supervisor = stack.supervisor()
    one = supervisor.services["ai"]
    look_until(supervisor, partial(is_ready, supervisor))
    stack.register.all()["ai"].send(signal.SIGSTOP)
    look_until(supervisor, lambda: one.state == "stopped")
    supervisor.look()
    stack.register.all()["ai"].send(signal.SIGCONT)
    look_until(supervisor, partial(is_ready, supervisor))
    assert stack.started == ["ai"]


def silent(stack: SmallStack, *unhealthy: str) -> Supervisor:
    """Its services were ready, and these no longer answer."""
    supervisor = stack.supervisor()
    look_until(supervisor, partial(is_ready, supervisor))
    stack.unhealthy.update(unhealthy)
    for name in unhealthy:
        one = supervisor.services[name]
        one.due = 0.0
        look_until(supervisor, lambda one=one: one.state == "not answering")  # type: ignore[misc]
    return supervisor


def test_a_service_that_stays_silent_is_killed_and_started_again(
    stack_of: StackOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    stack = stack_of(service("ai"))
    supervisor = silent(stack, "ai")
    supervisor.look()
    assert stack.started == ["ai"]  # it still has time
    monkeypatch.setattr("scripts.stack.supervisor.HUNG_SECONDS", 0)
    ai = supervisor.services["ai"]
    look_until(supervisor, lambda: ai.state == "backoff")
    assert (ai.failures, ai.reason) == (1, "exit code -9")
    stack.unhealthy.clear()
    look_until(supervisor, partial(is_ready, supervisor))
    assert stack.started == ["ai", "ai"]


def test_a_silent_service_is_not_killed_while_a_server_is_away(
    stack_of: StackOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    stack = stack_of(service("kafka"), service("ai"))
    stack.servers = {"kafka": None}
    supervisor = silent(stack, "kafka", "ai")
    monkeypatch.setattr("scripts.stack.supervisor.HUNG_SECONDS", 0)
    for _ in range(5):
        supervisor.look()
    assert stack.started == ["kafka", "ai"]
    stack.unhealthy.remove("kafka")
    look_until(supervisor, lambda: stack.started == ["kafka", "ai", "ai"])


def test_the_next_supervisor_adopts_what_runs(stack_of: StackOf) -> None:
    stack = stack_of(service("core"), service("ai"))
    first = stack.supervisor()
    look_until(first, partial(is_ready, first))
    before = stack.register.all()
    second = stack.supervisor()
    look_until(second, partial(is_ready, second))
    assert stack.register.all() == before
    kill(stack, "core")
    look_until(second, lambda: stack.started == ["core", "ai", "core"])


def test_a_health_check_that_hangs_holds_up_no_other_service(
    stack_of: StackOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    stack = stack_of(service("core"), service("ai"))
    never = threading.Event()
    monkeypatch.setattr(stack, "healthy", lambda name: name == "ai" or never.wait(60))
    supervisor = stack.supervisor()
    look_until(supervisor, lambda: supervisor.services["ai"].state == "ready")
    assert supervisor.services["core"].state == "starting"


def test_a_run_ends_with_the_first_failure(stack_of: StackOf) -> None:
    stack = stack_of(service("relay", FAILS))
    with pytest.raises(NotReady, match=r"relay failed: exit code 3\nlog of relay"):
        stack.run()
    assert stack.started == ["relay"]


def test_a_run_ends_with_the_first_step_that_fails(stack_of: StackOf) -> None:
    with pytest.raises(NotReady, match="migrate failed: exit code 3"):
        stack_of(service("migrate", FAILS, ready="exit")).run()


def test_a_run_ends_when_a_service_is_not_ready_in_time(stack_of: StackOf) -> None:
    stack = stack_of(service("core"))
    stack.patience = 0.5
    stack.unhealthy.add("core")
    with pytest.raises(NotReady, match="core is not ready in time"):
        stack.run()


def test_a_full_disk_is_a_failure_like_others(
    stack_of: StackOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    stack = stack_of(service("core"))
    start = stack.start

    def no_space(name: str, environment: dict[str, str] | None = None) -> None:
        monkeypatch.setattr(stack, "start", start)
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(stack, "start", no_space)
    supervisor = stack.supervisor()
    supervisor.look()
    assert supervisor.services["core"].state == "backoff"
    look_until(supervisor, partial(is_ready, supervisor))
