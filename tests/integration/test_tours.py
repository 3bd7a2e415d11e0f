"""The commands of each page of docs/tours, run as printed, print what the page says."""

import re
import subprocess
from pathlib import Path

import pytest

from scripts.stack.stack import PROJECT, Stack

pytestmark = pytest.mark.slow

PAGES = sorted((PROJECT / "docs" / "tours").glob("*.md"))
BLOCK = re.compile(r"^```(sh|text)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
END_OF_BLOCK = "--- end of block"


def blocks(page: str) -> list[tuple[str, list[str]]]:
    """The commands of each block with the lines, but empty ones, that the page says they print."""
    found: list[tuple[str, list[str]]] = []
    for language, text in BLOCK.findall(page):
        if language == "sh":
            found.append((text, []))
        else:
            found[-1][1].extend(line for line in text.splitlines() if line)
    return found


def of_stack(commands: str, stack: Stack) -> str:
    """The first block, which names where the services and their files are."""
    places = {
        "http://localhost:8000": stack.core_url,
        "http://localhost:8001": stack.ai_url,
        "LOCAL=.local": f"LOCAL={stack.folder}",
        ".venv/bin/python -m scripts.stack run -- ": "",
    }
    for printed, real in places.items():
        commands = commands.replace(printed, real)
    return commands


def printed(page: str, stack: Stack) -> list[list[str]]:
    """What one shell prints for each block of a page."""
    first, *others = [commands for commands, _ in blocks(page)]
    script = "".join(
        f"{commands}echo; echo '{END_OF_BLOCK}'\n" for commands in (of_stack(first, stack), *others)
    )
    done = subprocess.run(
        ["/bin/bash", "-e", "-o", "pipefail"],
        input=script,
        cwd=PROJECT,
        env=stack.environment,
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    parts = done.stdout.split(f"{END_OF_BLOCK}\n")[:-1]
    return [[line for line in part.splitlines() if line] for part in parts]


def agrees(line: str, said: str) -> bool:
    """Whether a line is what the page says; `…` is any text."""
    pattern = ".*".join(re.escape(part) for part in said.split("…"))
    return re.fullmatch(pattern, line) is not None


@pytest.mark.parametrize("page", PAGES, ids=[page.stem for page in PAGES])
def test_a_tour_prints_what_its_page_says(page: Path, stack: Stack) -> None:
    text = page.read_text()
    expected = [said for _, said in blocks(text)]
    found = printed(text, stack)
    assert len(found) == len(expected) >= 3
    for lines, said in zip(found, expected, strict=True):
        assert len(lines) == len(said), (lines, said)
        assert all(map(agrees, lines, said)), (lines, said)


def test_there_is_a_page_for_each_role() -> None:
    roles = {"author", "director", "learner", "mentor", "organization-admin", "sponsor", "staff"}
    others = {"dashboard", "mentorship", "practice", "subscription"}
    assert {page.stem for page in PAGES} == {*roles, *others}
