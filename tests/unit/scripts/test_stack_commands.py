"""Commands of `scripts.stack` that need no running stack."""

import io
import logging.config
import os
import socket
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psutil
import pytest
from rich.console import Console
from typer.testing import CliRunner

from scripts.embedded.errors import CannotRun
from scripts.embedded.ports import HOST, Ports
from scripts.stack import __main__ as commands
from scripts.stack import running_ports
from scripts.stack.__main__ import ROLES, app
from scripts.stack.keeper import Keeper
from scripts.stack.stack import PROJECT, Stack
from scripts.stack.supervisor import Listener
from tests.small_disks import LIBC, MNT_DETACH, mount

PREFIX = "import sys; print(sys.prefix)"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ONGOZA_HOME", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "120")
    for variable in Ports().environment():
        monkeypatch.delenv(variable, raising=False)
    return tmp_path


def test_logins_are_printed_again_for_each_role(home: Path) -> None:
    password = Stack(home, Ports()).secrets["DEMO_PASSWORD"]
    result = CliRunner().invoke(app, ["logins"])
    assert result.exit_code == 0
    assert result.output.count(password) == len(ROLES)
    assert all(f"{role}@ongoza.example" in result.output for role in ROLES)


def test_without_logins_the_command_says_how_to_get_them(home: Path) -> None:
    result = CliRunner().invoke(app, ["logins"])
    assert result.exit_code == 1
    assert "`make up` generates them" in result.output
    assert not (home / "env").exists()


@pytest.mark.parametrize("text", [None, ""])
def test_lost_secrets_of_data_are_not_replaced(home: Path, text: str | None) -> None:
    (home / "data" / "kafka").mkdir(parents=True)
    if text is not None:
        (home / "env").write_text(text)
    with pytest.raises(CannotRun, match="env is empty or missing"):
        _ = Stack(home, Ports()).secrets
    assert not (home / "env").exists() or (home / "env").read_text() == ""
    assert CliRunner().invoke(app, ["reset", "--yes"]).exit_code == 0
    assert Stack(home, Ports()).secrets


