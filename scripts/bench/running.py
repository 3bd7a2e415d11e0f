"""How a measure runs: servers of its own, each side in a process of its own, in turns."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, NamedTuple, TypeAlias, cast

from scripts.bench.figures import Result, Sides
from scripts.bench.product import Learner, sign_in_learners
from scripts.embedded.ports import Ports, listens
from scripts.stack import processes
from scripts.stack.served import is_projected
from scripts.stack.stack import PROJECT, Stack

CHILD_SECONDS, READY_SECONDS = 1200, 120
Child: TypeAlias = Callable[..., Any]
"""A function that runs in a process of its own; its arguments and result pass as JSON."""


class Size(NamedTuple):
    rounds: int
    scale: float

    def of(self, full: int, least: int = 1) -> int:
        return max(least, int(full * self.scale))


FULL, QUICK = Size(rounds=3, scale=1), Size(rounds=1, scale=0.1)


def interleave(size: Size, product: Callable[[], Result], floor: Callable[[], Result]) -> Sides:
    """Runs both sides in turns, so that what else the machine does slows both."""
    return [(product(), floor()) for _ in range(size.rounds)]


def run_sides(size: Size, stack: Stack, product: Child, floor: Child, *arguments: int) -> Sides:
    """Interleaves two children with the same arguments."""
    sides = (partial(run_child, stack, side, *arguments) for side in (product, floor))
    return interleave(size, *sides)


def run_child(
    stack: Stack,
    function: Child,
    *arguments: object,
    loop: str = "asyncio",
    python: str = sys.executable,
) -> Any:
    """The function's result, with the environment of `stack`. Raises SubprocessError."""
    done = subprocess.run(  # noqa: S603
        [python, "-m", "scripts.bench.child", function.__module__, function.__name__, loop],
        input=json.dumps(arguments),
        env=stack.environment,
        cwd=PROJECT,
        timeout=CHILD_SECONDS,
        check=True,
        capture_output=True,
        text=True,
    )
    return json.loads(done.stdout.splitlines()[-1])


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


def wait_until(condition: Callable[[], bool], log: Callable[[], str] = str) -> None:
    """Raises RuntimeError with the log when the condition stays false."""
    deadline = time.monotonic() + READY_SECONDS
    while not condition():
        if time.monotonic() > deadline:
            raise RuntimeError(f"not ready within {READY_SECONDS} s {log()}")
        time.sleep(0.2)


def sign_in(stack: Stack, items: int = 0) -> list[Learner]:
    """Every learner of the demo with a token and some items, up to `items`, on which they may
    report progress again and again. Waits until all their lists are computed."""
    wait_until(lambda: is_projected(stack))
    return cast(list[Learner], run_child(stack, sign_in_learners, items))


def model_python() -> str:
    """The interpreter of the environment with torch, which is made first when it is missing."""
    subprocess.run(["make", "--silent", ".venv-model/.ready"], cwd=PROJECT, check=True)  # noqa: S607
    return str(PROJECT / ".venv-model" / "bin" / "python")
