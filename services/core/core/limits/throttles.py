"""Limits on REST views, and the headers that say how much of them is left."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from ipaddress import IPv6Address, ip_address
from typing import Any, ClassVar

from django.http import HttpRequest, HttpResponse
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView

from core.limits.services import Decision, count_attempt


class RateThrottle(ABC, BaseThrottle):
    """Counts requests of an identity against the limit of `scope` in `settings.RATE_LIMITS`."""

    scope: ClassVar[str]
    decision: Decision | None = None

    @abstractmethod
    def identity(self, request: Request) -> str | None:
        """Who is counted; None to let the request through uncounted."""

    def allow_request(self, request: Request, view: APIView) -> bool:
        identity = self.identity(request)
        if identity is not None:
            self.decision = count(request._request, self.scope, identity)
        return self.decision is None or self.decision.allowed

    def wait(self) -> float | None:
        return self.decision.retry_seconds if self.decision else None


class UserThrottle(RateThrottle):
    """Counts the requests of a signed-in user."""

    def identity(self, request: Request) -> str:
        return f"user {request.user.pk}"


def count(request: HttpRequest, scope: str, identity: str) -> Decision | None:
    """Count one attempt and remember it for the headers of the answer."""
    decision = count_attempt(scope, identity)
    if decision is not None:
        earlier: Decision | None = getattr(request, "rate_limit", None)
        request.rate_limit = _tighter(decision, earlier)  # type: ignore[attr-defined]
    return decision


def _tighter(one: Decision, other: Decision | None) -> Decision:
    """The one that refuses longer, or of which less is left."""
    if other is None:
        return one
    return min(one, other, key=lambda each: (each.allowed, -each.retry_seconds, each.remaining))


def client_address(request: HttpRequest | Request) -> str:
    """The address of the client; of IPv6 the network, whose addresses one client has at will."""
    text = BaseThrottle().get_ident(request)  # type: ignore[arg-type]
    try:
        address = ip_address(text)
    except ValueError:
        return text
    if not isinstance(address, IPv6Address):
        return str(address)
    mapped = address.ipv4_mapped
    return str(mapped) if mapped else f"{IPv6Address(int(address) >> 64 << 64)}/64"


class RateLimitHeadersMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        decision: Any = getattr(request, "rate_limit", None)
        if decision is not None:
            for name, value in decision.headers.items():
                response.headers[name] = value
        return response
