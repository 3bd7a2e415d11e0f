"""When a request that arrives in pieces is complete."""

import pytest

from core.kit.bodies import MAX_BODY_BYTES
from core.kit.incoming import MAX_HEAD_BYTES, IncomingRequest, State

GET = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"
POST = b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nhello"
CHUNKED = b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
COMPLETE = {
    "without a body": GET,
    "with a length": POST,
    "in chunks": CHUNKED + b"3;x=y\r\nabc\r\n2\r\nde\r\n0\r\n\r\n",
    "in chunks with a trailer": CHUNKED + b"3\r\nabc\r\n0\r\nX: y\r\n\r\n",
    "with a terminator inside a chunk": CHUNKED + b"7\r\n0\r\n\r\nab\r\n0\r\n\r\n",
}


def fed(*pieces: bytes) -> IncomingRequest:
    request = IncomingRequest()
    for piece in pieces:
        request.feed(piece)
    return request


@pytest.mark.parametrize("whole", COMPLETE.values(), ids=COMPLETE)
def test_a_request_is_complete_with_its_last_byte_and_not_before(whole: bytes) -> None:
    request = IncomingRequest()
    for position, byte in enumerate(whole):
        assert request.state in (State.HEAD, State.BODY), position
        request.feed(bytes([byte]))
    assert (request.state, bytes(request.raw), request.rest) == (State.COMPLETE, whole, b"")


@pytest.mark.parametrize("whole", COMPLETE.values(), ids=COMPLETE)
def test_what_follows_a_request_is_left_for_the_next(whole: bytes) -> None:
    request = fed(whole + GET)
    assert (request.state, bytes(request.raw), request.rest) == (State.COMPLETE, whole, GET)


def test_a_long_head_is_refused_complete_or_not() -> None:
    endless = b"GET / HTTP/1.1\r\nX: " + b"x" * MAX_HEAD_BYTES
    assert fed(endless).state is State.HEAD_TOO_LONG
    assert fed(endless + b"\r\n\r\n").state is State.HEAD_TOO_LONG


def test_a_body_over_the_limit_is_received_to_its_end_but_not_stored() -> None:
    size = 8 * MAX_BODY_BYTES
    request = fed(b"POST / HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % size)
    for _ in range(31):
        request.feed(b"x" * 65536)
        assert request.state is State.BODY
    request.feed(b"x" * 65536)
    assert request.state is State.CUT_OFF
    assert MAX_BODY_BYTES < len(request.raw) < MAX_BODY_BYTES + 2 * 65536


def test_a_body_without_an_end_is_cut_off() -> None:
    request = fed(b"POST / HTTP/1.1\r\nContent-Length: 999999999999\r\n\r\n")
    for _ in range(80):
        request.feed(b"x" * 65536)
    assert request.state is State.CUT_OFF


def test_chunks_over_the_limit_are_cut_off_with_enough_to_see_it() -> None:
    request = fed(CHUNKED)
    chunk = b"10000\r\n" + b"x" * 65536 + b"\r\n"
    states = []
    for _ in range(5):
        request.feed(chunk)
        states.append(request.state)
    assert states == [State.BODY] * 4 + [State.CUT_OFF]
    assert len(request.raw) > MAX_BODY_BYTES


@pytest.mark.parametrize(
    "body", [b"xyz\r\n", b"-1\r\n", b"fffffffff\r\n", b"1" * 300, b"3;" + b"x" * 300]
)
def test_malformed_chunks_are_cut_off(body: bytes) -> None:
    assert fed(CHUNKED, body).state is State.CUT_OFF


def test_another_transfer_encoding_is_cut_off() -> None:
    head = b"POST / HTTP/1.1\r\nTransfer-Encoding: gzip, chunked\r\n\r\n"
    assert fed(head).state is State.CUT_OFF


@pytest.mark.parametrize("length", ["0" * 18 + "5", "9" * 19, "+5", "-1", "5, 5", ""])
def test_a_length_that_cannot_be_read_is_cut_off_and_not_taken_for_none(length: str) -> None:
    head = f"POST / HTTP/1.1\r\nContent-Length: {length}\r\n\r\n".encode()
    assert fed(head).state is State.CUT_OFF


def test_only_a_client_that_says_so_waits_before_its_body() -> None:
    waiting = fed(b"POST / HTTP/1.1\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n")
    assert waiting.waits_for_continue
    assert not fed(b"POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\n").waits_for_continue