def test_secrets_are_on_the_disk_before_anything_uses_them(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[Path] = []
    monkeypatch.setattr(
        os, "fsync", lambda opened: synced.append(Path(f"/proc/self/fd/{opened}").readlink())
    )
    _ = Stack(home, Ports()).secrets
    assert synced == [home / "env.new", home]


@pytest.mark.usefixtures("home")
def test_health_checks_are_not_in_the_log_of_the_keeper(monkeypatch: pytest.MonkeyPatch) -> None:
    configured: list[dict[str, Any]] = []
    monkeypatch.setattr(logging.config, "dictConfig", configured.append)
    monkeypatch.setattr(Keeper, "__init__", lambda *_: None)
    monkeypatch.setattr(Keeper, "run", lambda _: None)
    assert CliRunner().invoke(app, ["keep", "relay"]).exit_code == 0
    assert configured[0]["loggers"]["httpx"] == {"level": "WARNING"}


def test_reset_deletes_images_whose_build_left_mounts(home: Path) -> None:
    merged = home / "images" / "storage" / "merged"
    if not mount(merged):
        pytest.skip("nothing could be mounted")
    try:
        assert mount(merged / "proc")
        result = CliRunner().invoke(app, ["reset", "--yes"])
        assert result.exit_code == 0, result.output
        assert not (home / "images").exists()
    finally:
        LIBC.umount2(bytes(merged), MNT_DETACH)


def test_reset_deletes_nothing_while_a_mount_stays(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (home / "images").mkdir()
    (home / "env").write_text("")
    mounts = [SimpleNamespace(mountpoint=str(home / "images"))]
    monkeypatch.setattr(psutil, "disk_partitions", lambda **_: mounts)
    result = CliRunner().invoke(app, ["reset", "--yes"])
    assert result.exit_code == 1
    assert "nothing is deleted" in result.output
    assert (home / "env").exists()


def printed_by_run(home: Path, code: str, **variables: str) -> str:
    """In a process of its own, which becomes the command."""
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-m", "scripts.stack", "run", "--", "python", "-c", code],
        env={**os.environ, "PATH": "/usr/bin:/bin", "ONGOZA_HOME": str(home), **variables},
        cwd=PROJECT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return done.stdout.strip()


def test_python_in_run_is_that_of_the_environment(home: Path) -> None:
    assert printed_by_run(home, PREFIX) == sys.prefix


def test_commands_use_the_ports_of_the_running_stack_unless_variables_say_others(
    home: Path,
) -> None:
    running_ports.write(home, Ports(core=8100, ai=8101))
    code = "import os; print(os.environ['DJANGO_API_URL'], os.environ['FASTAPI_BASE_URL'])"
    found = printed_by_run(home, code, AI_PORT="8201")
    assert found == f"http://{HOST}:8100 http://{HOST}:8201"


@pytest.mark.parametrize("text", ["", '{"core": 81'])
def test_ports_that_were_cut_off_are_none(home: Path, text: str) -> None:
    running_ports.write(home, Ports())
    (home / "run" / "ports.json").write_text(text)
    assert running_ports.read(home) is None


def test_up_on_other_ports_says_that_it_stops_what_runs(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def up(_: Stack, __: object, report: Listener, *, keep: bool) -> None:
        report("core", "stopped")
        raise CannotRun("relay failed")

    monkeypatch.setattr(Stack, "up", up)
    monkeypatch.setattr(Stack, "moved_ports", lambda _: {"CORE_PORT": (8100, 8000)})
    output = CliRunner().invoke(app, ["up"]).output
    assert output.startswith("CORE_PORT from 8100 to 8000: what runs is stopped first\n")


def test_without_a_terminal_up_prints_a_line_for_each_change(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    printed: list[str] = []

    def up(_: Stack, __: object, report: Listener, *, keep: bool) -> None:
        for state in ("waiting", "stopped", "waiting", "starting", "ready"):
            report("core", state)
            printed.append(output.getvalue())
        raise CannotRun("relay failed")

    output = io.StringIO()
    monkeypatch.setattr(commands, "console", Console(file=output))
    monkeypatch.setattr(Stack, "up", up)
    assert CliRunner().invoke(app, ["up"]).exit_code == 1
    lines = output.getvalue().splitlines()
    assert [line.split(" s  ")[-1] for line in lines] == [
        "core: stopped",
        "core: starting",
        "core: ready",
        "relay failed",
    ]
    assert [len(text.splitlines()) for text in printed] == [0, 1, 1, 2, 3]


@pytest.mark.parametrize("is_terminal", [True, False])
def test_a_taken_port_is_all_that_up_prints(
    home: Path, monkeypatch: pytest.MonkeyPatch, is_terminal: bool
) -> None:
    ports, output = Ports.free(), io.StringIO()
    for variable, port in ports.environment().items():
        monkeypatch.setenv(variable, port)
    monkeypatch.setattr(commands, "console", Console(file=output, force_terminal=is_terminal))
    with socket.create_server((HOST, ports.db)):
        assert CliRunner().invoke(app, ["up"]).exit_code == 1
    assert f"port {ports.db} (db) is taken" in output.getvalue()
    assert "waiting" not in output.getvalue()
    assert "relay" not in output.getvalue()


def test_logs_are_followed_by_no_process_below_the_one_that_was_started(home: Path) -> None:
    (home / "logs").mkdir()
    (home / "logs" / "relay.log").write_text("first line\n")
    command = [sys.executable, "-m", "scripts.stack", "logs", "relay"]
    with subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, text=True) as started:  # noqa: S603
        try:
            assert started.stdout is not None
            assert started.stdout.readline() == "first line\n"
            below = psutil.Process(started.pid).children(recursive=True)
            for one in below:
                one.kill()
            assert below == []
        finally:
            started.kill()


def test_the_logs_that_there_are_are_named_if_the_wanted_one_is_missing(home: Path) -> None:
    result = CliRunner().invoke(app, ["logs", "relay"])
    assert (result.exit_code, "`make up` writes them" in result.output) == (1, True)
    (home / "logs").mkdir()
    for name in ("relay", "core"):
        (home / "logs" / f"{name}.log").touch()
    result = CliRunner().invoke(app, ["logs", "nosuch"])
    assert result.exit_code == 1
    assert result.output == "there is no log of nosuch, but of core, relay\n"
