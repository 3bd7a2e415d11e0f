"""Detached processes, known by pid and start time so that no other process is ever stopped."""

import json
import os
import signal
import subprocess
import time
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from io import BufferedWriter
from pathlib import Path

import psutil

GRACE_SECONDS = 15.0
LARGEST_LOG = 20_000_000
START_OF_RUN = "=== "

# Children of this process, whose exit it must collect; init collects those of earlier ones.
_children: dict[int, subprocess.Popen[bytes]] = {}


@dataclass(frozen=True)
class Started:
    """A process we started. `created` distinguishes it from a later one with the same pid; it is in
    seconds after the machine's start, which do not move when its clock is set. `code` is the
    fingerprint of the code it was started from, unknown for one of an earlier release."""

    name: str
    pid: int
    created: float
    code: str = ""

    def process(self) -> psutil.Process | None:
        """The running process, or None when it has ended."""
        try:
            process = psutil.Process(self.pid)
            # psutil knows the machine's start to the second.
            alive = abs(_created(process) - self.created) < 1.5
            return process if alive and process.status() != psutil.STATUS_ZOMBIE else None
        except psutil.NoSuchProcess:
            return None

    def age(self) -> float:
        return time.time() - psutil.boot_time() - self.created

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
        with suppress(ProcessLookupError):
            os.kill(self.pid, first)
        if not self._gone_within(GRACE_SECONDS):
            self.kill()

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


def _created(process: psutil.Process) -> float:
    return process.create_time() - psutil.boot_time()


def exit_code(started: Started) -> int | None:
    """How one of this process's own children ended; None while it runs or when it is not ours."""
    child = _children.get(started.pid)
    return child.poll() if child else None


def start(
    name: str,
    command: list[str],
    *,
    environment: dict[str, str],
    cwd: Path,
    log: Path,
    code: str = "",
) -> Started:
    """Start `command` in a session of its own, with its output appended to `log`."""
    with _open_log(log) as out:
        now = datetime.now(UTC).isoformat(timespec="seconds")
        out.write(f"{START_OF_RUN}{now} {' '.join(command[:4])}\n".encode())
        out.flush()
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
    return Started(name, child.pid, _created(psutil.Process(child.pid)), code)


def _open_log(log: Path) -> BufferedWriter:
    log.parent.mkdir(parents=True, exist_ok=True)
    if log.exists() and log.stat().st_size > LARGEST_LOG:
        log.replace(log.with_suffix(".log.1"))
    return log.open("ab")


def last_words(log: Path, lines: int = 15) -> str:
    """The end of what the latest run wrote to `log`, and where to read the rest."""
    written = log.read_text(errors="replace").splitlines() if log.exists() else []
    starts = [number for number, line in enumerate(written) if line.startswith(START_OF_RUN)]
    said = written[starts[-1] + 1 :] if starts else written
    return "\n".join([*said[-lines:], f"(log: {log})"])


class Register:
    """The file with all started processes, rewritten after every change."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def all(self) -> dict[str, Started]:
        if not self.path.exists():
            return {}
        try:
            rows = json.loads(self.path.read_text())
        except json.JSONDecodeError:  # the machine lost its power, and with it all processes
            return {}
        return {row["name"]: Started(**row) for row in rows}

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
