"""The workers of core's server: they end with their master, even with one that is killed."""

import gc
import json
import os
import runpy
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil
import pytest

from scripts.embedded.ports import HOST, free_ports, listens
from tests.integration.story import eventually

PROJECT = Path(__file__).parents[3]
APPLICATION = """
import gc

def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [f"{gc.isenabled()} {gc.get_freeze_count() > 10_000}".encode()]
"""
# Core's configuration, and a hook that writes which signal the thread that was forked gets.
CONFIGURATION = """
import ctypes
from pathlib import Path

exec(Path("infra/gunicorn.conf.py").read_text())

def post_worker_init(worker):
    number = ctypes.c_int()
    ctypes.CDLL(None).prctl(2, ctypes.byref(number))  # PR_GET_PDEATHSIG
    Path({folder!r}, f"{{worker.pid}}.signal").write_text(str(number.value))
"""
SERVER_LINES = """
import runpy
from gunicorn.config import Config
from gunicorn.glogging import Logger

config = Config()
config.set("logconfig_dict", runpy.run_path("infra/gunicorn.conf.py")["logconfig_dict"])
log = Logger(config)
log.info("Starting")
try:
    raise ValueError("amina@ongoza.example")
except ValueError as error:
    log.error("a request failed in the server", exc_info=error)
"""
pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="only Linux signals a child whose parent died"
)


@pytest.fixture
def master(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """The server with core's settings and a small application, and its port."""
    (tmp_path / "small_application.py").write_text(APPLICATION)
    (tmp_path / "conf.py").write_text(CONFIGURATION.format(folder=str(tmp_path)))
    (port,) = free_ports(1)
    environment = {**os.environ, "CORE_PORT": str(port), "WEB_CONCURRENCY": "2"}
    process = subprocess.Popen(  # noqa: S603
        [
            *(sys.executable, "-m", "gunicorn", "small_application:application"),
            *("-c", str(tmp_path / "conf.py"), "--pythonpath", str(tmp_path)),
        ],
        cwd=PROJECT,
        env=environment,
    )
    workers: list[psutil.Process] = []
    try:
        eventually(lambda: listens(port))
        eventually(lambda: len(psutil.Process(process.pid).children()) == 2)
        workers = psutil.Process(process.pid).children()
        yield process, port
    finally:
        process.kill()
        process.wait()
        for worker in workers:
            if worker.is_running():
                worker.kill()


def test_a_worker_is_signalled_when_its_master_dies(
    master: tuple[subprocess.Popen[bytes], int], tmp_path: Path
) -> None:
    term = str(int(signal.SIGTERM))
    eventually(lambda: [path.read_text() for path in tmp_path.glob("*.signal")] == [term, term])


def test_no_worker_of_a_killed_master_keeps_the_port(
    master: tuple[subprocess.Popen[bytes], int],
) -> None:
    process, port = master
    workers = psutil.Process(process.pid).children()
    with httpx.Client(trust_env=False) as client:
        client.get(f"http://{HOST}:{port}/")  # the connection is kept alive
        process.kill()
        process.wait()
        eventually(lambda: not listens(port))
        eventually(lambda: not any(worker.is_running() for worker in workers))


def test_every_view_is_imported_before_workers_are_forked() -> None:
    code = "import sys, core.config.wsgi; print('core.config.urls' in sys.modules)"
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "tests.typing_settings"}
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-c", code],
        cwd=PROJECT, env=environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout == "True\n"


def test_reading_the_configuration_leaves_garbage_collection_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("METRICS_PORT", raising=False)
    assert gc.isenabled()
    runpy.run_path(str(PROJECT / "infra" / "gunicorn.conf.py"))
    assert gc.isenabled()


def test_a_worker_collects_garbage_but_not_what_was_imported(
    master: tuple[subprocess.Popen[bytes], int],
) -> None:
    _, port = master
    assert httpx.get(f"http://{HOST}:{port}/", trust_env=False).text == "True True"


def test_lines_of_the_server_itself_are_those_of_every_process() -> None:
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-c", SERVER_LINES],
        cwd=PROJECT, env={**os.environ}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    started, failed = map(json.loads, done.stderr.splitlines())
    assert (started["event"], started["logger"]) == ("Starting", "gunicorn.error")
    assert failed["exception"][0]["type"] == "ValueError"
    assert "amina" not in done.stderr
