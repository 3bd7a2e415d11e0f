"""The id of a request, for its answer and log lines, and its traceparent, for calls to core."""

import re
import secrets
from contextvars import ContextVar

from starlette.types import ASGIApp, Message, Receive, Scope, Send

_REQUEST_ID = re.compile(rb"[A-Za-z0-9._-]{8,64}")
_TRACEPARENT = re.compile(rb"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")

_request_id: ContextVar[str] = ContextVar("request_id", default="")
_traceparent: ContextVar[str] = ContextVar("traceparent", default="")


def request_id() -> str:
    """The id of the request being answered; empty outside of one."""
    return _request_id.get()


def child_traceparent() -> str:
    """A W3C traceparent for a call made now, in the trace of the request or else a new one."""
    _, trace, _, flags = (_traceparent.get() or f"00-{secrets.token_hex(16)}--01").split("-")
    return f"00-{trace}-{secrets.token_hex(8)}-{flags}"


class Trace:
    """Takes X-Request-ID and traceparent from the request, or makes the id; answers with the id.

    Answers of the API belong to one caller, so no cache may store them.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        given, traceparent = b"", b""
        for name, value in scope["headers"]:
            if name == b"x-request-id":
                given = value
            elif name == b"traceparent":
                traceparent = value
        this_id = given.decode() if _REQUEST_ID.fullmatch(given) else secrets.token_hex(16)
        _request_id.set(this_id)
        _traceparent.set(traceparent.decode() if _TRACEPARENT.fullmatch(traceparent) else "")

        async def send_with_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = message["headers"]
                headers.append((b"x-request-id", this_id.encode()))
                if scope["path"].startswith("/api/") and b"cache-control" not in dict(headers):
                    headers.append((b"cache-control", b"no-store"))
            await send(message)

        await self.app(scope, receive, send_with_id)
