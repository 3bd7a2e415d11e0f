"""Commands of a stack, as its operator runs them."""

import subprocess
import sys

from scripts.stack.stack import PROJECT, Stack

PATIENCE_SECONDS = 300


def run(stack: Stack, *module: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603
        [sys.executable, "-m", *module],
        env={**stack.environment, "COLUMNS": "200"},
        cwd=PROJECT,
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )


def output_of(stack: Stack, *module: str) -> str:
    """What a command prints that has to succeed."""
    done = run(stack, *module)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
