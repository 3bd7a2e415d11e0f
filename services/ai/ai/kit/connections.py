"""How long and how much one network connection may take of ai's HTTP server.

uvicorn's `h11_max_incomplete_event_size` has no effect with httptools, and nothing else limits how
long a request may arrive.
"""

import asyncio
import sys
from http import HTTPStatus
from typing import Any, ClassVar

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from ai.kit.error_responses import error_response
from ai.kit.errors import ApiError, HeadersTooLarge
from ai.kit.guard import HEADERS_MAX_BYTES
from ongoza_ops.metrics import REFUSED, count_request

HEAD_SECONDS = 10.0
BODY_SECONDS = 10.0


class RequestTimeout(ApiError):
    status = 408
    code = "request_timeout"
    detail = "The request took too long to arrive."


class MalformedRequest(ApiError):
    code = "malformed_request"
    detail = "The request is not valid HTTP."


class BoundedProtocol(HttpToolsProtocol):
    """Closes a connection when its request arrives too slowly, or when its head, or the chunk sizes
    and trailers of its body, are too long. Trailers are dropped."""

    connections_per_address: ClassVar[int] = 0
    """0 for any number: behind a proxy all connections come from its address."""
    _timer: asyncio.TimerHandle | None = None
    _overhead_bytes = 0
    """The bytes that arrived since the last byte of the head or the body."""
    _is_overhead = False
    """Whether the bytes being parsed have contained no byte of a body and no end of a head yet."""
    _reading_head = _reading_message = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if self._has_too_many():
            REFUSED.labels("too_many_connections").inc()
            transport.abort()
        else:
            self._expect_rest()

    def connection_lost(self, exc: Exception | None) -> None:
        self._cancel_timer()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        self._is_overhead = True
        super().data_received(data)
        self._expect_rest()
        if self._reading_message and self._is_overhead:
            self._overhead_bytes += len(data)
            if self._overhead_bytes > HEADERS_MAX_BYTES:
                self._refuse(HeadersTooLarge())

    def send_400_response(self, msg: str) -> None:
        """Answer invalid HTTP with the common error body."""
        REFUSED.labels(MalformedRequest.code).inc()
        self.transport.write(_raw(MalformedRequest()))
        self.transport.close()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._reading_head = self._reading_message = True
        self._overhead_bytes = 0

    def on_headers_complete(self) -> None:
        self._reading_head = self._is_overhead = False
        self._overhead_bytes = 0
        self._cancel_timer()
        if max(len(self.connections), len(self.tasks)) >= (self.limit_concurrency or sys.maxsize):
            # uvicorn answers 503, before the application sees the request.
            REFUSED.labels("overloaded").inc()
            count_request(None, self.parser.get_method().decode("ascii"), 503, 0.0)
        super().on_headers_complete()
        self.headers = []  # of the trailers, if any; the request has the list of its headers

    def on_body(self, body: bytes) -> None:
        self._is_overhead, self._overhead_bytes = False, 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._reading_message = False
        self._cancel_timer()
        super().on_message_complete()

    def _is_idle(self) -> bool:
        return self.cycle is None or self.cycle.response_complete

    def _has_too_many(self) -> bool:
        if not (self.connections_per_address and self.client):
            return False
        protocols: Any = self.connections
        addresses = [protocol.client[0] for protocol in protocols if protocol.client]
        return addresses.count(self.client[0]) > self.connections_per_address

    def _expect_rest(self) -> None:
        """Limits how long the rest of a head or body may take; what arrived whole has no rest."""
        is_body = self._reading_message and not self._reading_head
        if self._timer is None and (is_body or self._is_idle()):
            seconds = BODY_SECONDS if is_body else HEAD_SECONDS
            self._timer = self.loop.call_later(seconds, self._refuse, RequestTimeout())

    def _cancel_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _refuse(self, error: ApiError) -> None:
        """Answers unless the answer has begun or nothing was asked, and closes."""
        self._cancel_timer()
        if self.transport.is_closing():
            return
        if self._reading_head or not (self._is_idle() or self.cycle.response_started):
            REFUSED.labels(error.code).inc()
            self.transport.write(_raw(error))
        self.transport.close()


def protocol_class(connections_per_address: int) -> type[BoundedProtocol]:
    limits = {"connections_per_address": connections_per_address}
    return type("LimitedProtocol", (BoundedProtocol,), limits)


def _raw(error: ApiError) -> bytes:
    response = error_response(error)
    status = HTTPStatus(response.status_code)
    headers = [*response.raw_headers, (b"connection", b"close")]
    lines = [f"HTTP/1.1 {status.value} {status.phrase}".encode()]
    lines += [name + b": " + value for name, value in headers]
    return b"\r\n".join([*lines, b"", bytes(response.body)])
