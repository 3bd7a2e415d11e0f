"""Runs a function in a process of its own, with the environment of a stack.

Imports little, because the start of a process is itself measured (`make bench`).
"""

import json
import subprocess
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from scripts.stack.stack import Stack

PROJECT = Path(__file__).parents[2]
CHILD_SECONDS = 1200
# One thread of OpenBLAS, as in ai's processes.
ENVIRONMENT = {"DJANGO_SETTINGS_MODULE": "core.config.settings", "OPENBLAS_NUM_THREADS": "1"}


def run_child(
    stack: "Stack",
    function: Callable[..., Any],
    *arguments: object,
    loop: str = "asyncio",
    python: str = sys.executable,
) -> Any:
    """The function's result; arguments and result pass as JSON. `loop` is the module that runs a
    coroutine. Raises SubprocessError."""
    done = subprocess.run(  # noqa: S603
        [python, "-m", "scripts.stack.child", function.__module__, function.__name__, loop],
        input=json.dumps(arguments),
        env={**stack.environment, **ENVIRONMENT},
        cwd=PROJECT,
        timeout=CHILD_SECONDS,
        check=True,
        capture_output=True,
        text=True,
    )
    return json.loads(done.stdout.splitlines()[-1])


if __name__ == "__main__":
    module, name, loop = sys.argv[1:]
    result = getattr(import_module(module), name)(*json.load(sys.stdin))
    if hasattr(result, "__await__"):
        result = import_module(loop).run(result)
    print(json.dumps(result))
