"""gunicorn's worker with threads, but a thread gets a request only when all of it has arrived.

The original gives it one at the first byte and waits without a limit: as many unfinished requests
as there are threads stop the service.
"""

import errno
import json
import socket
import struct
import time
from collections import Counter
from contextlib import suppress
from functools import partial
from selectors import EVENT_READ
from typing import Any, ClassVar

from gunicorn.http import get_parser
from gunicorn.http.errors import (
    ConfigurationProblem,
    InvalidResponseHeader,
    InvalidResponseHeaderName,
    LimitRequestHeaders,
    ParseException,
)
from gunicorn.workers.gthread import TConn, ThreadWorker

from core.kit.incoming import IncomingRequest, State
from ongoza_ops.metrics import IN_PROGRESS, REFUSED

HEAD_SECONDS = BODY_SECONDS = 10
READ_BYTES = 64 * 1024
BLOCKED_SECONDS = 10
SERVER_ERRORS = ConfigurationProblem, InvalidResponseHeader, InvalidResponseHeaderName
ANSWERS = {
    "request_timeout": (b"408 Request Timeout", "The request took too long to arrive."),
    "headers_too_large": (
        b"431 Request Header Fields Too Large",
        "The request line and headers exceed 16 KiB, or there are more than 64 headers.",
    ),
    "malformed_request": (b"400 Bad Request", "The request is not valid HTTP."),
    "internal_error": (b"500 Internal Server Error", "Something went wrong on our side."),
}


class Connection(TConn):  # type: ignore[misc]  # gunicorn has no types
    """A connection that is counted for its address until it closes."""

    parser: Any

    def __init__(self, *arguments: Any, by_address: Counter[str]) -> None:
        super().__init__(*arguments)
        self.incoming = IncomingRequest()
        self.data_ready = True  # threads need not wait for the first byte
        self._by_address, self._address = by_address, _address(self.client)
        by_address[self._address] += 1

    def close(self, graceful: bool = False) -> None:
        self._by_address[self._address] -= 1
        if not self._by_address[self._address]:
            del self._by_address[self._address]
        super().close(graceful)

    def give_to_parser(self) -> None:
        """From here on a thread reads from `incoming`; of one cut off, nothing more is received."""
        if self.incoming.state is State.CUT_OFF:
            with suppress(OSError):
                self.sock.shutdown(socket.SHUT_RD)
        self.parser = self.parser or get_parser(self.cfg, self.sock, self.client)
        self.initialized = True
        self.parser.unreader.unread(bytes(self.incoming.raw))


