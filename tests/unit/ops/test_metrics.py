"""The metrics of all processes: what each reports, with few labels, and how it is answered."""

import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from multiprocessing import get_context
from pathlib import Path

import pytest
from prometheus_client import generate_latest
from prometheus_client.parser import text_string_to_metric_families

from ongoza_ops.metrics import (
    DEFINITIONS,
    OUTBOX_RECORDS,
    PREFIX,
    REQUEST_SECONDS,
    REQUESTS,
    Process,
    count_request,
)
from ongoza_ops.scrapes import registry_of, serve
from scripts.embedded.ports import HOST, free_ports, listens
from scripts.metrics import PAGE, render

UNITS = {"seconds", "bytes"}
# Two processes that count in the files of one folder, as the workers of a server do.
COUNT = """
from ongoza_ops.metrics import OUTBOX_RECORDS, count_request
OUTBOX_RECORDS.set(7)
count_request("api/v1/health/", "GET", 200, 0.004)
"""
PRINT = """
import sys
from prometheus_client import generate_latest
from ongoza_ops.metrics import Process
from ongoza_ops.scrapes import registry_of
sys.stdout.buffer.write(generate_latest(registry_of(Process.CORE, sys.argv[1])))
"""


def families(process: Process) -> set[str]:
    text = generate_latest(registry_of(process)).decode()
    return {family.name for family in text_string_to_metric_families(text)}


def scrape(port: int) -> str:
    url = f"http://{HOST}:{port}/metrics"
    with urllib.request.urlopen(url, timeout=10) as answer:
        return str(answer.read().decode())


@pytest.mark.parametrize("process", Process)
def test_a_process_reports_its_own_metrics_alone(process: Process) -> None:
    """A gauge of another process would be 0 there, and its absence would never be noticed."""
    own = {one.name for one in DEFINITIONS if process in one.processes}
    assert own
    assert families(process) == own


def test_every_metric_has_a_meaning_and_says_its_unit_where_prometheus_has_one() -> None:
    names = [one.name for one in DEFINITIONS]
    assert len(names) == len(set(names))
    for one in DEFINITIONS:
        assert one.name.startswith(PREFIX)
        assert one.meaning.endswith("."), one.name
        assert one.unit not in UNITS or one.unit in one.name, one.name


def test_the_page_shows_every_definition() -> None:
    assert PAGE.read_text() == render()
    assert all(f"`{one.name}`" in render() for one in DEFINITIONS)


def test_a_request_counts_for_its_route_and_takes_its_time() -> None:
    labels = {"route": "/api/v1/tests", "method": "GET"}
    count_request("/api/v1/tests", "GET", 200, 0.004)
    count_request("/api/v1/tests", "GET", 404, 0.2)
    (requests,), (durations,) = REQUESTS.collect(), REQUEST_SECONDS.collect()
    counts = {
        one.labels["status"]: one.value
        for one in requests.samples
        if labels.items() <= one.labels.items()
    }
    assert counts == {"200": 1, "404": 1}
    buckets = {
        one.labels["le"]: one.value
        for one in durations.samples
        if labels.items() <= one.labels.items() and "le" in one.labels
    }
    assert (buckets["0.0025"], buckets["0.005"], buckets["0.25"]) == (0, 1, 2)


def test_methods_and_paths_that_clients_make_up_add_no_labels() -> None:
    for number in range(3):
        count_request(None, f"MADE-UP-{number}", 404, 0.001)
    (requests,) = REQUESTS.collect()
    made_up = {"route": "unmatched", "method": "other", "status": "404"}
    (found,) = [one.value for one in requests.samples if one.labels == made_up]
    assert found == 3
    assert not [one for one in requests.samples if "MADE" in str(one.labels)]


def test_the_workers_of_a_server_are_counted_together(tmp_path: Path) -> None:
    environment = {**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}
    for _ in range(2):
        subprocess.run([sys.executable, "-c", COUNT], env=environment, check=True)  # noqa: S603
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-c", PRINT, str(tmp_path)],
        env=environment, check=True, capture_output=True, text=True,
    )  # fmt: skip
    counted = 'ongoza_http_requests_total{method="GET",route="api/v1/health/",status="200"} 2.0'
    assert counted in done.stdout
    assert 'ongoza_http_request_seconds_bucket{le="0.005",method="GET"' in done.stdout
    assert OUTBOX_RECORDS._name not in done.stdout


@pytest.fixture
def port() -> int:
    (port,) = free_ports(1)
    return port


def test_what_is_read_is_read_for_each_answer(port: int) -> None:
    depths = iter([3, 5])
    close = serve(Process.RELAY, HOST, port, lambda: OUTBOX_RECORDS.set(next(depths)))
    try:
        assert "ongoza_outbox_records 3.0" in scrape(port)
        assert "ongoza_outbox_records 5.0" in scrape(port)
    finally:
        close()
    with pytest.raises(urllib.error.URLError):
        scrape(port)


def test_what_cannot_be_read_is_no_old_value(port: int, caplog: pytest.LogCaptureFixture) -> None:
    def fail() -> None:
        raise ConnectionError("the password is in here")

    close = serve(Process.RELAY, HOST, port, fail)
    try:
        with pytest.raises(urllib.error.HTTPError) as refusal:
            scrape(port)
    finally:
        close()
    assert refusal.value.code == 503
    assert caplog.messages == ["metrics cannot be read: ConnectionError"]


def test_a_port_that_is_taken_is_logged_and_the_process_goes_on(
    port: int, caplog: pytest.LogCaptureFixture
) -> None:
    close = serve(Process.RELAY, HOST, port)
    try:
        serve(Process.RELAY, HOST, port)()
        assert "ongoza_outbox_records" in scrape(port)
    finally:
        close()
    assert [f"no metrics on port {port}" in message for message in caplog.messages] == [True]


def test_without_a_port_nothing_is_served() -> None:
    serve(Process.RELAY, HOST, 0, refresh=pytest.fail)()


def test_a_child_does_not_hold_the_port() -> None:
    """A pool of processes forks its replacements while scrapes are answered."""
    (port,) = free_ports(1)
    close = serve(Process.JOBS, HOST, port)
    fork = get_context("fork")
    ready = fork.Event()

    def work() -> None:
        ready.set()
        time.sleep(60)

    child = fork.Process(target=work)
    child.start()
    try:
        assert ready.wait(timeout=30)
        assert listens(port)
        close()
        assert not listens(port)
    finally:
        child.kill()
        child.join()
