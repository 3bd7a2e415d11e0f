"""The containers are the supervisor's services, and none starts on a default secret."""

import re
import runpy
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from core.jobs.queue_names import QueueName
from infra.kafka.logins import ADMIN, BROKER, password_variable
from scripts.embedded.kafka_local import LocalKafka
from scripts.stack.secrets import KAFKA
from scripts.stack.services import BY_NAME, SERVICES, WEB
from tests import kafka_container
from tests.missing import skip_but_fail_in_ci

FILE = Path(__file__).parents[3] / "infra" / "compose.yml"
ALL = (*SERVICES, *WEB)
SERVERS = {"postgres-relational", "postgres-vector", "kafka"}
OBSERVERS = {"prometheus", "grafana"}


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    return dict(yaml.safe_load(FILE.read_text())["services"])


def test_compose_runs_what_the_supervisor_runs_and_a_front(services: dict[str, Any]) -> None:
    supervised = {service.name for service in ALL if service.name != "web-build"}
    assert set(services) == supervised | {"nginx", "beat"} | OBSERVERS


@pytest.mark.parametrize(
    "service", [s for s in ALL if s.command and s.name != "web-build"], ids=str
)
def test_a_container_waits_for_what_its_process_waits_for(
    services: dict[str, Any], service: Any
) -> None:
    built = {"web-build"}  # the image holds what it builds
    assert set(services[service.name]["depends_on"]) == set(service.after) - built


def test_celery_works_in_containers_as_in_the_processes(services: dict[str, Any]) -> None:
    """The same application and queues; beat runs once, on its own."""
    process = " ".join(BY_NAME["jobs"].command[1:])
    worker, beat = (" ".join(services[name]["command"][1:]) for name in ("jobs", "beat"))
    threads = "--pool=threads -c 2 -B --scheduler celery.beat:Scheduler"
    assert worker == process.replace(threads, "--pool=prefork -c 2")
    assert beat.startswith("-m celery -q -A core.jobs.celery beat -S celery.beat:Scheduler")
    assert "deploy" not in services["beat"]
    webhooks = " ".join(BY_NAME["webhooks"].command[1:])
    assert " ".join(services["webhooks"]["command"][1:]) == webhooks


def test_every_container_but_the_steps_comes_back(services: dict[str, Any]) -> None:
    steps = {service.name for service in ALL if service.ready == "exit"}
    restart = {name: one["restart"] for name, one in services.items()}
    assert restart == {name: "no" if name in steps else "unless-stopped" for name in services}


def test_core_may_finish_its_requests_before_it_is_killed(services: dict[str, Any]) -> None:
    graceful = runpy.run_path(str(FILE.parent / "gunicorn.conf.py"))["graceful_timeout"]
    assert int(services["core"]["stop_grace_period"].removesuffix("s")) > graceful


def test_each_queue_of_jobs_has_a_worker_with_slots_of_its_own() -> None:
    commands = [service.command for service in SERVICES if "-Q" in service.command]
    consumed = [command[command.index("-Q") + 1] for command in commands]
    assert sorted(consumed) == sorted(f"{name.ticks},{name}" for name in QueueName)


def test_a_container_that_can_be_asked_has_a_health_check(services: dict[str, Any]) -> None:
    with_port = {service.name for service in ALL if service.port} | {"nginx"} | OBSERVERS
    reporting = {"relay", "worker", "jobs", "webhooks"}
    checked = {name for name, service in services.items() if "healthcheck" in service}
    assert checked == with_port | reporting
    for name in reporting:
        port = services[name]["environment"]["METRICS_PORT"]
        assert f"http://127.0.0.1:{port}/metrics" in services[name]["healthcheck"]["test"][-1]


@pytest.mark.parametrize("name", ["core", "ai"])
def test_a_container_gets_the_versions_that_were_tested(name: str) -> None:
    def pins(lock: Path) -> set[str]:
        return set(re.findall(r"^\S+==\S+", lock.read_text(), re.MULTILINE))

    container = pins(FILE.parent / "docker" / f"{name}.lock")
    assert container
    assert container <= pins(FILE.parents[1] / "requirements.lock")


def test_every_secret_and_the_mail_server_are_required() -> None:
    text = FILE.read_text()
    assert "EMAIL_BACKEND" not in text
    for name in (
        "DJANGO_SECRET_KEY",
        "JWT_SECRET_KEY",
        "DB_PASSWORD",
        "VECTOR_DB_PASSWORD",
        "VALKEY_PASSWORD",
        *("EMAIL_HOST", "MAIL_FROM"),
        *KAFKA,
    ):
        uses = re.findall(rf"\$\{{{name}\b[^}}]*\}}", text)
        assert uses
        assert all(use.startswith(f"${{{name}:?") for use in uses)


