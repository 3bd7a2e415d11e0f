"""Prometheus beside a stack: `make up OBSERVE=1` starts it as one more service."""

import os
import shutil
import sys
from pathlib import Path
from typing import Any

import yaml

from scripts.embedded.ports import HOST, Ports

INFRA = Path(__file__).parents[1] / "infra" / "prometheus"
INTERVAL = "5s"
"""Shorter than in production: a graph shows what was just done."""


def prometheus() -> str | None:
    """Its program, if it is installed."""
    return shutil.which("prometheus")


def configuration(ports: Ports, interval: str = INTERVAL) -> dict[str, Any]:
    """That of production with the targets of a stack."""
    found: dict[str, Any] = yaml.safe_load((INFRA / "prometheus.yml").read_text())
    found["global"] = {
        "scrape_interval": interval,
        "scrape_timeout": interval,
        "evaluation_interval": interval,
    }
    found["rule_files"] = [str(INFRA / "rules.yml")]
    for job in found["scrape_configs"]:
        port = getattr(ports, f"{job['job_name']}_metrics")
        job["static_configs"] = [{"targets": [f"{HOST}:{port}"]}]
    return found


def command(program: str, folder: Path, port: int) -> list[str]:
    """Stores two days and 200 MB at most; `folder` has the configuration."""
    return [
        program,
        f"--config.file={folder / 'prometheus.yml'}",
        f"--storage.tsdb.path={folder / 'series'}",
        "--storage.tsdb.retention.time=2d",
        "--storage.tsdb.retention.size=200MB",
        f"--web.listen-address={HOST}:{port}",
        "--log.level=warn",
    ]


def main() -> None:
    """Becomes Prometheus, which gets none of the stack's variables: they hold its secrets."""
    program, ports = prometheus(), Ports.from_environment()
    folder = Path(os.environ["PROMETHEUS_FOLDER"])
    if program is None:
        sys.exit("Prometheus is not installed (on Debian: apt-get install prometheus)")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "prometheus.yml").write_text(yaml.safe_dump(configuration(ports)))
    os.execve(program, command(program, folder, ports.prometheus), {})  # noqa: S606


if __name__ == "__main__":
    main()
