"""How measures are run: servers of their own, each side in a process of its own, in turns."""

import json
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from scripts.embedded.ports import Ports
from scripts.stack.services import BY_NAME
from scripts.stack.stack import PROJECT, Stack

T = TypeVar("T")
PATIENCE_SECONDS = 120


class ChildFailed(RuntimeError):
    """A process of a measure ended badly; the message has its last words."""


@dataclass(frozen=True, kw_only=True)
class Size:
    rounds: int
    """How often product and floor take turns; medians are reported."""
    records: int
    seconds: float
    """How long one round of HTTP load takes."""
    visible_seconds: int
    rebuilt: int
    """Facts of which a generation is rebuilt, and how many of them are items with a vector."""
    vectors: int
    searched: tuple[int, ...]
    """How many vectors search is measured with."""
    learners: int
    """How many learners' lists are computed anew, and ten times as many."""


FULL = Size(
    rounds=3,
    records=50_000,
    seconds=6,
    visible_seconds=30,
    rebuilt=100_000,
    vectors=20_000,
    searched=(10_000, 100_000),
    learners=1_000,
)
QUICK = Size(
    rounds=1,
    records=5_000,
    seconds=2,
    visible_seconds=5,
    rebuilt=10_000,
    vectors=2_000,
    searched=(1_000, 10_000),
    learners=200,
)


@contextmanager
def bench_stack(*names: str) -> Iterator[Stack]:
    """These services alone, as durable as those of `make up`, on free ports; all gone after."""
    folder = Path(tempfile.mkdtemp(prefix="ongoza-bench-"))
    stack = Stack(folder, Ports.free(), extra_environment={"THROTTLE": "off"})
    try:
        stack.up([BY_NAME[name] for name in names])
        yield stack
    finally:
        stack.down()
        shutil.rmtree(folder)


def ask(
    module: str,
    *arguments: object,
    environment: Mapping[str, str] | None = None,
    given: object = None,
    python: str = sys.executable,
    patience: float = PATIENCE_SECONDS,
) -> Any:
    """What `scripts.bench.<module>` says: the JSON on the last line of its output.

    It gets `given` as JSON on its input. Raises ChildFailed.
    """
    try:
        done = _run(
            [python, "-m", f"scripts.bench.{module}", *map(str, arguments)],
            environment,
            given,
            patience,
        )
    except subprocess.TimeoutExpired:
        raise ChildFailed(f"{module} did not end within {patience:.0f} s") from None
    if done.returncode != 0:
        raise ChildFailed(f"{module} ended with {done.returncode}\n{done.stderr[-3000:]}")
    return json.loads(done.stdout.splitlines()[-1])


def _run(
    command: list[str], environment: Mapping[str, str] | None, given: object, patience: float
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603
        command,
        input=json.dumps(given),
        env=environment,
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
        timeout=patience,
    )


def in_turns(
    product: Callable[[], T], floor: Callable[[], T], rounds: int
) -> tuple[list[T], list[T]]:
    """Side by side in time, so that what else the machine does slows both."""
    pairs = [(product(), floor()) for _ in range(rounds)]
    return [pair[0] for pair in pairs], [pair[1] for pair in pairs]


def median_of(results: Iterable[Mapping[str, float]], name: str) -> float:
    return statistics.median(result[name] for result in results)


def model_python() -> str:
    """The interpreter of the environment with torch, made first when it is missing."""
    subprocess.run(["make", "--silent", ".venv-model/.ready"], cwd=PROJECT, check=True)  # noqa: S607
    return str(PROJECT / ".venv-model" / "bin" / "python")
