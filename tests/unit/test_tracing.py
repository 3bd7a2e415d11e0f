"""Spans reach a receiver under the ids that the traceparents have."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from ongoza_ops import trace, tracing
from ongoza_ops.recorder import STOP_SECONDS, Recorder
from tests.otlp_receiver import Receiver, Span, otlp_receiver

FACTS = {"method": "POST", "route": "api/v1/progress/", "status": 201, "milliseconds": 12.5}
STRANGER = f"00-{'a' * 32}-{'b' * 16}-01"


@pytest.fixture
def receiver(monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    with otlp_receiver() as receiver:
        monkeypatch.setenv(trace.ENDPOINT, receiver.url)
        monkeypatch.setattr(trace, "share", 1.0)
        yield receiver


@pytest.fixture
def recorder(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> Recorder:
    recorder = Recorder("core")
    monkeypatch.setattr(tracing, "_recorder", recorder)
    return recorder


def sent(recorder: Recorder, receiver: Receiver) -> list[Span]:
    recorder.stop()
    return receiver.spans


def test_parts_stand_below_their_request_and_that_below_its_caller(
    recorder: Recorder, receiver: Receiver
) -> None:
    _, own = trace.begin(traceparent=STRANGER)
    tracing.record_request(own, trace.parent_of(STRANGER), FACTS | {"user_id": 7})
    tracing.record_parts("publish", [own, None, own], time.time_ns(), {"records": 3})
    trace.end()
    request, part = sent(recorder, receiver)
    assert (request.name, request.service) == ("POST api/v1/progress/", "core")
    assert f"00-{request.trace_id}-{request.span_id}-01" == own
    assert (request.trace_id, request.parent_id) == ("a" * 32, "b" * 16)
    assert request.attributes["status"] == 201
    assert "user_id" not in request.attributes
    assert (part.name, part.trace_id, part.parent_id) == ("publish", "a" * 32, request.span_id)


def test_a_request_without_a_caller_begins_its_trace(
    recorder: Recorder, receiver: Receiver
) -> None:
    _, own = trace.begin()
    tracing.record_request(own, None, FACTS)
    trace.end()
    [request] = sent(recorder, receiver)
    assert (request.trace_id, request.parent_id) == (trace.trace_id_of(own), "")


def test_of_other_traces_nothing_is_recorded_whatever_a_caller_wants(
    recorder: Recorder, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trace, "share", 0.0)
    _, own = trace.begin(traceparent=STRANGER)
    tracing.record_request(own, STRANGER, FACTS)
    tracing.record_parts("publish", [own], time.time_ns(), {})
    trace.end()
    assert own.endswith("-00")
    assert sent(recorder, receiver) == []


def test_every_process_chooses_the_same_traces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trace, "share", 0.25)
    made = [trace.new_traceparent() for _ in range(2000)]
    chosen = [one for one in made if trace.is_sampled(one)]
    assert 350 < len(chosen) < 650  # 500, and eight standard deviations
    for one in made:
        _, own = trace.begin(traceparent=one)
        assert trace.is_sampled(own) == trace.is_sampled(one)
    trace.end()


@pytest.mark.parametrize(
    ("flags", "is_sampled"), [("00", False), ("01", True), ("03", True), ("02", False)]
)
def test_the_lowest_bit_alone_says_whether_spans_are_recorded(flags: str, is_sampled: bool) -> None:
    assert trace.is_sampled(f"00-{'a' * 32}-{'b' * 16}-{flags}") == is_sampled


def test_without_a_receiver_in_the_environment_nothing_starts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv(trace.ENDPOINT, raising=False)
    tracing.start("core")
    assert tracing._recorder is None
    tracing.record_request(STRANGER, None, FACTS)


ENDING = """
import time
from ongoza_ops import trace, tracing

tracing.start("core")
_, own = trace.begin()
tracing.record_request(own, None, %r)
print(time.monotonic())
"""


def test_a_process_ends_while_the_receiver_does_not_answer() -> None:
    """It takes the connection and says nothing. The SDK alone would wait for 10 seconds."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        environment = {**os.environ, trace.ENDPOINT: url, trace.SHARE: "1"}
        done = subprocess.run(  # noqa: S603
            [sys.executable, "-c", ENDING % FACTS],
            env=environment, check=True, capture_output=True, text=True,
        )  # fmt: skip
        took = time.monotonic() - float(done.stdout)
        silent.settimeout(5)
        silent.accept()[0].close()  # the span was sent
    assert STOP_SECONDS < 2
    assert took < 8
