"""What a command writes may name users: a file that it goes to is for its account alone."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

COMMANDS = {
    "ai": ["-m", "ai", "parked", "export"],
    "core": ["-m", "core.manage", "version"],
}
CLOSED, OPEN = 0o600, 0o644


def run(command: list[str], output: Path, errors: Path) -> None:
    with output.open("w") as out, errors.open("w") as err:
        subprocess.run(  # noqa: S603
            [sys.executable, *command],
            env={"PATH": os.environ["PATH"]},
            stdout=out,
            stderr=err,
            timeout=120,
            check=False,
        )


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_files_that_a_command_writes_to_are_closed_to_others(
    command: list[str], tmp_path: Path
) -> None:
    files = tmp_path / "decisions.jsonl", tmp_path / "errors"
    for file in files:
        file.touch()
        file.chmod(OPEN)
    run(command, *files)
    assert [file.stat().st_mode & 0o777 for file in files] == [CLOSED, CLOSED]


def test_a_device_stays_as_it_is() -> None:
    before = os.stat(os.devnull).st_mode
    run(COMMANDS["ai"], Path(os.devnull), Path(os.devnull))
    assert os.stat(os.devnull).st_mode == before
