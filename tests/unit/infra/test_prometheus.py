"""Alerts and dashboards as files: their rules, runbook and metrics."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import yaml

from ongoza_ops.metrics import DEFINITIONS
from ongoza_ops.promises import JOB_SECONDS, LIST_SECONDS, VISIBLE_SECONDS
from scripts.embedded.ports import HOST, Ports
from scripts.observe import configuration
from scripts.stack.services import SERVICES
from tests.missing import skip_but_fail_in_ci

ROOT = Path(__file__).parents[3]
INFRA = ROOT / "infra"
RULES = INFRA / "prometheus" / "rules.yml"
CASES = INFRA / "prometheus" / "rules_test.yml"
RUNBOOK = ROOT / "docs" / "runbook.md"
DASHBOARDS = sorted((INFRA / "grafana" / "dashboards").glob("*.json"))
NAME = re.compile(r"\bongoza_\w+")
OPTIONAL = {"ongoza_certificate_expires_timestamp_seconds"}
"""Gauges that are absent in health, on a stack without https."""


def rules() -> list[dict[str, Any]]:
    groups = yaml.safe_load(RULES.read_text())["groups"]
    return [rule for group in groups for rule in group["rules"]]


def series(kind: str | None = None) -> set[str]:
    return {name for one in DEFINITIONS if kind in (None, one.kind) for name in one.series}


def expressions(path: Path) -> list[str]:
    panels = json.loads(path.read_text())["panels"]
    return [target["expr"] for panel in panels for target in panel["targets"]]


def promtool(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Skips where it is not installed, but not in CI."""
    program = shutil.which("promtool")
    if program is None:
        skip_but_fail_in_ci("promtool is not installed (on Debian: apt-get install prometheus)")
    return subprocess.run(  # noqa: S603
        [program, *arguments], capture_output=True, text=True, check=False
    )


def test_rules_fire_for_what_they_say_and_for_nothing_else() -> None:
    done = promtool("test", "rules", str(CASES))
    assert done.returncode == 0, done.stdout + done.stderr


def test_alerts_go_by_the_promises_that_health_and_status_go_by() -> None:
    limits = {
        rule["alert"]: {float(limit) for limit in re.findall(r"> (\d+)", rule["expr"])}
        for rule in rules()
    }
    for late in ("OutboxOld", "FactsLate", "FactsUnapplied"):
        assert limits[late] == {VISIBLE_SECONDS}
    assert limits["ListsStale"] == {LIST_SECONDS}
    assert limits["JobsLate"] == {JOB_SECONDS}


def test_a_wrong_case_would_be_found(tmp_path: Path) -> None:
    shutil.copy(RULES, tmp_path)
    cases = CASES.read_text().replace("'60x60'", "'4x60'", 1)
    assert cases != CASES.read_text()
    (tmp_path / CASES.name).write_text(cases)
    done = promtool("test", "rules", str(tmp_path / CASES.name))
    assert done.returncode != 0
    assert "OutboxOld" in done.stdout + done.stderr


def test_prometheus_accepts_the_configuration_of_containers_and_of_a_stack(tmp_path: Path) -> None:
    config = tmp_path / "prometheus.yml"
    config.write_text(yaml.safe_dump(configuration(Ports())))
    for path in (INFRA / "prometheus" / "prometheus.yml", config):
        done = promtool("check", "config", str(path))
        assert done.returncode == 0, done.stdout + done.stderr


def test_every_alert_has_a_case_in_which_it_fires_and_one_in_which_it_does_not() -> None:
    fires: set[str] = set()
    silent: set[str] = set()
    for test in yaml.safe_load(CASES.read_text())["tests"]:
        for case in test["alert_rule_test"]:
            (fires if case["exp_alerts"] else silent).add(case["alertname"])
    assert fires == silent == {rule["alert"] for rule in rules()}


def test_every_alert_has_a_paragraph_in_the_runbook_and_links_to_it() -> None:
    headings = re.findall(r"^## (\w+)$", RUNBOOK.read_text(), re.MULTILINE)
    assert headings == [rule["alert"] for rule in rules()]
    for rule in rules():
        anchor = rule["alert"].lower()
        assert rule["annotations"]["runbook"] == f"docs/runbook.md#{anchor}"


def test_a_gauge_that_an_alert_reads_is_missed_when_it_is_absent() -> None:
    """The series of a process that is stopped or hangs end, and compare with nothing."""
    by_name = {rule["alert"]: rule["expr"] for rule in rules()}
    missed = set(re.findall(r"absent\((ongoza_\w+)", by_name.pop("MetricMissing")))
    read = {name for text in by_name.values() for name in NAME.findall(text)} & series("gauge")
    assert read - OPTIONAL == missed


def test_rules_and_dashboards_name_metrics_that_exist() -> None:
    named = {name for rule in rules() for name in NAME.findall(rule["expr"])}
    for path in DASHBOARDS:
        named |= {name for text in expressions(path) for name in NAME.findall(text)}
    assert named - series() == set()


def test_every_metric_is_on_a_dashboard() -> None:
    texts = [text for path in DASHBOARDS for text in expressions(path)]
    shown = {name for text in texts for name in NAME.findall(text)}
    for one in DEFINITIONS:
        assert shown & {*one.series}, one.name


def test_prometheus_scrapes_every_process_that_reports() -> None:
    reporting = {one.name for one in SERVICES if hasattr(Ports, f"{one.name}_metrics")}
    compose = yaml.safe_load((INFRA / "compose.yml").read_text())["services"]
    containers = yaml.safe_load((INFRA / "prometheus" / "prometheus.yml").read_text())
    targets = {
        job["job_name"]: job["static_configs"][0]["targets"] for job in containers["scrape_configs"]
    }
    assert targets == {
        name: [f"{name}:{compose[name]['environment']['METRICS_PORT']}"] for name in reporting
    }
    ports = Ports()
    for job in configuration(ports)["scrape_configs"]:
        port = getattr(ports, f"{job['job_name']}_metrics")
        assert job["static_configs"] == [{"targets": [f"{HOST}:{port}"]}]
