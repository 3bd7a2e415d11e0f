"""Sends spans by OpenTelemetry's SDK."""

import threading
from collections.abc import Mapping
from typing import TypeAlias

from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.id_generator import IdGenerator, RandomIdGenerator
from opentelemetry.sdk.trace.sampling import ALWAYS_ON
from opentelemetry.trace import (
    NonRecordingSpan,
    SpanContext,
    SpanKind,
    TraceFlags,
    set_span_in_context,
)

EXPORT_SECONDS = 1.0
STOP_SECONDS = 1.2
"""How long a process that ends waits for its last spans to be sent: it is to end within 2 s."""

Attribute: TypeAlias = str | int | float | bool


class _PresetIds(IdGenerator):
    """Gives a span the ids of its traceparent, which were sent to other services already."""

    def __init__(self) -> None:
        self.next: tuple[int, int] | None = None
        self._random = RandomIdGenerator()

    def generate_trace_id(self) -> int:
        return self.next[0] if self.next else self._random.generate_trace_id()

    def generate_span_id(self) -> int:
        return self.next[1] if self.next else self._random.generate_span_id()


class Recorder:
    def __init__(self, service: str) -> None:
        self._ids, self._lock = _PresetIds(), threading.Lock()
        self._provider = TracerProvider(
            resource=Resource.create({"service.name": service}),
            id_generator=self._ids,
            sampler=ALWAYS_ON,  # callers record only spans that are sampled
            shutdown_on_exit=False,  # it would wait for a receiver that does not answer
        )
        exporter = OTLPSpanExporter(timeout=EXPORT_SECONDS)
        self._provider.add_span_processor(BatchSpanProcessor(exporter))
        self._tracer = self._provider.get_tracer("ongoza_ops")

    def record(
        self,
        name: str,
        started: int,
        attributes: Mapping[str, Attribute],
        *,
        own: str | None,
        parent: str | None,
    ) -> None:
        kind = SpanKind.SERVER if own else SpanKind.INTERNAL
        with self._lock:
            self._ids.next = (int(own[3:35], 16), int(own[36:52], 16)) if own else None
            span = self._tracer.start_span(
                name, _context(parent), kind, attributes, start_time=started
            )
        span.end()

    def stop(self) -> None:
        ending = threading.Thread(target=self._provider.shutdown, daemon=True)
        ending.start()
        ending.join(STOP_SECONDS)


def _context(parent: str | None) -> Context:
    """An empty one begins a trace."""
    if parent is None:
        return Context()
    ids = int(parent[3:35], 16), int(parent[36:52], 16)
    above = SpanContext(*ids, is_remote=True, trace_flags=TraceFlags(TraceFlags.SAMPLED))
    return set_span_in_context(NonRecordingSpan(above), Context())
