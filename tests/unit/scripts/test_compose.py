"""The containers are the supervisor's services, and none starts on a default secret."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from scripts.stack.services import SERVICES

FILE = Path(__file__).parents[3] / "infra" / "compose.yml"
SERVERS = {"postgres-relational", "postgres-vector", "kafka"}


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    return dict(yaml.safe_load(FILE.read_text())["services"])


def test_compose_runs_what_the_supervisor_runs_and_a_front(services: dict[str, Any]) -> None:
    assert set(services) == {service.name for service in SERVICES} | {"nginx"}


@pytest.mark.parametrize("service", [s for s in SERVICES if s.ready != "embedded"], ids=str)
def test_a_container_waits_for_what_its_process_waits_for(
    services: dict[str, Any], service: Any
) -> None:
    assert set(services[service.name]["depends_on"]) == set(service.after)


def test_a_container_with_a_port_has_a_health_check(services: dict[str, Any]) -> None:
    with_port = {service.name for service in SERVICES if service.port} | {"nginx"}
    assert {name for name, service in services.items() if "healthcheck" in service} == with_port


@pytest.mark.parametrize("name", ["core", "ai"])
def test_a_container_gets_the_versions_that_were_tested(name: str) -> None:
    def pins(lock: Path) -> set[str]:
        return set(re.findall(r"^\S+==\S+", lock.read_text(), re.MULTILINE))

    container = pins(FILE.parent / "docker" / f"{name}.lock")
    assert container
    assert container <= pins(FILE.parents[1] / "requirements.lock")


def test_every_secret_is_required() -> None:
    text = FILE.read_text()
    for name in ("DJANGO_SECRET_KEY", "JWT_SECRET_KEY", "DB_PASSWORD", "VECTOR_DB_PASSWORD"):
        uses = re.findall(rf"\$\{{{name}[^}}]*\}}", text)
        assert uses
        assert all(use.startswith(f"${{{name}:?") for use in uses)
