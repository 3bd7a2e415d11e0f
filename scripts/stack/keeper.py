"""The process that keeps the services of `make up` running, one for each stack.

It writes `run/status.json` for `make up` and `make status`. When it ends, its services go on, and
the next keeper adopts them: all but one that it had started and not registered yet when it was
killed. That one nobody stops, and its port counts as taken.
"""

import json
import logging
import os
import signal
import sys
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from scripts.embedded.private import write_private
from scripts.stack import logs, processes
from scripts.stack.processes import Register
from scripts.stack.services import BY_NAME
from scripts.stack.supervisor import Listener, NotReady, ServiceStatus, Supervisor, wait_until_ready

if TYPE_CHECKING:
    from scripts.stack.stack import Stack

NAME = "keeper"
PROJECT = Path(__file__).parents[2]
SILENT_SECONDS, LOST_SECONDS = 15.0, 60.0
"""A keeper that has not written its status for so long hangs, and `up` no longer waits for it."""
FAILURES_MAX = 5
"""When one service failed so often in a row `up` ends; the keeper goes on trying."""
STARTING_PAUSE, PAUSE = 0.25, 0.5
"""Seconds between two looks, while a service starts and else."""
TIDY_SECONDS = 5.0

log = logging.getLogger(__name__)


def _register(stack: "Stack") -> Register:
    return Register(stack.folder / "run" / f"{NAME}.json")


def _status_file(stack: "Stack") -> Path:
    return stack.folder / "run" / "status.json"


def statuses(stack: "Stack") -> dict[str, ServiceStatus]:
    """By service; empty before the first keeper has looked at them, and after `down`. A keeper of
    another release may write more of each."""
    try:
        found = json.loads(_status_file(stack).read_text())
    except (FileNotFoundError, json.JSONDecodeError):  # the machine lost its power while writing
        return {}
    fields = ServiceStatus._fields
    return {name: ServiceStatus(*(one[field] for field in fields)) for name, one in found.items()}


def problem(stack: "Stack", silent_seconds: float = SILENT_SECONDS) -> str | None:
    """What is wrong with the keeper itself."""
    started, file = _register(stack).alive(NAME), _status_file(stack)
    if started is None:
        return "does not run: `make up` starts it, and it adopts what runs"
    if started.is_stopped():
        return "is stopped by a signal"
    silent = time.time() - file.stat().st_mtime if file.exists() else started.age()
    return f"hangs: no status for {silent:.0f} s" if silent > silent_seconds else None


def stop(stack: "Stack") -> None:
    """The services go on."""
    if started := _register(stack).alive(NAME):
        started.stop(alone=True)
    _register(stack).remove(NAME)
    _status_file(stack).unlink(missing_ok=True)


def start(stack: "Stack", wanted: Iterable[str], report: Listener) -> None:
    """Start a keeper of these services and of those that run, and wait until all are ready.

    Raises NotReady. A keeper that runs stays then, and goes on trying.
    """
    names = [name for name in BY_NAME if name in wanted or stack.register.alive(name)]
    _start_process(stack, names)

    def look() -> dict[str, ServiceStatus]:
        if wrong := problem(stack, LOST_SECONDS):
            raise NotReady(f"{NAME} {wrong}\n{stack.last_words(NAME)}")
        return statuses(stack)

    wait_until_ready(stack, names, look, report, FAILURES_MAX)


def adopt(stack: "Stack") -> None:
    """Start a keeper of the services that run, and do not wait for it."""
    if names := [name for name in BY_NAME if stack.register.alive(name)]:
        _start_process(stack, names)


def _start_process(stack: "Stack", names: list[str]) -> None:
    own = {**stack.ports.environment(), "ONGOZA_HOME": str(stack.folder)}
    command = [sys.executable, "-m", "scripts.stack", "keep", *names]
    environment, log = {**os.environ, **own}, stack.log(NAME)
    started = processes.start(NAME, command, environment=environment, cwd=PROJECT, log=log)
    _register(stack).add(started)


class Keeper:
    """Looks at the services until SIGTERM."""

    def __init__(self, stack: "Stack", names: Iterable[str]) -> None:
        self.stack = stack
        self.supervisor = Supervisor(stack, [BY_NAME[name] for name in names])
        self.stopping = False
        self._pause = STARTING_PAUSE
        self._failures: dict[str, str] = {}
        signal.signal(signal.SIGTERM, self._stop)

    def _stop(self, *_: object) -> None:
        """Takes effect between two looks, so that all that was started is in the register."""
        self.stopping = True

    def run(self) -> None:
        due = 0.0
        while not self.stopping:
            if time.monotonic() >= due:
                due = time.monotonic() + TIDY_SECONDS
                self._attempt("tidy its logs", self._tidy)
            self._attempt("look at its services", self._look)
            time.sleep(self._pause)

    def _attempt(self, what: str, action: Callable[[], None]) -> None:
        """Logs a failure, for instance of a full disk, when it begins or changes, and its end."""
        try:
            action()
        except Exception as error:
            if self._failures.get(what) != repr(error):
                self._failures[what] = repr(error)
                log.exception("the keeper could not %s, and tries again", what)
        else:
            if self._failures.pop(what, None):
                log.info("the keeper can %s again", what)

    def _tidy(self) -> None:
        logs.tidy(self.stack.folder / "logs", datetime.now(UTC))

    def _look(self) -> None:
        """Without a look there is no status: a keeper that cannot look counts as one that hangs."""
        found = self.supervisor.look()
        is_starting = any(one.state == "starting" for one in found.values())
        self._pause = STARTING_PAUSE if is_starting else PAUSE
        text = json.dumps({name: one._asdict() for name, one in found.items()}, indent=1)
        write_private(_status_file(self.stack), text)
