"""Prometheus beside a running stack: every process is scraped and every query has an answer."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from ongoza_ops.metrics import DEFINITIONS
from scripts.embedded.ports import HOST
from scripts.stack.stack import Stack
from tests.integration.story import ANSWER_SECONDS, Learner, eventually
from tests.observer import Prometheus, observe

pytestmark = [pytest.mark.slow, pytest.mark.kafka]

DASHBOARDS = sorted((Path(__file__).parents[2] / "infra/grafana/dashboards").glob("*.json"))
PLACEHOLDERS = {"$__rate_interval": "1m", "$__interval": "15s", "$__range": "1h"}
RATE = (
    'rate(ongoza_fact_visible_seconds_count{step="listed"}[1m]) > 0 '
    "and on () sum(rate(ongoza_lists_total[1m])) > 0"
)
OCCASIONAL = {
    "ongoza_certificate_expires_timestamp_seconds",
    "ongoza_publish_failures_total",
    "ongoza_refused_requests_total",
    "ongoza_throttled_requests_total",
    "ongoza_web_sessions",
}
"""Series that a stack in health without https, limits and web client does not have."""
OCCASIONAL_PANELS = {"Alerts that fire", "Failing jobs of the worker"}
"""Panels that are empty in a stack in health."""


@pytest.fixture
def observer(stack: Stack) -> Iterator[Prometheus]:
    with observe(stack.ports) as found:
        yield found


def expressions() -> list[tuple[str, str]]:
    """The title of a panel and a query of it, with values in place of Grafana's variables."""
    found = []
    for path in DASHBOARDS:
        for panel in json.loads(path.read_text())["panels"]:
            for target in panel["targets"]:
                text = target["expr"]
                for name, value in PLACEHOLDERS.items():
                    text = text.replace(name, value)
                found.append((panel["title"], text))
    return found


def is_counted(stack: Stack, observer: Prometheus) -> bool:
    """Whether each hop has counted twice, seen by two scrapes: a rate needs both."""
    use_every_hop(stack)
    return bool(observer.query(RATE))


def unreported(observer: Prometheus) -> list[str]:
    names = {*observer.get("label/__name__/values")} | OCCASIONAL
    return [one.name for one in DEFINITIONS if not names & {*one.series}]


def unanswered(observer: Prometheus) -> list[str]:
    """The dashboards' queries that find nothing, but for those of what happens at times alone."""
    return [
        text
        for title, text in expressions()
        if not observer.query(text)
        and not {*re.findall(r"\bongoza_\w+", text)} & OCCASIONAL
        and title not in OCCASIONAL_PANELS
    ]


def use_every_hop(stack: Stack) -> None:
    """Core, relay, worker, list and ai."""
    learner = Learner.signed_up(stack)
    (item, *_) = eventually(learner.recommended)
    assert learner.report(item, 40) == 201


def test_every_process_is_scraped_and_every_query_has_an_answer(
    stack: Stack, observer: Prometheus
) -> None:
    observer.wait_until_all_are_up()
    eventually(lambda: is_counted(stack, observer))
    eventually(lambda: unreported(observer) == [])
    eventually(lambda: unanswered(observer) == [])


def test_no_process_reports_what_is_of_another(stack: Stack, observer: Prometheus) -> None:
    observer.wait_until_all_are_up()
    use_every_hop(stack)
    eventually(lambda: unreported(observer) == [])
    for one in DEFINITIONS:
        found = {
            row["metric"]["job"] for row in observer.query(f"count by (job) ({one.series[0]})")
        }
        assert found <= {*one.processes}, one.name
        assert found or one.series[0] in OCCASIONAL, one.name


def test_no_label_has_a_value_for_each_user_or_item(stack: Stack, observer: Prometheus) -> None:
    """Seeded are some hundred learners and items."""
    observer.wait_until_all_are_up()
    use_every_hop(stack)
    for label in {label for one in DEFINITIONS for label in one.labels} - {"route"}:
        assert len(observer.get(f"label/{label}/values")) < 60, label
    routes = observer.get("label/route/values")
    assert [route for route in routes if re.search(r"/\d", route)] == []


def test_core_answers_scrapes_on_their_own_port_alone(stack: Stack) -> None:
    with httpx.Client(trust_env=False, timeout=ANSWER_SECONDS) as http:
        public = http.get(f"{stack.core_url}/metrics")
        own = http.get(f"http://{HOST}:{stack.ports.core_metrics}/metrics")
        assert public.status_code == 404
        assert "ongoza_" not in public.text
        assert "ongoza_http_requests_total" in own.text
        assert http.get(f"{stack.ai_url}/metrics").status_code == 404


@pytest.mark.faults
def test_a_relay_that_is_stopped_is_down_and_its_gauges_are_missing(
    stack: Stack, observer: Prometheus
) -> None:
    relay = stack.register.alive("relay")
    assert relay is not None
    process = relay.process()
    assert process is not None
    eventually(lambda: observer.up().get("relay") == "1")
    process.suspend()
    try:
        eventually(lambda: observer.up()["relay"] == "0")
        eventually(lambda: observer.has_alert("ProcessDown", job="relay"))
        eventually(lambda: bool(observer.query("absent(ongoza_outbox_oldest_seconds)")))
    finally:
        process.resume()
    eventually(lambda: observer.up()["relay"] == "1")
    eventually(lambda: not observer.has_alert("ProcessDown", job="relay"))


@pytest.mark.faults
def test_facts_that_wait_are_seen_while_no_relay_publishes(
    stack: Stack, observer: Prometheus
) -> None:
    """The relay's metrics say how old the oldest is although the broker does not answer."""
    broker = stack.register.alive("kafka")
    assert broker is not None
    process = broker.process()
    assert process is not None
    process.suspend()
    try:
        Learner.signed_up(stack)
        eventually(lambda: bool(observer.query("ongoza_outbox_oldest_seconds > 5")), seconds=60)
        eventually(lambda: observer.has_alert("OutboxOld"))
    finally:
        process.resume()
    eventually(lambda: bool(observer.query("ongoza_outbox_oldest_seconds == 0")), seconds=120)
