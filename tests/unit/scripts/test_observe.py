"""Prometheus as a service of a stack: `make up OBSERVE=1`."""

import os
from pathlib import Path
from typing import Any

import httpx
import pytest

from ongoza_ops.metrics import Process
from scripts import observe
from scripts.embedded.ports import HOST, Ports
from scripts.observe import prometheus
from scripts.stack.services import OBSERVE
from scripts.stack.stack import Stack
from tests.integration.story import eventually


@pytest.mark.slow
@pytest.mark.skipif(
    prometheus() is None and os.environ.get("CI") != "true",
    reason="Prometheus is not installed (on Debian: apt-get install prometheus)",
)
def test_it_starts_with_our_rules_and_targets_and_stops_with_the_stack(tmp_path: Path) -> None:
    stack = Stack(tmp_path / "stack", Ports.free(), durable=False, patience=5)
    url = f"http://{HOST}:{stack.ports.prometheus}"
    try:
        stack.up([OBSERVE])
        with httpx.Client(base_url=url, trust_env=False, timeout=20) as http:
            targets = eventually(
                lambda: http.get("/api/v1/targets").json()["data"]["activeTargets"]
            )
            rules = http.get("/api/v1/rules").json()["data"]["groups"]
    finally:
        stack.down()
    wanted = {str(one): f"{HOST}:{getattr(stack.ports, f'{one}_metrics')}" for one in Process}
    assert {one["labels"]["job"]: one["labels"]["instance"] for one in targets} == wanted
    assert {one["name"] for one in rules} == {"processes", "facts", "jobs", "surroundings"}
    assert (tmp_path / "stack" / "data" / "prometheus" / "series").is_dir()
    with pytest.raises(httpx.ConnectError):
        httpx.get(url, trust_env=False)


def test_prometheus_gets_no_secret_of_the_stack(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    became: list[Any] = []
    monkeypatch.setenv("PROMETHEUS_FOLDER", str(tmp_path))
    monkeypatch.setenv("DB_PASSWORD", "secret")
    monkeypatch.setattr(observe, "prometheus", lambda: "/usr/bin/prometheus")
    monkeypatch.setattr(os, "execve", lambda *all_of_it: became.append(all_of_it))
    monkeypatch.setattr(os, "execv", lambda *both: became.append((*both, dict(os.environ))))
    observe.main()
    [(program, arguments, environment)] = became
    assert (program, arguments[0]) == ("/usr/bin/prometheus", "/usr/bin/prometheus")
    assert environment == {}
