"""What a command writes may name users: a file that it goes to is for its account alone."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from ai.kit.private_output import make_output_private as ai_output
from core.kit.private_output import make_output_private as core_output

COMMANDS = {
    "ai": ["-m", "ai", "parked", "export"],
    "core": ["-m", "core.manage", "version"],
}
PRIVATE, READABLE = 0o600, 0o644


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
def test_files_that_a_command_writes_to_are_private(command: list[str], tmp_path: Path) -> None:
    files = tmp_path / "decisions.jsonl", tmp_path / "errors"
    for file in files:
        file.touch()
        file.chmod(READABLE)
    run(command, *files)
    assert [file.stat().st_mode & 0o777 for file in files] == [PRIVATE, PRIVATE]


@pytest.mark.parametrize("make_private", [ai_output, core_output])
def test_a_device_stays_as_it_is(
    make_private: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    changed: list[int] = []
    monkeypatch.setattr(os, "fchmod", lambda file, _: changed.append(file))
    with open(os.devnull, "w") as device:
        monkeypatch.setattr(sys, "stdout", device)
        monkeypatch.setattr(sys, "stderr", device)
        make_private()
    assert changed == []
