"""The systemd units run what the stack runs, come back after every end, and are closed."""

import shutil
import subprocess
import sys
from configparser import RawConfigParser
from pathlib import Path

import pytest

from scripts.stack.logs import RETENTION
from scripts.stack.services import BEAT, BY_NAME, SERVICES, WEB
from tests.missing import skip_but_fail_in_ci

UNITS = Path(__file__).parents[3] / "infra" / "systemd"
SERVERS = {service.name for service in (*SERVICES, *WEB) if service.ready == "embedded"}
BY_OPERATORS = {"topics", "web-build"}  # steps of a release
STEPS = {"migrate-core", "migrate-ai"}


def parsed(path: Path) -> RawConfigParser:
    unit = RawConfigParser(strict=False)
    unit.optionxform = str  # type: ignore[assignment,method-assign]
    unit.read_string(path.read_text())
    return unit


def units() -> dict[str, RawConfigParser]:
    return {
        path.stem.removeprefix("ongoza-"): parsed(path) for path in UNITS.glob("ongoza-*.service")
    }


def command_of(name: str) -> list[str]:
    """Without the program and what is set for it."""
    words = units()[name]["Service"]["ExecStart"].split()
    return words[3:] if words[0] == "/usr/bin/env" else words[1:]


def test_there_is_a_unit_for_each_process() -> None:
    processes = {service.name for service in (*SERVICES, *WEB)} - SERVERS - BY_OPERATORS
    assert set(units()) == processes | {"beat"}


@pytest.mark.parametrize("name", ["migrate-ai", "core", "relay", "ai", "worker", "webhooks"])
def test_a_unit_runs_the_command_of_the_stack(name: str) -> None:
    assert command_of(name) == [*BY_NAME[name].command[1:]]


def test_jobs_run_with_processes_and_without_beat() -> None:
    threads = " ".join(BY_NAME["jobs"].command[1:])
    own = threads.replace("--pool=threads -c 2 " + " ".join(BEAT), "--pool=prefork -c 2")
    assert " ".join(command_of("jobs")) == own


def test_no_two_processes_answer_prometheus_on_one_port() -> None:
    """The units of one host share files of variables, so each sets its own after them."""
    commands = {name: unit["Service"]["ExecStart"] for name, unit in units().items()}
    env = "/usr/bin/env METRICS_PORT="
    ports = {n: one.removeprefix(env).split()[0] for n, one in commands.items() if env in one}
    assert ports.keys() == {"core", "ai", "relay", "worker", "jobs", "webhooks"}
    assert len({*ports.values()}) == len(ports)


def test_every_process_comes_back_after_every_end() -> None:
    for name, unit in units().items():
        expected = "on-failure" if name in STEPS else "always"
        assert unit["Service"]["Restart"] == expected, name
    common = parsed(UNITS / "ongoza-.service.d" / "all.conf")
    assert common["Unit"]["StartLimitIntervalSec"] == "0"
    assert 1 <= int(common["Service"]["RestartSec"]) <= 30


def test_no_process_starts_before_its_migrations_have_succeeded() -> None:
    for name, unit in units().items():
        migrations = "ai" if name in ("ai", "worker") else "core"
        step = f"ongoza-migrate-{migrations}.service"
        if name not in (*STEPS, "web"):
            assert unit["Unit"]["Wants"] == unit["Unit"]["After"] == step, name
            asks = f"+/usr/bin/systemctl is-active --quiet {step}"  # as root, which needs no D-Bus
            assert unit["Service"]["ExecStartPre"] == asks, name


def test_a_worker_that_needs_an_operator_stays_down() -> None:
    codes = {int(code) for code in units()["worker"]["Service"]["RestartPreventExitStatus"].split()}
    assert codes == {*BY_NAME["worker"].operator_codes}
    assert all("RestartPrevent" not in str(dict(u["Service"])) for n, u in units().items()
               if n != "worker")  # fmt: skip


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """The units with commands that this machine has."""
    folder = tmp_path / "units"
    shutil.copytree(UNITS, folder)
    for path in folder.glob("*.service"):
        text = path.read_text().replace("/opt/ongoza/.venv/bin/python", sys.executable)
        path.write_text(text.replace("/usr/bin/node", sys.executable))
    return folder


def verify(folder: Path) -> str:
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        skip_but_fail_in_ci("systemd-analyze is not installed (on Debian: apt-get install systemd)")
    units = sorted(map(str, [*folder.glob("*.service"), *folder.glob("*.target")]))
    done = subprocess.run(  # noqa: S603
        [analyze, "verify", "--man=no", *units], capture_output=True, text=True, check=False
    )
    return done.stdout + done.stderr


def test_systemd_finds_no_fault(installed: Path) -> None:
    assert verify(installed) == ""


@pytest.mark.parametrize(
    ("name", "right", "wrong"),
    [
        ("ongoza-relay.service", "Restart=always", "Restrat=always"),
        ("ongoza-worker.service", "Restart=always", "Restart=ever"),
        ("ongoza-.service.d/all.conf", "UMask=0077", "Umask=0077"),
    ],
)
def test_systemd_names_a_fault(installed: Path, name: str, right: str, wrong: str) -> None:
    path = installed / name
    path.write_text(path.read_text().replace(right, wrong))
    assert name in verify(installed)


def test_the_journal_deletes_lines_after_the_time_that_is_promised() -> None:
    journal = parsed(UNITS.parent / "journald" / "ongoza.conf")["Journal"]
    assert journal["MaxRetentionSec"] == f"{RETENTION.days}day"
    assert journal["MaxFileSec"] == "1day"  # files are deleted whole
    assert "infra/journald/ongoza.conf" in (UNITS / "README.md").read_text()
