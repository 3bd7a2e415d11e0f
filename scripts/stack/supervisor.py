"""Starts services in their order, watches them, and starts again what ended."""

import logging
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from threading import Thread
from typing import TYPE_CHECKING, NamedTuple

from scripts.embedded.errors import CannotRun
from scripts.stack import processes
from scripts.stack.processes import Started
from scripts.stack.services import Service

if TYPE_CHECKING:
    from scripts.stack.stack import Stack

HEALTH_SECONDS = 5.0
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 30.0
STEADY_SECONDS = 10.0
"""A service that was ready and lived for so long begins again with the first pause."""
LOOK_SECONDS = 0.25
HUNG_SECONDS = 600.0
"""Longer than any honest work keeps a process from answering: `core.jobs.services.LONGEST_RUN`."""
WAITING = "waiting"
FINISHED = ("ready", "done")
RUNNING = ("starting", "ready", "stopped", "not answering")

Listener = Callable[[str, str], None]
"""Called with service name and state when a service's state changes: for a live table."""

log = logging.getLogger(__name__)


class NotReady(CannotRun):
    """A service ended or did not become ready; the message names its log and quotes its end."""


class ServiceStatus(NamedTuple):
    """What others may know of one service."""

    state: str
    failures: int
    """In a row."""
    reason: str
    """Of the last failure."""


def pause_after(failures: int) -> float:
    """Seconds until a service that failed so many times in a row is started again."""
    return min(FIRST_PAUSE * 2.0 ** min(failures - 1, 10), LONGEST_PAUSE)


class HealthCheck(Thread):
    """A health check that holds up no other service when it hangs."""

    def __init__(self, is_healthy: Callable[[], bool]) -> None:
        super().__init__(daemon=True)
        self.answer: bool | None = None
        self.began = time.monotonic()
        self.is_healthy = is_healthy
        self.start()

    def run(self) -> None:
        answer = False
        with suppress(Exception):  # whatever the check could not do, the service has not answered
            answer = self.is_healthy()
        self.answer = answer


class SupervisedService:
    """One service and its state. Times are in monotonic seconds."""

    def __init__(self, stack: "Stack", service: Service, environment: dict[str, str]) -> None:
        self.stack, self.service, self.environment = stack, service, environment
        self.state, self.failures, self.reason = WAITING, 0, ""
        self.was_ready = False
        self.began = self.answered = 0.0
        self.due = 0.0
        """When its health is checked next, or when it is started again."""
        self.check: HealthCheck | None = None

    def status(self) -> ServiceStatus:
        return ServiceStatus(self.state, self.failures, self.reason)

    def look(self, started: Started | None, *, may_start: bool, servers_answer: bool) -> None:
        if self.state in ("done", "needs an operator"):
            return
        try:
            if started and started.process():
                self._look_at_process(started)
                self._kill_if_hung(started, servers_answer)
            elif started and self.state in RUNNING:
                self._on_end(started)
            elif may_start and time.monotonic() >= self.due:
                self._begin(time.monotonic())
                self.stack.start(self.service.name, environment=self.environment)
        except (CannotRun, OSError) as error:  # OSError: for instance a full disk
            self._fail(str(error))

    def _begin(self, began: float) -> None:
        self.began, self.due, self.was_ready = began, 0.0, False
        self._set("starting")

    def _look_at_process(self, started: Started) -> None:
        if self.state not in RUNNING:  # it ran before
            self._begin(time.monotonic() - started.age())
        if started.is_stopped():
            self.due = 0.0
            self._set("stopped")
        elif self.service.ready != "exit" and time.monotonic() >= self.due:
            self._check_health()

    def _check_health(self) -> None:
        self.check = self.check or HealthCheck(lambda: self.stack.healthy(self.service.name))
        answer = self.check.answer
        if answer is None and time.monotonic() < self.check.began + HEALTH_SECONDS:
            return
        if answer is not None:
            self.check = None
        if answer:
            self.was_ready, self.due = True, time.monotonic() + HEALTH_SECONDS
        self.reason = ""
        not_ready = "not answering" if self.was_ready else "starting"
        self._set("ready" if answer else not_ready)

    def _kill_if_hung(self, started: Started, servers_answer: bool) -> None:
        """Not while a server is away, for which it may be waiting."""
        silent = time.monotonic() - self.answered
        if self.state != "not answering" or not servers_answer:
            self.answered = time.monotonic()
        elif silent > HUNG_SECONDS:
            log.warning("%s: silent for %.0f s, and killed", self.service.name, silent)
            started.kill()

    def _on_end(self, started: Started) -> None:
        code, is_step = processes.exit_code(started), self.service.ready == "exit"
        if is_step:
            self.stack.register.remove(self.service.name)
        if is_step and code == 0:
            self._set("done")
        elif is_step and code is None:  # a child of another process: how it ended is not known
            self._set(WAITING)
        else:
            self._fail("ended" if code is None else f"exit code {code}")
            if code in self.service.operator_codes:
                self._set("needs an operator")

    def _fail(self, reason: str) -> None:
        if self.was_ready and time.monotonic() > self.began + STEADY_SECONDS:
            self.failures = 0
        self.failures += 1
        self.reason, self.check = reason, None
        self.due = time.monotonic() + pause_after(self.failures)
        self._set("backoff")

    def _set(self, state: str) -> None:
        if self.state != state:
            self.state = state
            is_problem = state not in (*FINISHED, "starting")
            words = f"{self.service.name}: {state} {self.reason if is_problem else ''}"
            log.log(logging.WARNING if is_problem else logging.INFO, words.strip())