class BufferingWorker(ThreadWorker):  # type: ignore[misc]
    """Receives requests in its event loop and closes connections that are slow or too many."""

    connections_per_address: ClassVar[int] = 256
    """In each process; 0 for any number, behind a proxy, whose address all connections have."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.by_address: Counter[str] = Counter()

    def accept(self, listener: Any) -> None:
        try:
            client, address = listener.accept()
        except OSError as error:
            if error.errno not in (errno.EAGAIN, errno.ECONNABORTED, errno.EWOULDBLOCK):
                raise
            return
        if 0 < self.connections_per_address <= self.by_address[_address(address)]:
            client.close()
            REFUSED.labels("too_many_connections").inc()
            return
        _limit_blocking(client)
        self.nr_conns += 1
        server = listener.getsockname()
        self._receive(Connection(self.cfg, client, address, server, by_address=self.by_address))

    def on_client_socket_readable(self, conn: Connection, client: Any) -> None:
        """The next request of a connection that was kept alive."""
        self._take_back(conn)
        self._receive(conn)
        self._on_bytes(conn, client)

    def enqueue_req(self, conn: Connection) -> None:
        IN_PROGRESS.inc()
        super().enqueue_req(conn)

    def finish_request(self, conn: Connection, fs: Any) -> None:
        IN_PROGRESS.dec()
        super().finish_request(conn, fs)
        pipelined = conn.incoming.rest
        if pipelined and self.keepalived_conns and self.keepalived_conns[-1] is conn:
            self._take_back(conn)
            self._receive(conn)
            self._feed(conn, pipelined)

    def murder_pending(self) -> None:
        """Ends what did not arrive in time, and while stopping also what says nothing."""
        now = time.monotonic()
        for conn in [*self.pending_conns]:
            has_begun = bool(conn.incoming.raw)
            if conn.timeout <= now or not (self.alive or has_begun):
                if has_begun:
                    refuse(conn.sock, "request_timeout")
                self._end(conn)

    def handle_error(self, req: Any, client: Any, addr: Any, exc: BaseException) -> None:
        """gunicorn itself would answer HTML that repeats a part of the request."""
        if not isinstance(exc, ParseException) or isinstance(exc, SERVER_ERRORS):
            self.log.error("a request failed in the server", exc_info=exc)
            refuse(client, "internal_error")
            return
        self.log.warning("refused a request: %s", type(exc).__name__)
        is_long = isinstance(exc, LimitRequestHeaders)
        refuse(client, "headers_too_large" if is_long else "malformed_request")

    def _take_back(self, conn: Connection) -> None:
        self.poller.unregister(conn.sock)
        self.keepalived_conns.remove(conn)

    def _receive(self, conn: Connection) -> None:
        conn.incoming = IncomingRequest()
        conn.sock.setblocking(False)
        self._wait(conn, HEAD_SECONDS)
        self.poller.register(conn.sock, EVENT_READ, partial(self._on_bytes, conn))

    def _wait(self, conn: Connection, seconds: float) -> None:
        conn.timeout = time.monotonic() + seconds
        self.pending_conns.append(conn)

    def _on_bytes(self, conn: Connection, client: Any) -> None:
        try:
            data = client.recv(READ_BYTES)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if data:
            self._feed(conn, data)
        else:
            self._end(conn)

    def _feed(self, conn: Connection, data: bytes) -> None:
        before = conn.incoming.state
        conn.incoming.feed(data)
        match conn.incoming.state:
            case State.HEAD:
                return
            case State.BODY if before is State.HEAD:
                self._expect_body(conn)
            case State.HEAD_TOO_LONG:
                refuse(conn.sock, "headers_too_large")
                self._end(conn)
            case State.COMPLETE | State.CUT_OFF:
                self._stop_receiving(conn)
                conn.give_to_parser()
                self.enqueue_req(conn)

    def _expect_body(self, conn: Connection) -> None:
        self.pending_conns.remove(conn)
        self._wait(conn, BODY_SECONDS)
        if conn.incoming.waits_for_continue:
            with suppress(OSError):
                conn.sock.send(b"HTTP/1.1 100 Continue\r\n\r\n")

    def _stop_receiving(self, conn: Connection) -> None:
        self.poller.unregister(conn.sock)
        self.pending_conns.remove(conn)

    def _end(self, conn: Connection) -> None:
        self._stop_receiving(conn)
        self.nr_conns -= 1
        conn.close()


def refuse(client: socket.socket, code: str) -> None:
    """Sends an error body, unless the client left, and counts it."""
    status, detail = ANSWERS[code]
    REFUSED.labels(code).inc()
    # By hand: `core.kit.errors` needs Django's settings, which a worker loads later.
    answer = {"detail": detail, "code": code, "errors": [], "request_id": ""}
    body = json.dumps(answer).encode()
    head = b"HTTP/1.1 %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n" % (
        status,
        len(body),
    )
    with suppress(OSError):
        client.send(head + b"Connection: close\r\n\r\n" + body)


def _address(client: Any) -> str:
    return str(client[0]) if client else ""


def _limit_blocking(client: socket.socket) -> None:
    """A thread that sends to a client who does not read, or reads what never comes, goes on."""
    limit = struct.pack("ll", BLOCKED_SECONDS, 0)
    client.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, limit)
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, limit)
