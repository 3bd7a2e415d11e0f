"""The context of the current request: its id, its W3C trace context and its actor."""

import re
import secrets
from contextvars import ContextVar

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
_TRACEPARENT = re.compile(r"00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})")

_request_id: ContextVar[str] = ContextVar("request_id", default="")
_traceparent: ContextVar[str | None] = ContextVar("traceparent", default=None)
_actor: ContextVar[str | None] = ContextVar("actor", default=None)


def current_request_id() -> str:
    """Empty outside a request."""
    return _request_id.get()


def current_traceparent() -> str | None:
    """The header for everything that this request or command sends. None outside of both."""
    return _traceparent.get()


def current_actor() -> str | None:
    """The caller: "user:42" or "service:ai"; None when nobody is signed in."""
    return _actor.get()


def set_actor(actor: str | None) -> None:
    _actor.set(actor)


def new_traceparent() -> str:
    """The header of a new trace."""
    return f"00-{secrets.token_hex(16)}-{secrets.token_hex(8)}-01"


def begin(request_id: str | None = None, traceparent: str | None = None) -> tuple[str, str]:
    """Start a request's context from its headers; a missing or malformed one is replaced.

    The trace continues a valid incoming `traceparent`, under a span id of our own.
    """
    if request_id is None or not _REQUEST_ID.fullmatch(request_id):
        request_id = secrets.token_hex(16)
    own = _continued(traceparent) or new_traceparent()
    _request_id.set(request_id)
    _traceparent.set(own)
    _actor.set(None)
    return request_id, own


def end() -> None:
    """Clear the context: the thread goes on to serve another request."""
    _request_id.set("")
    _traceparent.set(None)
    _actor.set(None)


def _continued(traceparent: str | None) -> str | None:
    match = _TRACEPARENT.fullmatch(traceparent or "")
    if match is None or not match[1].strip("0") or not match[2].strip("0"):
        return None
    return f"00-{match[1]}-{secrets.token_hex(8)}-{match[3]}"
