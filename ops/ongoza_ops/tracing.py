"""Spans of requests, records and lists, sent to an OpenTelemetry receiver if there is one.

They are written by hand, when what they measure is over: instrumentors would cut a trace at the
relay and send paths, texts and user ids. Nothing is recorded until `start` finds a receiver.
"""

import atexit
import logging
import os
import time
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from ongoza_ops import trace

if TYPE_CHECKING:
    from ongoza_ops.recorder import Attribute, Recorder

_recorder: "Recorder | None" = None


def start(service: str) -> None:
    """Call it once in each process, after a fork: it starts a thread. Without a receiver in the
    environment it does nothing."""
    global _recorder
    if not os.environ.get(trace.ENDPOINT):
        return
    from ongoza_ops.recorder import Recorder  # imports much that most processes do not need

    logging.getLogger("opentelemetry").setLevel(logging.CRITICAL)  # a line for each failed try
    _recorder = Recorder(service)
    atexit.register(_recorder.stop)


def record_request(own: str, parent: str | None, fields: Mapping[str, Any]) -> None:
    """Records the span that the traceparent `own` names, which ends now, with the fields of the
    request's log line; no-op if it is not sampled."""
    if _recorder and trace.is_sampled(own):
        started = time.time_ns() - int(fields["milliseconds"] * 1e6)
        name = f"{fields['method']} {fields['route'] or 'no route'}"
        shown = {key: value for key, value in fields.items() if key != "user_id" and value}
        _recorder.record(name, started, shown, own=own, parent=parent)


def record_parts(
    name: str,
    traceparents: Iterable[str | None],
    started: int,
    attributes: "Mapping[str, Attribute]",
) -> None:
    """Records a span below each sampled one of these, each once. All ended now and began at
    `started` (nanoseconds since 1970)."""
    if _recorder:
        for parent in dict.fromkeys(traceparents):
            if parent and trace.is_sampled(parent):
                _recorder.record(name, started, attributes, own=None, parent=parent)
