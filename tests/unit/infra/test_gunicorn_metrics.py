"""The workers of core's server answer Prometheus together, on a port of their own."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import httpx
import psutil
import pytest

from scripts.embedded.ports import HOST, free_ports, listens
from tests.integration.story import eventually

PROJECT = Path(__file__).parents[3]
COMMAND = (sys.executable, "-m", "gunicorn", "core.config.wsgi", "-c", "infra/gunicorn.conf.py")
HEALTH = "/api/v1/health/"
COUNTED = r'^ongoza_http_requests_total\{method="GET",route="api/v1/health/",status="200"\} (\S+)$'


class Server(NamedTuple):
    process: psutil.Process
    port: int
    metrics_port: int

    def get(self, path: str) -> httpx.Response:
        """On a connection of its own, so that any worker answers."""
        return httpx.get(f"http://{HOST}:{self.port}{path}", trust_env=False, timeout=20)

    def scrape(self) -> str:
        url = f"http://{HOST}:{self.metrics_port}/metrics"
        return httpx.get(url, trust_env=False, timeout=20).raise_for_status().text

    def counted(self) -> int:
        found = re.search(COUNTED, self.scrape(), re.MULTILINE)
        return int(float(found[1])) if found else 0


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    port, metrics_port = free_ports(2)
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "tests.typing_settings",
        "CORE_PORT": str(port),
        "METRICS_PORT": str(metrics_port),
        "WEB_CONCURRENCY": "2",
    }
    process = subprocess.Popen(COMMAND, cwd=PROJECT, env=environment)  # noqa: S603
    try:
        eventually(lambda: listens(port) and listens(metrics_port))
        found = Server(psutil.Process(process.pid), port, metrics_port)
        eventually(lambda: len(found.process.children()) == 2)
        assert found.get(HEALTH).status_code == 200
        yield found
    finally:
        process.terminate()
        process.wait(timeout=60)


def test_requests_to_any_worker_are_counted_together(server: Server) -> None:
    before = server.counted()
    for _ in range(12):
        assert server.get(HEALTH).status_code == 200
    assert [server.counted() for _ in range(6)] == [before + 12] * 6


def test_what_a_killed_worker_counted_stays(server: Server) -> None:
    for _ in range(8):
        server.get(HEALTH)
    before = server.counted()
    killed, _ = server.process.children()
    killed.kill()
    eventually(lambda: killed.pid not in [one.pid for one in server.process.children()])
    eventually(lambda: len(server.process.children()) == 2)
    assert server.counted() == before
    server.get(HEALTH)
    assert server.counted() == before + 1


def test_the_scrape_alone_is_in_progress_when_all_is_answered(server: Server) -> None:
    server.get(HEALTH)

    def reported() -> list[str]:
        return re.findall(r"^ongoza_requests_in_progress\S* (.*)$", server.scrape(), re.MULTILINE)

    eventually(lambda: reported() == ["1.0"])


def test_requests_of_a_killed_worker_are_no_longer_in_progress(server: Server) -> None:
    counts = folder_of(server.metrics_port, server.process.pid)
    killed = server.process.children()[0]
    gauges = counts / f"gauge_livesum_{killed.pid}.db"
    eventually(lambda: server.get(HEALTH).is_success and gauges.exists())
    killed.kill()
    eventually(lambda: not gauges.exists())
    eventually(lambda: len(server.process.children()) == 2)


@pytest.mark.slow
def test_counts_stay_when_the_configuration_is_read_again(server: Server) -> None:
    """By a check of it, and by the server itself."""
    server.get(HEALTH)
    before = server.counted()
    checking = (*COMMAND, "--check-config")
    subprocess.run(checking, cwd=PROJECT, env=server.process.environ(), check=True)  # noqa: S603
    assert server.counted() == before
    workers = server.process.children()
    server.process.send_signal(signal.SIGHUP)
    eventually(lambda: not any(one.is_running() for one in workers))
    eventually(lambda: len(server.process.children()) == 2)
    assert server.counted() == before
    server.get(HEALTH)
    assert server.counted() == before + 1


@pytest.mark.slow
def test_the_counts_of_a_server_that_was_killed_are_deleted() -> None:
    killed = subprocess.Popen((sys.executable, "-c", ""))
    killed.wait()
    (port,) = free_ports(1)
    left = folder_of(port, killed.pid)
    left.mkdir()
    environment = {**os.environ, "METRICS_PORT": str(port)}
    checking = subprocess.Popen((*COMMAND, "--check-config"), cwd=PROJECT, env=environment)  # noqa: S603
    assert checking.wait(timeout=60) == 0
    assert not left.exists()
    assert not folder_of(port, checking.pid).exists()


WITHOUT_PROC = """
import pathlib, runpy
exists = pathlib.Path.exists
pathlib.Path.exists = lambda path: path.parts[:2] != ("/", "proc") and exists(path)
runpy.run_path("infra/gunicorn.conf.py")
"""


def test_the_counts_of_a_server_stay_where_there_is_no_proc() -> None:
    (port,) = free_ports(1)
    counts = folder_of(port, os.getpid())
    counts.mkdir()
    environment = {**os.environ, "METRICS_PORT": str(port)}
    command = [sys.executable, "-c", WITHOUT_PROC]
    try:
        subprocess.run(command, cwd=PROJECT, env=environment, check=True)  # noqa: S603
        assert counts.exists()
    finally:
        shutil.rmtree(counts, ignore_errors=True)


def folder_of(port: int, master: int) -> Path:
    in_memory = Path("/dev/shm")  # noqa: S108
    parent = in_memory if in_memory.is_dir() else Path(tempfile.gettempdir())
    return parent / f"ongoza-metrics-{os.getuid()}-{port}-{master}"


def test_the_public_port_has_no_metrics(server: Server) -> None:
    answer = server.get("/metrics")
    assert answer.status_code == 404
    assert "ongoza_" not in answer.text


def test_scrapes_are_no_requests_of_the_api(server: Server) -> None:
    assert 'route="metrics' not in server.scrape()
    before = server.counted()
    server.scrape()
    assert server.counted() == before


def test_no_metric_of_another_process_is_reported(server: Server) -> None:
    assert "ongoza_outbox" not in server.scrape()


def test_what_the_server_refuses_itself_is_counted(server: Server) -> None:
    def refused() -> int:
        found = re.search(
            r'^ongoza_refused_requests_total\{reason="headers_too_large"\} (\S+)$',
            server.scrape(), re.MULTILINE,
        )  # fmt: skip
        return int(float(found[1])) if found else 0

    before = refused()
    with socket.create_connection((HOST, server.port), timeout=20) as client:
        client.sendall(b"GET / HTTP/1.1\r\nX-Long: " + b"a" * 17_000 + b"\r\n\r\n")
        assert client.recv(100).startswith(b"HTTP/1.1 431")
    assert refused() == before + 1
