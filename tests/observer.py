"""Prometheus beside a stack of tests."""

import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import yaml

from ongoza_ops.metrics import Process
from scripts.embedded.ports import HOST, Ports, free_ports
from scripts.observe import INFRA, command, configuration, prometheus
from tests.integration.story import ANSWER_SECONDS, eventually
from tests.missing import skip_but_fail_in_ci

INTERVAL = "3s"
"""Longer than a scrape takes on a machine that is busy with other tests."""


class Prometheus:
    def __init__(self, url: str) -> None:
        self._http = httpx.Client(base_url=url, trust_env=False, timeout=ANSWER_SECONDS)

    def get(self, path: str, **parameters: str) -> Any:
        answer = self._http.get(f"/api/v1/{path}", params=parameters).json()
        assert answer["status"] == "success", answer
        return answer["data"]

    def query(self, expression: str) -> list[dict[str, Any]]:
        """Raises AssertionError with Prometheus's words for an invalid expression."""
        return list(self.get("query", query=expression)["result"])

    def is_ready(self) -> bool:
        try:
            return self._http.get("/-/ready").is_success
        except httpx.TransportError:
            return False

    def up(self) -> dict[str, str]:
        return {one["metric"]["job"]: one["value"][1] for one in self.query("up")}

    def wait_until_all_are_up(self) -> None:
        """Fails with the reason why one is not."""
        try:
            eventually(lambda: self.up() == dict.fromkeys(map(str, Process), "1"))
        except AssertionError:
            found = self.get("targets")["activeTargets"]
            reasons = {one["labels"]["job"]: one["lastError"] for one in found}
            raise AssertionError(reasons) from None

    def has_alert(self, name: str, state: str = "", **labels: str) -> bool:
        """Whether it is in that state, or pending or firing."""
        return any(
            one["labels"]["alertname"] == name
            and labels.items() <= one["labels"].items()
            and one["state"].startswith(state)
            for one in self.get("alerts")["alerts"]
        )

    def fires(self, name: str, **labels: str) -> bool:
        return self.has_alert(name, "firing", **labels)


@contextmanager
def observe(ports: Ports, hold: str | None = None) -> Iterator[Prometheus]:
    """With `hold` an alert fires when its condition has held for so long, in place of the minutes
    of its rule."""
    program = prometheus()
    if program is None:
        skip_but_fail_in_ci("Prometheus is not installed (on Debian: apt-get install prometheus)")
    folder = Path(tempfile.mkdtemp(prefix="ongoza-prometheus-"))
    rules = (INFRA / "rules.yml").read_text()
    (folder / "rules.yml").write_text(re.sub(r"for: \w+", f"for: {hold}", rules) if hold else rules)
    settings = {**configuration(ports, INTERVAL), "rule_files": [str(folder / "rules.yml")]}
    (folder / "prometheus.yml").write_text(yaml.safe_dump(settings))
    (port,) = free_ports(1)
    process = subprocess.Popen(command(program, folder, port))  # noqa: S603
    found = Prometheus(f"http://{HOST}:{port}")
    try:
        eventually(found.is_ready)
        yield found
    finally:
        process.terminate()
        process.wait(timeout=30)
        shutil.rmtree(folder, ignore_errors=True)
