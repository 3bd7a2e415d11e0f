"""One report of progress is found in every process that worked on it: in the log lines by its id,
and at a receiver of spans by its trace."""

import json
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from ongoza_ops.trace import ENDPOINT, SHARE
from scripts.stack.logs import START_OF_RUN
from scripts.stack.request_lines import lines_of_request
from scripts.stack.stack import PROJECT, Stack
from tests.integration.story import Learner, eventually
from tests.otlp_receiver import Receiver, Span, otlp_receiver

pytestmark = pytest.mark.slow

PROCESSES = ("core", "relay", "worker", "ai")
WAY = {
    ("core", "request"),
    ("relay", "published"),
    ("worker", "applied"),
    ("worker", "lists computed"),
}
SPANS = {"POST api/v1/progress/", "publish", "apply", "compute lists"}
CELERY_ENDS = "worker: "
"""Celery writes by itself that it was asked to end."""
REQUEST = "the-report-of-Amani"


@pytest.fixture
def receiver(stack: Stack) -> Iterator[Receiver]:
    """Of the stack's processes, which start again without one."""
    before = stack.extra_environment
    with otlp_receiver() as receiver:
        stack.extra_environment = {**before, ENDPOINT: receiver.url, SHARE: "1"}
        try:
            _start_again(stack)
            yield receiver
        finally:
            stack.extra_environment = before
            _start_again(stack)


def test_a_report_of_progress_is_followed_through_every_process(
    stack: Stack, receiver: Receiver
) -> None:
    learner = Learner.signed_up(stack)
    eventually(lambda: learner.source() == "precomputed")  # else one list is made for both facts
    first = learner.recommended()[0]
    answer = learner.core(
        *("POST", "/api/v1/progress/"),
        json={
            **{"content_id": first, "content_type": first.split("-")[0]},
            **{"status": "completed", "completion_percentage": 100},
        },
        headers={"X-Request-ID": REQUEST},
    )
    assert answer.status_code == 201
    logs = stack.folder / "logs"

    def way() -> set[tuple[str, str]]:
        return {(one["service"], one["event"]) for one in lines_of_request(logs, REQUEST)}

    assert eventually(lambda: way() >= WAY), way()
    lines = lines_of_request(logs, REQUEST)
    [posted] = [one for one in lines if one["event"] == "request" and one["service"] == "core"]
    assert posted["route"] == "api/v1/progress/"
    assert (posted["status"], posted["user_id"]) == (201, learner.user_id)
    spans = _spans(receiver, posted["trace_id"])
    assert {one.name for one in spans.values()} == SPANS
    [root] = [one for one in spans.values() if not one.parent_id]
    assert {one.parent_id for one in spans.values() if one is not root} == {root.span_id}
    assert {one.service for one in spans.values()} == {"core", "relay", "worker"}
    shown = _shown(stack)
    assert shown[0].split()[1] == "core"
    assert all(f"{service} {event}" in "\n".join(shown) for service, event in WAY)


def test_what_ai_asks_core_has_the_trace_of_the_request_to_ai(
    stack: Stack, receiver: Receiver
) -> None:
    learner = Learner.signed_up(stack)
    answer = learner.ai("POST", "/api/v1/profiling/session/start")
    assert answer.is_success
    logs, request_id = stack.folder / "logs", answer.headers["X-Request-ID"]

    def requests() -> dict[str, Any]:
        """By service."""
        found = lines_of_request(logs, request_id)
        return {one["service"]: one for one in found if one["event"] == "request"}

    eventually(lambda: requests().keys() == {"ai", "core"})
    asked = requests()
    assert asked["core"]["trace_id"] == asked["ai"]["trace_id"]

    def spans() -> dict[str, Span]:
        """By service."""
        found = (one for one in receiver.spans if one.trace_id == asked["ai"]["trace_id"])
        return {one.service: one for one in found}

    eventually(lambda: spans().keys() >= {"ai", "core"})
    assert not spans()["ai"].parent_id
    assert spans()["core"].parent_id == spans()["ai"].span_id


def test_every_line_of_our_processes_has_the_same_form(stack: Stack) -> None:
    for name in (*PROCESSES, "jobs", "webhooks"):
        for text in stack.log(name).read_text().splitlines():
            if text and not text.startswith((START_OF_RUN, CELERY_ENDS)):
                assert {"time", "level", "event"} <= json.loads(text).keys(), f"{name}: {text}"


def test_a_request_to_ai_is_logged_with_its_route_and_source(stack: Stack) -> None:
    learner = Learner.signed_up(stack)
    path = "/api/v1/recommendations"
    answers = [learner.ai("GET", one) for one in (path, f"{path}?limit=3")]
    logs = stack.folder / "logs"
    for answer in answers:
        request_id = answer.headers["X-Request-ID"]

        def lines(request_id: str = request_id) -> list[object]:
            found = lines_of_request(logs, request_id)
            return [one for one in found if one["service"] == "ai" and one["event"] == "request"]

        [line] = eventually(lines)
        assert isinstance(line, dict)
        assert line["route"] == path
        assert (line["status"], line["source"]) == (200, answer.headers["X-Source"])
        assert line["user_id"] == learner.user_id


def _start_again(stack: Stack) -> None:
    for name in PROCESSES:
        stack.stop(name)
    for name in PROCESSES:
        stack.run(name)


def _spans(receiver: Receiver, trace_id: str) -> dict[str, Span]:
    """By id, once all have come: a process sends them every few seconds."""

    def found() -> dict[str, Span]:
        return {one.span_id: one for one in receiver.spans if one.trace_id == trace_id}

    eventually(lambda: {one.name for one in found().values()} >= SPANS)
    return found()


def _shown(stack: Stack) -> list[str]:
    """What `make logs REQUEST=...` prints."""
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-m", "scripts.stack", "logs", "--request", REQUEST],
        env={**stack.environment, "ONGOZA_HOME": str(stack.folder)},
        cwd=PROJECT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return done.stdout.splitlines()
