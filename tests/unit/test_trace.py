"""Request ids and trace context."""

import re
from collections.abc import Iterator

import pytest

from ongoza_ops import trace

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
INCOMING = f"00-{TRACE}-00f067aa0ba902b7-01"


@pytest.fixture(autouse=True)
def _clean() -> Iterator[None]:
    yield
    trace.end()


def test_outside_a_request_there_is_neither_id_nor_trace() -> None:
    assert trace.current_request_id() == ""
    assert trace.current_traceparent() is None


def test_a_good_traceparent_keeps_its_trace_id_and_gets_a_span_of_ours() -> None:
    trace.begin(traceparent=INCOMING)

    own = trace.current_traceparent()
    assert own is not None
    assert re.fullmatch(rf"00-{TRACE}-[0-9a-f]{{16}}-00", own)  # it is not recorded
    assert own != INCOMING


@pytest.mark.parametrize(
    "malformed",
    [
        None,
        "",
        "nonsense",
        f"ff-{TRACE}-00f067aa0ba902b7-01",
        f"00-{'0' * 32}-00f067aa0ba902b7-01",
        f"00-{TRACE}-{'0' * 16}-01",
        INCOMING.upper(),
        INCOMING + "-x",
    ],
)
def test_any_other_traceparent_is_replaced(malformed: str | None) -> None:
    trace.begin(traceparent=malformed)

    own = trace.current_traceparent()
    assert own is not None
    assert re.fullmatch(r"00-[0-9a-f]{32}-[0-9a-f]{16}-00", own)
    assert TRACE not in own


def test_a_request_without_an_id_has_that_of_its_trace() -> None:
    assert trace.begin(None, INCOMING)[0] == TRACE


def test_work_that_is_no_request_has_a_trace_alone() -> None:
    trace.begin("an-earlier-request")
    trace.begin_work()
    assert trace.current_request_id() == ""
    assert trace.current_traceparent()


def test_a_sane_request_id_is_kept() -> None:
    assert trace.begin("Req_42.abc-1")[0] == "Req_42.abc-1"
    assert trace.current_request_id() == "Req_42.abc-1"


@pytest.mark.parametrize(
    "malformed", [None, "", "short", "x" * 65, "with space in it", "a\nforged: line"]
)
def test_a_malformed_request_id_is_replaced(malformed: str | None) -> None:
    assert re.fullmatch(r"[0-9a-f]{32}", trace.begin(malformed)[0])
