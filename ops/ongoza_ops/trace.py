"""The context of the current request: its id, its W3C trace context and its actor."""

import os
import re
from contextvars import ContextVar
from dataclasses import dataclass
from random import getrandbits

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
_TRACEPARENT = re.compile(r"00-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")

ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT"
"""Environment variable with the receiver's address, to which `/v1/traces` is added."""
SHARE = "OTEL_TRACES_SAMPLER_ARG"
"""Environment variable with the share of traces that are recorded."""
share = float(os.environ.get(SHARE) or 0.01) if os.environ.get(ENDPOINT) else 0.0
"""The share of traces that are recorded: none without a receiver."""


@dataclass(slots=True)
class _Context:
    request_id: str = ""
    traceparent: str | None = None
    actor: str | None = None


_OUTSIDE = _Context()
_current: ContextVar[_Context] = ContextVar("trace", default=_OUTSIDE)


def current_request_id() -> str:
    """Empty outside a request."""
    return _current.get().request_id


def current_traceparent() -> str | None:
    """The header for everything that this request or command sends. None outside of both."""
    return _current.get().traceparent


def current_actor() -> str | None:
    """The caller: "user:42" or "service:ai"; None when nobody is signed in."""
    return _current.get().actor


def set_actor(actor: str | None) -> None:
    if _current.get() is _OUTSIDE:
        _current.set(_Context())
    _current.get().actor = actor


def new_traceparent() -> str:
    """The header of a new trace."""
    return _own(f"{getrandbits(128):032x}")


def trace_id_of(traceparent: str) -> str:
    """The id that all lines and facts of a trace have in common."""
    return traceparent[3:35]


def is_sampled(traceparent: str) -> bool:
    """Whether its spans are recorded."""
    return bool(int(traceparent[53:], 16) & 1)


def parent_of(traceparent: str | None) -> str | None:
    """The header if it is valid, else None."""
    return traceparent if _TRACEPARENT.fullmatch(traceparent or "") else None


def begin(request_id: str | None = None, traceparent: str | None = None) -> tuple[str, str]:
    """Starts a request's context from its headers; returns its id and its own traceparent.

    The trace continues a valid incoming `traceparent`, under a span of our own. A request
    without an id that we accept has that of its trace.
    """
    own = begin_work(traceparent)
    if not request_id or not _REQUEST_ID.fullmatch(request_id):
        request_id = trace_id_of(own)
    _current.get().request_id = request_id
    return request_id, own


def begin_work(traceparent: str | None = None) -> str:
    """Starts the context of work that is no request, a job or a command; returns its own
    traceparent."""
    match = _TRACEPARENT.fullmatch(traceparent) if traceparent else None
    own = _own(match[1]) if match else new_traceparent()
    _current.set(_Context(traceparent=own))
    return own


def end() -> None:
    """Clears the context: the thread goes on to serve another request."""
    _current.set(_OUTSIDE)


def _own(trace_id: str) -> str:
    """A span of ours. The trace's id alone decides whether it is recorded, so that all our
    processes decide alike."""
    sampled = share > 0 and int(trace_id[16:], 16) < share * 2**64
    return f"00-{trace_id}-{getrandbits(64):016x}-{sampled:02d}"