def test_only_those_who_open_the_bucket_have_its_credentials(services: dict[str, Any]) -> None:
    names = {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"}
    names |= {"AWS_DEFAULT_REGION"}
    given = {name: names & {*one.get("environment", {})} for name, one in services.items()}
    assert {name for name, one in given.items() if one} == {"core", "jobs"}
    assert given["core"] == given["jobs"] == names
    assert "DB_HOST" in services["core"]["environment"]
    with_volume = {name for name, one in services.items() if "files:/files" in str(one)}
    assert with_volume == {"core", "jobs"}


def test_the_broker_in_a_container_is_as_closed_as_the_local_one(
    services: dict[str, Any], tmp_path: Path
) -> None:
    """Every setting of logins and ACLs, for the listener of this machine as well."""
    passwords = (f"${{{name}:?set {name}}}" for name in map(password_variable, (BROKER, ADMIN)))
    local = LocalKafka(tmp_path, 1, 2, *passwords)
    lines = (FILE.parent / "kafka" / "local.properties").read_text().splitlines()
    wanted = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
    wanted |= {name: value for name, value in local.own_settings().items() if "jaas" in name}
    protocols = wanted["listener.security.protocol.map"]
    wanted["listener.security.protocol.map"] = f"HOST:SASL_PLAINTEXT,{protocols}"
    wanted |= {name.replace(".client.", ".host."): wanted[name] for name in wanted}

    found = {_property(name): value for name, value in services["kafka"]["environment"].items()}
    assert {name: _parts(found[name]) for name in wanted} == {
        name: _parts(value) for name, value in wanted.items()
    }


def _property(variable: str) -> str:
    """As the image of Kafka reads its environment."""
    name = variable.removeprefix("KAFKA_").lower().replace("___", "-")
    return name.replace("__", "\0").replace("_", ".").replace("\0", "_")


def _parts(value: str) -> list[str]:
    return sorted(value.split(","))


@pytest.mark.parametrize(
    "service", [s for s in ALL if s.command and s.name != "web-build"], ids=str
)
def test_a_container_logs_in_to_kafka_as_its_process_does(
    services: dict[str, Any], service: Any
) -> None:
    environment = services[service.name]["environment"]
    assert environment.get("KAFKA_SASL_USERNAME", "") == service.principal
    assert ("KAFKA_SECURITY_PROTOCOL" in environment) == bool(service.principal)
    if service.principal != "admin":
        assert BROKER not in str(environment)


def test_the_first_container_sets_every_login(services: dict[str, Any]) -> None:
    assert set(KAFKA) <= set(services["topics"]["environment"])
    commands = {service.name: service.command for service in SERVICES}
    assert tuple(services["topics"]["command"][1:]) == commands["topics"][1:]


@pytest.mark.parametrize("names", [["compose.yml"], ["compose.yml", "compose.tls.yml"]], ids=str)
def test_compose_accepts_its_files_with_the_secrets_and_not_without(
    names: list[str], tmp_path: Path
) -> None:
    """Compose 1, which Debian has, does not know that a file of variables may be missing."""
    tool = shutil.which("docker-compose")
    if tool is None:
        skip_but_fail_in_ci("docker-compose is not installed (on Debian: apt-get install it)")
    texts = {name: (FILE.parent / name).read_text() for name in names}
    required = set(re.findall(r"\$\{(\w+):\?", "".join(texts.values())))
    secrets, nothing = tmp_path / "secrets", tmp_path / "nothing"
    secrets.write_text("".join(f"{name}=/value\n" for name in required))
    nothing.touch()
    for name, text in texts.items():
        (tmp_path / name).write_text(re.sub(r"(?m)^  env_file:.*\n", "", text))
    files = [option for name in names for option in ("--file", str(tmp_path / name))]
    for variables, accepted in ((secrets, True), (nothing, False)):
        command = [tool, *files, "--env-file", str(variables), "config", "--quiet"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
        assert (done.returncode == 0) is accepted, done.stderr


def test_tests_in_containers_run_the_same_broker(services: dict[str, Any]) -> None:
    kafka = services["kafka"]
    assert kafka["image"] == kafka_container.IMAGE
    assert f"./kafka/server.properties:{kafka_container.MOUNTED}:ro" in kafka["volumes"]
    assert set(kafka_container.variables(9092)) <= set(kafka["environment"])


def test_tls_is_mounted_where_nginx_reads_it() -> None:
    extra = yaml.safe_load((FILE.parent / "compose.tls.yml").read_text())["services"]
    assert set(extra) == {"nginx"}
    mounted = [one.removesuffix(":ro").rsplit(":", 1)[1] for one in extra["nginx"]["volumes"]]
    tls = (FILE.parent / "nginx" / "tls.conf").read_text()
    assert mounted[0] == "/etc/nginx/tls/listen.conf"
    assert (
        "include /etc/nginx/tls/listen*.conf;" in (FILE.parent / "nginx" / "nginx.conf").read_text()
    )
    assert set(mounted[1:]) == set(re.findall(r"ssl_certificate(?:_key)? (\S+);", tls))
    (port,) = extra["nginx"]["ports"]
    assert port.rsplit(":", 1)[1] == "8443"
    assert "listen 8443 ssl;" in tls


def test_no_log_of_a_container_grows_without_end(services: dict[str, Any]) -> None:
    bounded = {"driver": "local", "options": {"max-size": "20m", "max-file": "10"}}
    assert {name for name, one in services.items() if one.get("logging") != bounded} == set()
