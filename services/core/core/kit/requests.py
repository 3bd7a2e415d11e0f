"""Around every request: its id and trace context, one access log line, no caching of answers."""

import logging
import time
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse

from core.kit import trace

access = logging.getLogger("core.access")
GetResponse = Callable[[HttpRequest], HttpResponse]


class RequestMiddleware:
    """Outermost, so that the log line has the final status."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        started = time.perf_counter()
        headers = request.headers
        request_id, _ = trace.begin(headers.get("X-Request-ID"), headers.get("traceparent"))
        try:
            response = self.get_response(request)
            response.headers["X-Request-ID"] = request_id
            if request.path_info.startswith("/api/"):
                response.headers.setdefault("Cache-Control", "no-store")
            _log(request, response, time.perf_counter() - started)
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


def _log(request: HttpRequest, response: HttpResponse, seconds: float) -> None:
    """Logs the route's pattern: paths, queries and headers may hold personal data."""
    match = request.resolver_match
    facts: dict[str, Any] = {
        "method": request.method,
        "route": match.route if match else None,
        "status": response.status_code,
        "milliseconds": round(seconds * 1000, 1),
    }
    access.info("request", extra={"facts": facts})
