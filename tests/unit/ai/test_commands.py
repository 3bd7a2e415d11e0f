"""The one entry `python -m ai <command>`."""

import os
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from ai.kit.errors import NotFound
from ai.kit.settings import SettingsError, load_settings
from ai.operations import parked
from ai.operations.command import command as parked_command
from scripts.embedded.ports import HOST, free_ports


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603
        [sys.executable, "-m", "ai", *arguments],
        env={"PATH": os.environ["PATH"], "COLUMNS": "200", **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.slow
def test_help_lists_every_command() -> None:
    done = run("--help")
    assert done.returncode == 0
    for command in (
        "serve",
        "worker",
        "migrate",
        "rebuild",
        "reconcile",
        "erasure",
        "parked",
        "unerase",
        "forecast",
    ):
        assert f" {command} " in done.stdout


def test_an_unknown_command_is_refused() -> None:
    done = run("nothing")
    assert done.returncode == 2
    assert "No such command 'nothing'" in done.stderr


@pytest.mark.slow
@pytest.mark.parametrize(
    "arguments", [["serve"], ["worker"], ["migrate"], ["erasure", "7"], ["forecast"]]
)
def test_missing_settings_are_named_by_every_command(arguments: list[str]) -> None:
    done = run(*arguments)
    assert done.returncode == 1
    assert done.stderr == (
        "ai cannot start. Missing or invalid: VECTOR_DB_PASSWORD, JWT_SECRET_KEY.\n"
    )


def test_a_weak_secret_is_a_settings_error() -> None:
    done = run("serve", VECTOR_DB_PASSWORD="x", JWT_SECRET_KEY="short")
    assert done.returncode == 1
    assert done.stderr == "ai cannot start. JWT_SECRET_KEY is shorter than 32 bytes.\n"


def test_an_invalid_setting_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AI_PORT", "many")
    monkeypatch.setenv("VECTOR_DB_PASSWORD", "x")
    monkeypatch.setenv("JWT_SECRET_KEY", "y")
    with pytest.raises(SettingsError, match=r"Missing or invalid: AI_PORT\."):
        load_settings()


@pytest.mark.slow
@pytest.mark.parametrize("arguments", [["list"], ["--dry-run"]])
def test_a_rebuild_says_which_database_does_not_answer(arguments: list[str]) -> None:
    [port] = free_ports(1)
    own = {"VECTOR_DB_HOST": HOST, "VECTOR_DB_PORT": str(port), "VECTOR_DB_PASSWORD": "x"}
    done = run("rebuild", *arguments, JWT_SECRET_KEY="x" * 40, **own)
    assert done.returncode == 1
    assert done.stderr == f"ai's database at {HOST}:{port} does not answer\n"


@pytest.mark.parametrize("arguments", [["show", "7"], ["retry", "7"]])
def test_a_missing_parked_record_is_named(
    arguments: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def none(*_: object) -> None:
        raise NotFound

    monkeypatch.setenv("VECTOR_DB_PASSWORD", "x")
    monkeypatch.setenv("JWT_SECRET_KEY", "x" * 40)
    monkeypatch.setattr(parked, "one", none)
    monkeypatch.setattr(parked, "retry", none)
    result = CliRunner().invoke(parked_command, arguments)
    assert result.exit_code == 1
    assert "there is no parked record 7" in result.output
