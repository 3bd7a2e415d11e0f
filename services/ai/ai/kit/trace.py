"""Around every request: its id and trace context, its metrics and log line, no caching of
answers."""

import asyncio
import logging
import time
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ongoza_ops import trace, tracing
from ongoza_ops.logs import request_fields
from ongoza_ops.metrics import count_request

BATCH_SIZE = 32
WAIT_SECONDS = 0.1

access = logging.getLogger("ai.access")


class Trace:
    """Takes X-Request-ID and traceparent from the request, or makes them; answers with the id.

    Answers of the API belong to one caller, so no cache may store them.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.log = AccessLog()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            try:
                await self.app(scope, receive, send)
            finally:  # of the lifespan
                self.log.write()
            return
        started = time.perf_counter()
        given = dict(scope["headers"])
        traceparent = given.get(b"traceparent", b"").decode("latin-1")
        request_id, own = trace.begin(
            given.get(b"x-request-id", b"").decode("latin-1"), traceparent
        )
        status, source = 0, b""

        async def send_with_id(message: Message) -> None:
            nonlocal status, source
            if message["type"] == "http.response.start":
                headers = message["headers"]
                headers.append((b"x-request-id", request_id.encode()))
                known = dict(headers)
                if scope["path"].startswith("/api/") and b"cache-control" not in known:
                    headers.append((b"cache-control", b"no-store"))
                status, source = message["status"], known.get(b"x-source", b"")
            await send(message)

        try:
            await self.app(scope, receive, send_with_id)
        finally:
            method, seconds = scope["method"], time.perf_counter() - started
            route = getattr(scope.get("route"), "path", None)
            count_request(route, method, status, seconds)
            fields = request_fields(
                method=method,
                route=route,
                status=status,
                seconds=seconds,
                source=source.decode("latin-1"),
            )
            tracing.record_request(own, trace.parent_of(traceparent), fields)
            self.log.add({**fields, "request_id": request_id, "trace_id": trace.trace_id_of(own)})


class AccessLog:
    """Writes the log lines of requests in batches: written alone, each takes a tenth of the time of
    an answer.

    A line waits at most `WAIT_SECONDS`; a process that is killed loses the lines that wait.
    """

    def __init__(self) -> None:
        self._waiting: list[tuple[float, dict[str, Any]]] = []

    def add(self, fields: dict[str, Any]) -> None:
        self._waiting.append((time.time(), fields))
        if len(self._waiting) == 1:
            asyncio.get_running_loop().call_later(WAIT_SECONDS, self.write)
        elif len(self._waiting) >= BATCH_SIZE:
            self.write()

    def write(self) -> None:
        waiting, self._waiting = self._waiting, []
        if waiting:
            access.info("request", extra={"batch": waiting})
