"""The commands of README.md, run as printed, print what it says."""

import re
import shutil
import subprocess
import sys

import pytest

from scripts.stack.stack import PROJECT, Stack
from tests.integration.test_tours import END_OF_BLOCK, blocks, of_stack

pytestmark = pytest.mark.slow

PAGE = (PROJECT / "README.md").read_text()
VARIABLE = re.compile(
    r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"  # a UUID
    r"|\d{4}-\d\d-\d\dT[\d:.]+(?:Z|\+00:00)"
    r"|\d+(?:\.\d+)?"
)
BORDERS = re.compile(r"[\s\u2500-\u257f]+")
"""Widths of columns follow what is in them."""


def normalised(line: str) -> str:
    return BORDERS.sub(" ", VARIABLE.sub("0", line)).strip()


def pattern(said: str) -> re.Pattern[str]:
    """What agrees with the lines of the page: `…` is any text, and alone any lines."""
    lines = [normalised(line) for line in said.splitlines()]
    parts = [
        "(?:.*\n)*?" if line == "…" else ".*".join(map(re.escape, line.split("…"))) + "\n"
        for line in lines
        if line
    ]
    return re.compile("".join(parts))


def agrees(found: str, said: str) -> bool:
    lines = [line for line in map(normalised, found.splitlines()) if line]
    return pattern(said).fullmatch("".join(f"{line}\n" for line in lines)) is not None


def printed(commands: list[str], stack: Stack) -> list[str]:
    """What one shell prints for each block."""
    here = {".venv/bin/python": sys.executable, "make demo": f"{sys.executable} -m scripts.demo"}
    script = "".join(f"{block}echo; echo '{END_OF_BLOCK}'\n" for block in commands)
    for text, real in here.items():
        script = script.replace(text, real)
    done = subprocess.run(
        ["/bin/bash", "-e", "-o", "pipefail"],
        input=of_stack(script, stack),
        cwd=PROJECT,
        env=stack.environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.split(f"{END_OF_BLOCK}\n")[:-1]


def test_the_readme_prints_what_it_says(stack: Stack) -> None:
    known = [
        (commands, "\n".join(said))
        for commands, said in blocks(PAGE)
        if shutil.which("kcat") or "kcat" not in commands
    ]
    found = printed([commands for commands, _ in known], stack)
    assert len(found) == len(known) >= 8
    for text, (commands, said) in zip(found, known, strict=True):
        assert agrees(text, said), f"{commands}\nprinted:\n{text}\nthe page says:\n{said}"


def test_the_shown_numbers_fall(stack: Stack) -> None:
    """Of the list of what decides its order: in the page, and when it is run."""
    known = [commands for commands, _ in blocks(PAGE)]
    last = next(n for n, commands in enumerate(known) if '"%.2f"' in commands)
    said = "\n".join(blocks(PAGE)[last][1])
    for text in (said, printed(known[: last + 1], stack)[-1]):
        numbers = [float(one) for one in re.findall(r"^(\d\.\d\d) ", text, re.MULTILINE)]
        assert len(numbers) == 4
        assert numbers == sorted(numbers, reverse=True)


@pytest.mark.parametrize(
    ("found", "said", "agreed"),
    [
        ("0.61 course-9 x\n", "0.55 course-102 …", True),
        ("0.61 module-9 x\n", "0.55 course-102 …", False),
        ("a\n\nb\nc\n", "a\n…\nc", True),
        ("a\nb\n", "a", False),
        ("a\n", "a\nb", False),
        ("│ 9.1  │ committed │\n", "│ 12.34 │ committed   │", True),
        ("│ 9.1  │ applied │\n", "│ 12.34 │ committed   │", False),
    ],
)
def test_outputs_are_compared_by_their_words(found: str, said: str, agreed: bool) -> None:
    assert agrees(found, said) == agreed
