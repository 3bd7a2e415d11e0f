"""Around every request: its id and trace context, one access log line and its metrics, no caching
of answers."""

import logging
import time
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse

from ongoza_ops import trace, tracing
from ongoza_ops.logs import request_fields
from ongoza_ops.metrics import count_request

access = logging.getLogger("core.access")
GetResponse = Callable[[HttpRequest], HttpResponse]


class RequestMiddleware:
    """Outermost, so that the log line has the final status."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        started = time.perf_counter()
        headers = request.headers
        given = headers.get("traceparent")
        request_id, own = trace.begin(headers.get("X-Request-ID"), given)
        try:
            response = self.get_response(request)
            response.headers["X-Request-ID"] = request_id
            if request.path_info.startswith("/api/"):
                response.headers.setdefault("Cache-Control", "no-store")
            fields = _record(request, response, time.perf_counter() - started)
            tracing.record_request(own, trace.parent_of(given), fields)
            return response
        finally:
            trace.end()


class AdminActorMiddleware:
    """Sets the actor of changes in the admin, for the audit trail. Placed after the middleware that
    authenticates."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info.startswith("/admin/") and request.user.is_authenticated:
            trace.set_actor(f"user:{request.user.pk}")
        return self.get_response(request)


def _record(request: HttpRequest, response: HttpResponse, seconds: float) -> dict[str, Any]:
    """By the route's pattern: paths, queries and headers may hold personal data."""
    match = request.resolver_match
    route = match.route if match else None
    count_request(route, request.method, response.status_code, seconds)
    fields = request_fields(
        method=request.method, route=route, status=response.status_code, seconds=seconds
    )
    access.info("request", extra={"fields": fields})
    return fields