class Supervisor:
    """The services of one stack. Those that run already are adopted."""

    def __init__(
        self, stack: "Stack", services: Iterable[Service], environment: dict[str, str] | None = None
    ) -> None:
        """`environment` is added to the usual one of what is started."""
        self.stack = stack
        self.services = {
            one.name: SupervisedService(stack, one, environment or {}) for one in services
        }
        _ = stack.servers  # made once, before several threads ask for them

    def look(self) -> dict[str, ServiceStatus]:
        """Look at every service once, and start what is due."""
        started, services = self.stack.register.all(), self.services
        servers = [one for name, one in services.items() if name in self.stack.servers]
        for name, one in services.items():
            needed = [services[other] for other in one.service.after if other in services]
            one.look(
                started.get(name),
                may_start=all(other.state in FINISHED for other in needed),
                servers_answer=all(server.state == "ready" for server in servers),
            )
        return {name: one.status() for name, one in services.items()}


def wait_until_ready(
    stack: "Stack",
    names: Iterable[str],
    look: Callable[[], Mapping[str, ServiceStatus]],
    report: Listener,
    failures_max: int,
) -> None:
    """Calls `look` until it says that these services are ready or done. Raises NotReady."""
    states: dict[str, str] = {}
    began: dict[str, float] = {}
    while any(states.get(name) not in FINISHED for name in names):
        for name, one in look().items():
            if states.get(name) != one.state:
                states[name] = one.state
                report(name, one.state)
            if one.state in FINISHED:
                began.pop(name, None)
            elif one.state != WAITING:
                since = began.setdefault(name, time.monotonic())
                late = time.monotonic() > since + stack.patience_for(name)
                if why := _failure(one, late=late, failures_max=failures_max):
                    raise NotReady(f"{name} {why}\n{stack.last_words(name)}")
        time.sleep(LOOK_SECONDS)


def _failure(one: ServiceStatus, *, late: bool, failures_max: int) -> str | None:
    """One that others kill again and again has the time of a slow one."""
    was_killed = one.reason.startswith("exit code -")
    failed = one.state == "backoff" and one.failures >= failures_max and not was_killed
    if failed or one.state == "needs an operator":
        return f"failed: {one.reason}"
    return "is not ready in time" if late else None
