"""How a measure runs: each side in a process of its own, in turns."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import NamedTuple, TypeAlias

from scripts.bench.figures import Result, Sides
from scripts.embedded.ports import Ports, listens
from scripts.stack import processes
from scripts.stack.child import run_child
from scripts.stack.stack import PROJECT, Stack

READY_SECONDS = 120
Child: TypeAlias = Callable[..., object]


class Size(NamedTuple):
    rounds: int
    scale: float

    def of(self, full: int, least: int = 1) -> int:
        return max(least, int(full * self.scale))


FULL, QUICK = Size(rounds=3, scale=1), Size(rounds=1, scale=0.1)


def interleave(size: Size, product: Callable[[], Result], floor: Callable[[], Result]) -> Sides:
    """Runs both sides in turns, so that what else the machine does slows both."""
    return [(product(), floor()) for _ in range(size.rounds)]


def run_sides(
    size: Size, stack: Stack, product: Child, floor: Child, *arguments: object, **options: str
) -> Sides:
    """Interleaves two children with the same arguments; `options` are those of the floor."""
    ours = partial(run_child, stack, product, *arguments)
    return interleave(size, ours, partial(run_child, stack, floor, *arguments, **options))


@contextmanager
def floor_server(stack: Stack, *command: str) -> Iterator[int]:
    """Runs gunicorn or uvicorn beside the stack and yields its port."""
    port, log = Ports.free().core, stack.log("floor")
    environment = {**stack.environment, "CORE_PORT": str(port), "UVICORN_PORT": str(port)}
    python = [sys.executable, "-m", *command]
    server = processes.start("floor", python, environment=environment, cwd=PROJECT, log=log)
    try:
        wait_until(lambda: listens(port), lambda: stack.last_words("floor"))
        yield port
    finally:
        server.stop()


def wait_until(
    condition: Callable[[], bool], log: Callable[[], str] = str, pause: float = 0.2
) -> None:
    """Raises RuntimeError with the log when the condition stays false."""
    deadline = time.monotonic() + READY_SECONDS
    while not condition():
        if time.monotonic() > deadline:
            raise RuntimeError(f"not ready within {READY_SECONDS} s {log()}")
        time.sleep(pause)


def model_python() -> str:
    """The interpreter of the environment with torch, which is made first when it is missing."""
    subprocess.run(["make", "--silent", ".venv-model/.ready"], cwd=PROJECT, check=True)  # noqa: S607
    return str(PROJECT / ".venv-model" / "bin" / "python")
