"""core and ai without a proxy: slow, long and numerous connections, and foreign hosts."""

import json
import shutil
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack

import httpx
import pytest

from scripts.embedded.ports import HOST
from scripts.stack.services import BY_NAME
from scripts.stack.stack import Stack
from tests.integration.story import eventually
from tests.servers import new_stack
from tests.tokens import token as signed

PATHS = {"core": "/api/v1/health/", "ai": "/health/live"}
PATIENCE = 12  # a request may take 10 seconds to arrive
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def direct() -> Iterator[Stack]:
    """core and ai alone: what is asked here needs neither database nor broker."""
    stack = new_stack("direct")
    try:
        for name in PATHS:
            stack.start(name)
        eventually(lambda: all(answers(stack, name) for name in PATHS))
        yield stack
    finally:
        stack.down()
        shutil.rmtree(stack.folder, ignore_errors=True)


@pytest.fixture(params=PATHS)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def port(stack: Stack, name: str) -> int:
    return int(getattr(stack.ports, str(BY_NAME[name].port)))


def opened(stack: Stack, name: str, data: bytes = b"") -> socket.socket:
    connection = socket.create_connection((HOST, port(stack, name)), timeout=PATIENCE)
    if data:
        connection.sendall(data)
    return connection


def answer(connection: socket.socket) -> bytes:
    """Everything up to the end of the connection."""
    found = b""
    try:
        while data := connection.recv(65536):
            found += data
    except ConnectionResetError:
        pass
    return found


def ask(stack: Stack, name: str, address: str = HOST, **headers: str) -> httpx.Response:
    """The answer to a caller who has this network address."""
    url = f"http://{HOST}:{port(stack, name)}{PATHS[name]}"
    with httpx.Client(transport=httpx.HTTPTransport(local_address=address)) as client:
        return client.get(url, headers=headers, timeout=3)


def token(stack: Stack) -> str:
    return signed(secret=stack.environment["JWT_SECRET_KEY"])


def post(body: bytes, length: int | None = None, path: str = "/api/v1/x", more: str = "") -> bytes:
    size = len(body) if length is None else length
    head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {size}\r\n{more}"
    return f"{head}Content-Type: application/json\r\n\r\n".encode() + body


@pytest.mark.parametrize(
    ("count", "data"),
    [
        (200, post(b"{", length=1000)),
        (200, b"POST /api/v1/x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab"),
        (200, b"GET / HTTP/1.1\r\nHost: loc"),
        (200, post(b"x", length=300 * 1024)),
        (1020, b""),
    ],
    ids=["bodies", "chunks", "heads", "long bodies", "silent"],
)
def test_unfinished_requests_do_not_keep_others_waiting(
    direct: Stack, name: str, count: int, data: bytes
) -> None:
    with ExitStack() as stack:
        for _ in range(count):
            try:
                stack.enter_context(opened(direct, name, data))
            except ConnectionError:  # over the limit of one address
                continue
        started = time.monotonic()
        assert ask(direct, name, address="127.0.0.2").status_code == 200
        assert time.monotonic() - started < PATIENCE / 2  # before the others are given up
    eventually(lambda: answers(direct, name), seconds=30)


def answers(stack: Stack, name: str) -> bool:
    try:
        return ask(stack, name).status_code == 200
    except httpx.TransportError:
        return False


@pytest.mark.parametrize("part", ["body", "head"])
def test_a_request_that_does_not_arrive_is_answered_and_closed(
    direct: Stack, name: str, part: str
) -> None:
    # A route that reads its body: others are answered before.
    bearer = f"Authorization: Bearer {token(direct)}\r\n"
    body = post(b"{", length=1000, path="/api/v1/embeddings", more=bearer)
    data = body if part == "body" else b"GET / HTTP/1.1\r\nHost: loc"
    with opened(direct, name, data) as connection:
        found = answer(connection)
    assert found.startswith(b"HTTP/1.1 408 ")
    assert b'"code": "request_timeout"' in found.replace(b'":"', b'": "')


def test_a_silent_connection_is_closed(direct: Stack, name: str) -> None:
    with opened(direct, name) as connection:
        assert answer(connection) == b""


@pytest.mark.parametrize(
    ("headers", "answers"),
    [
        (b"X: " + b"x" * 20_000, {b"HTTP/1.1 431", b""}),
        (b"X: " + b"x" * 5_000_000, {b"HTTP/1.1 431", b""}),
        (b"\r\n".join([b"X: y"] * 70), {b"HTTP/1.1 431"}),
    ],
    ids=["20 KB", "5 MB", "70 headers"],
)
def test_a_long_head_is_refused(
    direct: Stack, name: str, headers: bytes, answers: set[bytes]
) -> None:
    """The answer may be lost when the connection is closed while the client is still sending."""
    path = PATHS[name].encode()
    with opened(direct, name) as connection:
        try:
            connection.sendall(b"GET " + path + b" HTTP/1.1\r\nHost: localhost\r\n" + headers)
            connection.sendall(b"\r\nConnection: close\r\n\r\n")
        except ConnectionError:  # refused before all of it was sent
            pass
        found = answer(connection)
    assert found[:12] in answers


