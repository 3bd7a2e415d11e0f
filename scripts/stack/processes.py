"""Detached processes, known by pid and start time so that no other process is ever stopped."""

import json
import signal
import subprocess
import time
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import psutil

from scripts.embedded.private import write_private
from scripts.stack.logs import START_OF_RUN, header

GRACE_SECONDS = 15.0
STOPPED = (psutil.STATUS_STOPPED, psutil.STATUS_TRACING_STOP)

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

    def is_stopped(self) -> bool:
        """Whether a signal or a debugger stopped it: it is alive and does nothing."""
        process = self.process()
        with suppress(psutil.NoSuchProcess):
            return process is not None and process.status() in STOPPED
        return False

    def age(self) -> float:
        return time.time() - psutil.boot_time() - self.created

    def send(self, signal_number: int, *, alone: bool = False) -> None:
        """Signal the process and, unless `alone`, all below it, as losing the machine would."""
        process = self.process()
        if process is None:
            return
        # By parentage, not by group: PostgreSQL's children lead sessions of their own.
        for member in (process, *(() if alone else process.children(recursive=True))):
            with suppress(psutil.NoSuchProcess):
                member.send_signal(signal_number)

    def stop(self, first: int = signal.SIGTERM, *, alone: bool = False) -> None:
        """Ask to stop, wait, and kill after `GRACE_SECONDS`; `alone` spares those below it."""
        self.send(first, alone=True)
        self.send(signal.SIGCONT, alone=alone)  # what is stopped acts on no other signal
        if not self._gone_within(GRACE_SECONDS):
            self.kill(alone=alone)

    def kill(self, *, alone: bool = False) -> None:
        self.send(signal.SIGKILL, alone=alone)
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
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as out:
        out.write(header(datetime.now(UTC), " ".join(command[:4])).encode())
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
        try:
            rows = json.loads(self.path.read_text())
        # Or the machine lost its power while writing, and with it all processes.
        except (FileNotFoundError, json.JSONDecodeError):
            return {}
        return {row["name"]: Started(**row) for row in rows}

    def alive(self, name: str) -> Started | None:
        started = self.all().get(name)
        return started if started and started.process() else None

    def add(self, started: Started) -> None:
        """Raises OSError on a full disk, and kills the process, which nobody would ever stop."""
        try:
            self._write({**self.all(), started.name: started})
        except OSError:
            started.kill()
            raise

    def remove(self, name: str) -> None:
        """On a full disk the row stays, which does no harm once its process has ended."""
        with suppress(OSError):
            self._write({key: value for key, value in self.all().items() if key != name})

    def _write(self, rows: dict[str, Started]) -> None:
        started = [asdict(one) for one in rows.values()]
        write_private(self.path, json.dumps(started, indent=1))
