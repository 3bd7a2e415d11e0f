"""How a measure runs: servers of its own, each side in a process of its own, in turns."""

import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple, TypeAlias, cast

import psycopg

from scripts.bench.product import issue_tokens
from scripts.embedded.ports import Ports, listens
from scripts.embedded.postgres import Postgres
from scripts.stack import processes
from scripts.stack.served import is_projected
from scripts.stack.services import BY_NAME, SEED, SERVICES
from scripts.stack.stack import PROJECT, Stack

Child: TypeAlias = Callable[..., Any]
"""A function that runs in a process of its own; its arguments and result pass as JSON."""
Result: TypeAlias = dict[str, float]
Sides: TypeAlias = tuple[list[Result], list[Result]]
"""The results of the product and those of its floor, one a round."""

CHILD_SECONDS, READY_SECONDS = 1200, 60
NOT_COMPLETED = """
SELECT content_id FROM programs_contentitem AS item
WHERE NOT retired AND NOT EXISTS (SELECT FROM progress_progress AS progress
    WHERE progress.content_id = item.content_id AND user_id = %s AND status = 'completed')
ORDER BY content_id LIMIT %s
"""


class Size(NamedTuple):
    rounds: int
    scale: float

    def of(self, full: int, least: int = 1) -> int:
        return max(least, int(full * self.scale))


FULL, QUICK = Size(rounds=3, scale=1), Size(rounds=1, scale=0.1)


def run_child(
    function: Child, *arguments: object, stack: Stack | None = None, python: str = sys.executable
) -> Any:
    """The function's result, with the environment of `stack`. Raises SubprocessError."""
    command = [python, "-m", "scripts.bench.child", function.__module__, function.__name__]
    pipes: dict[str, Any] = {"input": json.dumps(arguments), "capture_output": True, "text": True}
    environment, seconds = stack.environment if stack else None, CHILD_SECONDS
    done = subprocess.run(  # noqa: S603
        command, env=environment, cwd=PROJECT, timeout=seconds, check=True, **pipes
    )
    return json.loads(done.stdout.splitlines()[-1])


def interleave(size: Size, product: Callable[[], Result], floor: Callable[[], Result]) -> Sides:
    """Runs both sides in turns, so that what else the machine does slows both."""
    rounds = [(product(), floor()) for _ in range(size.rounds)]
    return [one for one, _ in rounds], [other for _, other in rounds]


def run_sides(size: Size, stack: Stack, product: Child, floor: Child, *arguments: int) -> Sides:
    """Interleaves two children with the same arguments."""
    sides = [lambda f=f: run_child(f, *arguments, stack=stack) for f in (product, floor)]
    return interleave(size, *sides)


def medians(sides: Sides, name: str, floor_name: str = "") -> tuple[float, float]:
    """The median of the product and that of the floor."""
    products, floors = sides
    floor = median(result[floor_name or name] for result in floors)
    return median(result[name] for result in products), floor


@contextmanager
def bench_stack(*names: str) -> Iterator[Stack]:
    """These services alone, as durable as those of `make up`, on free ports; deleted afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="ongoza-bench-"))
    stack = Stack(folder, Ports.free(), extra_environment={"THROTTLE": "off"})
    try:
        stack.up([BY_NAME[name] for name in names])
        yield stack
    finally:
        stack.down()
        shutil.rmtree(folder)


@contextmanager
def seeded_stack() -> Iterator[Stack]:
    """Everything `make up` starts, with every list computed."""
    with bench_stack(*(service.name for service in (*SERVICES, SEED))) as stack:
        _wait_until(lambda: is_projected(stack))
        yield stack


def _wait_until(condition: Callable[[], bool], log: Callable[[], str] = str) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while not condition():
        if time.monotonic() > deadline:
            raise RuntimeError(f"not ready within {READY_SECONDS} s {log()}")
        time.sleep(0.2)


def connect(stack: Stack, database: str) -> psycopg.Connection:
    """A connection to `relational` or `vector` outside any process of the product."""
    server = cast(Postgres, stack.servers[f"postgres-{database}"])
    return psycopg.connect(server.url(), autocommit=True)


@contextmanager
def floor_server(stack: Stack, *command: str) -> Iterator[int]:
    """Runs `python -m command` beside the stack and yields its port, which it gets as CORE_PORT."""
    port, log = Ports.free().core, stack.log("floor")
    environment = {**stack.environment, "CORE_PORT": str(port)}
    python = [sys.executable, "-m", *command]
    server = processes.start("floor", python, environment=environment, cwd=PROJECT, log=log)
    try:
        _wait_until(lambda: listens(port), lambda: stack.last_words("floor"))
        yield port
    finally:
        server.stop()


def sign_in(stack: Stack, items: int = 0) -> list[tuple[int, str, list[str]]]:
    """Every learner of the demo with a token and some items, up to `items`, on which they may
    report progress again and again."""
    with connect(stack, "relational") as core:
        return [
            (user_id, token, [item for (item,) in core.execute(NOT_COMPLETED, (user_id, items))])
            for user_id, token in run_child(issue_tokens, stack=stack)
        ]


def model_python() -> str:
    """The interpreter of the environment with torch, which is made first when it is missing."""
    subprocess.run(["make", "--silent", ".venv-model/.ready"], cwd=PROJECT, check=True)  # noqa: S607
    return str(PROJECT / ".venv-model" / "bin" / "python")
