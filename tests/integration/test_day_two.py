"""The commands of docs/operate-day-two.md, run as printed, print what the page says."""

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from scripts.embedded.ports import Ports, free_ports
from scripts.stack.services import BY_NAME
from scripts.stack.stack import PROJECT, Stack
from tests.integration.test_tours import BLOCK, agrees
from tests.servers import new_stack

pytestmark = pytest.mark.slow

PAGE = (PROJECT / "docs" / "operate-day-two.md").read_text()
SECTIONS = dict(re.findall(r"^## (.*?)\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL))
APIS = ("postgres-relational", "postgres-vector", "migrate-core", "migrate-ai", "core", "ai")
RESTART = f"{sys.executable} -c 'from {__name__} import restart_apis; restart_apis()'"
"""In place of `make down up`, for a stack with fewer services."""
SECONDS = 300


def run_section(section: str, stack: Stack) -> None:
    """Runs the blocks of a section in one shell, and compares what they print with the page."""
    blocks = BLOCK.findall(SECTIONS[section])
    commands = "".join(text for language, text in blocks if language == "sh")
    said = "".join(text for language, text in blocks if language == "text").splitlines()
    with subprocess.Popen(
        ["/bin/bash", "-e", "-o", "pipefail"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        cwd=PROJECT, start_new_session=True,
        env={**stack.environment, "ONGOZA_HOME": str(stack.folder), "COLUMNS": "200"},
    ) as shell:  # fmt: skip
        try:
            text = beginning(stack) + commands.replace("make down up", RESTART)
            printed, errors = shell.communicate(text, SECONDS)
        finally:  # with all that it started, which other tests must not meet
            with suppress(ProcessLookupError):
                os.killpg(shell.pid, signal.SIGKILL)
    assert shell.returncode == 0, printed + errors
    lines = [line.strip() for line in printed.splitlines() if line]
    assert len(lines) == len(said) > 0, (lines, said)
    assert all(map(agrees, lines, said)), (lines, said)


def beginning(stack: Stack) -> str:
    """The first block of the page, with where this stack is."""
    found = BLOCK.search(PAGE)
    assert found is not None
    core, ai = free_ports(2)
    places = {
        "http://localhost:8000": stack.core_url,
        "http://localhost:8001": stack.ai_url,
        "LOCAL=.local": f"LOCAL={stack.folder}",
        "SECOND_CORE=8010": f"SECOND_CORE={core}",
        "SECOND_AI=8011": f"SECOND_AI={ai}",
    }
    commands = str(found[2])
    for printed, real in places.items():
        assert printed in commands
        commands = commands.replace(printed, real)
    return commands


def restart_apis() -> None:
    """Stops and starts the stack that the environment names, with the secrets in its file."""
    stack = Stack(
        Path(os.environ["ONGOZA_HOME"]),
        Ports.from_environment(),
        durable=False,
        patience=5,
        logins=False,
    )
    stack.down()
    stack.up([BY_NAME[name] for name in APIS])


@pytest.fixture
def apis() -> Iterator[Stack]:
    """core and ai with databases of their own, which may be restarted."""
    stack = new_stack("day-two", logins=False)
    stack.extra_environment["RESTORE_CHECK_SECONDS"] = "0"  # there is no relay
    try:
        stack.up([BY_NAME[name] for name in APIS])
        yield stack
    finally:
        stack.down()
        shutil.rmtree(stack.folder)


@pytest.mark.parametrize(
    "section", ["The first administrator", "More workers and more API processes"]
)
def test_commands_for_a_running_stack(section: str, stack: Stack) -> None:
    run_section(section, stack)


def test_a_schema_that_is_as_expected_stays(stack: Stack) -> None:
    run_section("Install a release, and go back", stack)


def test_nobody_is_signed_out_when_secrets_are_changed(apis: Stack) -> None:
    run_section("Change a secret", apis)
    assert not (apis.folder / "tokens.json").exists()


def test_a_certificate_for_trials(tmp_path: Path) -> None:
    run_section("TLS", Stack(tmp_path, Ports.free()))
    assert list(tmp_path.glob("*.pem")) == []


def test_no_secret_is_an_argument_of_a_command() -> None:
    """Arguments of a process are shown to every account."""
    secret = re.compile(r"\$(?:PASSWORD|PRESENT|ACCESS|REFRESH|\(openssl rand)")
    commands = "".join(text for language, text in BLOCK.findall(PAGE) if language == "sh")
    assert len(secret.findall(commands)) > 10
    without_input = re.sub(r'(<<<|\becho) "(\\.|[^"\\])*"', "", commands, flags=re.DOTALL)
    without_assignments = re.sub(r"\b[A-Z_]+=\S+", "", without_input)
    assert secret.findall(without_assignments) == []


def test_every_section_with_commands_is_run_here() -> None:
    with_commands = {name for name, text in SECTIONS.items() if BLOCK.search(text)}
    here = Path(__file__).read_text()
    assert len(with_commands) == 5
    assert {name for name in with_commands if f'"{name}"' not in here} == set()