@pytest.mark.parametrize(
    "data",
    [
        b"G<b>T / HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET / <b>TTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nA <b> name: x\r\n\r\n",
    ],
    ids=["method", "version", "header"],
)
def test_what_is_not_http_is_refused_as_everything_else(
    direct: Stack, name: str, data: bytes
) -> None:
    with opened(direct, name, data) as connection:
        head, _, body = answer(connection).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 400 ")
    assert b"content-type: application/json" in head.lower()
    assert json.loads(body)["code"] == "malformed_request"
    assert b"<b>" not in body


def test_a_long_query_is_read(direct: Stack, name: str) -> None:
    path = f"{PATHS[name]}?{'x' * 10_000}=".encode()
    with opened(direct, name, b"GET " + path + b" HTTP/1.1\r\nHost: localhost\r\n") as connection:
        connection.sendall(b"Connection: close\r\n\r\n")
        found = answer(connection)
    assert found[:12] == b"HTTP/1.1 400"
    assert b"bad_parameter" in found


CHUNKED = (
    b"POST /api/v1/embeddings HTTP/1.1\r\nHost: localhost\r\n%s"
    b"Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
)


@pytest.mark.parametrize(
    "behind",
    [b"2\r\n{}\r\n0\r\nX: %s", b"2\r\n{}\r\n0\r\n" + b"X: y\r\n" * 10 + b"Y: %s", b"2;x=%s"],
    ids=["a trailer", "trailers", "an extension"],
)
def test_much_around_the_chunks_of_a_body_is_refused(
    direct: Stack, name: str, behind: bytes
) -> None:
    bearer = f"Authorization: Bearer {token(direct)}\r\n".encode()
    started = time.monotonic()
    with opened(direct, name, CHUNKED % bearer) as connection:
        try:
            for piece in (behind % (b"x" * 1000), *[b"x" * 10_000] * 2_000):
                connection.sendall(piece)
        except ConnectionError:  # refused before all of it was sent
            pass
        else:
            pytest.fail("all of it was read")
        found = answer(connection)
    assert time.monotonic() - started < 5
    # Empty when the connection was closed while the client was still sending.
    assert found[:12] in (b"HTTP/1.1 431", b"HTTP/1.1 400", b"HTTP/1.1 404", b"")


def test_a_trailer_is_no_header(direct: Stack) -> None:
    """Who signs in behind the body has not signed in."""
    bearer = f"Authorization: Bearer {token(direct)}\r\n".encode()
    body = b"2\r\n{}\r\n0\r\n" + bearer + b"\r\n"
    with opened(direct, "ai", CHUNKED % b"Connection: close\r\n" + body) as connection:
        assert answer(connection).startswith(b"HTTP/1.1 401 ")


def test_one_address_holds_a_limited_number_of_connections(direct: Stack, name: str) -> None:
    processes = 1 if name == "ai" else 4
    with ExitStack() as stack:
        held = [stack.enter_context(opened(direct, name)) for _ in range(256 * processes + 20)]
        time.sleep(0.5)
        for connection in held:
            connection.setblocking(False)
        closed = sum(_is_closed(connection) for connection in held)
    assert closed >= 20
    eventually(lambda: answers(direct, name), seconds=30)


def _is_closed(connection: socket.socket) -> bool:
    try:
        return connection.recv(1) == b""
    except BlockingIOError:
        return False
    except ConnectionResetError:
        return True


def test_a_foreign_host_is_refused(direct: Stack, name: str) -> None:
    assert ask(direct, name, Host="evil").status_code == 400
    assert ask(direct, name, Host="evil").json()["code"] == "bad_request"
    assert ask(direct, name, Host="localhost:1").status_code == 200


def test_requests_one_after_the_other_on_one_connection_are_all_answered(
    direct: Stack, name: str
) -> None:
    request = f"GET {PATHS[name]} HTTP/1.1\r\nHost: localhost\r\n".encode()
    with opened(direct, name, (request + b"\r\n") * 3) as connection:
        connection.sendall(request + b"Connection: close\r\n\r\n")
        assert answer(connection).count(b"HTTP/1.1 200 ") == 4


def test_a_body_over_the_limit_gets_its_refusal(direct: Stack, name: str) -> None:
    path = {"core": "/api/v1/auth/login/", "ai": "/api/v1/embeddings"}[name]
    url = f"http://{HOST}:{port(direct, name)}{path}"
    body = b'{"a": "' + b"x" * 1_000_000 + b'"}'
    headers = {"Content-Type": "application/json"}
    found = httpx.post(url, content=body, headers=headers, timeout=5, trust_env=False)
    assert found.status_code == 413
