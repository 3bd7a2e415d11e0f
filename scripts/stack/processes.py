"""Detached processes, known by pid and start time so that none but ours is ever stopped."""

import json
import os
import signal
import subprocess
import time
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

GRACE_SECONDS = 15.0

# Children of this very process, whose exit must be collected; others have been inherited by init.
_children: dict[int, subprocess.Popen[bytes]] = {}


@dataclass(frozen=True)
class Started:
    """A process we started; the start time tells it from a later one with the same pid."""

    name: str
    pid: int
    created: float

    def process(self) -> psutil.Process | None:
        """The living process, or None when it is gone."""
        try:
            process = psutil.Process(self.pid)
            alive = process.create_time() == self.created
            return process if alive and process.status() != psutil.STATUS_ZOMBIE else None
        except psutil.NoSuchProcess:
            return None

    def send(self, signal_number: int) -> None:
        """Signal the process and all below it, as losing the machine would."""
        process = self.process()
        if process is None:
            return
        # By parentage, not by group: PostgreSQL's children lead sessions of their own.
        for member in (process, *process.children(recursive=True)):
            with suppress(psutil.NoSuchProcess):
                member.send_signal(signal_number)

    def stop(self, first: int = signal.SIGTERM) -> None:
        """Ask to stop, wait, and kill after `GRACE_SECONDS`."""
        process = self.process()
        if process is None:
            return
        os.kill(self.pid, first)
        if not self._gone_within(GRACE_SECONDS):
            self.send(signal.SIGKILL)
            self._gone_within(GRACE_SECONDS)

    def kill(self) -> None:
        self.send(signal.SIGKILL)
        self._gone_within(GRACE_SECONDS)

    def _gone_within(self, seconds: float) -> bool:
        deadline = time.monotonic() + seconds
        while exit_code(self) is None and self.process() is not None:
            if time.monotonic() > deadline:
                return False
            time.sleep(0.02)
        return True


def exit_code(started: Started) -> int | None:
    """How one of this process's own children ended; None while it runs or when it is not ours."""
    child = _children.get(started.pid)
    return child.poll() if child else None


def start(
    name: str, command: list[str], *, environment: dict[str, str], cwd: Path, log: Path
) -> Started:
    """Start `command` in a session of its own, with everything it says appended to `log`."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as out:
        child = subprocess.Popen(  # noqa: S603
            command,
            env=environment,
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    _children[child.pid] = child
    return Started(name, child.pid, psutil.Process(child.pid).create_time())


class Register:
    """The file that remembers what was started, written whole after every change."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def all(self) -> dict[str, Started]:
        if not self.path.exists():
            return {}
        return {row["name"]: Started(**row) for row in json.loads(self.path.read_text())}

    def alive(self, name: str) -> Started | None:
        started = self.all().get(name)
        return started if started and started.process() else None

    def add(self, started: Started) -> None:
        self._write({**self.all(), started.name: started})

    def remove(self, name: str) -> None:
        self._write({key: value for key, value in self.all().items() if key != name})

    def _write(self, rows: dict[str, Started]) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        draft = self.path.with_suffix(".new")
        draft.write_text(json.dumps([asdict(started) for started in rows.values()], indent=1))
        draft.replace(self.path)
