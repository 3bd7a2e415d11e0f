"""The last layer before routing: one spelling per path, small bodies, an answer to every crash."""

import logging
import re
from collections.abc import Collection
from functools import lru_cache, partial
from urllib.parse import parse_qsl

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ai.kit.error_responses import error_response
from ai.kit.errors import (
    ApiError,
    BadParameter,
    HeadersTooLarge,
    InternalError,
    PayloadTooLarge,
)
from ongoza_contracts.http.strict_text import quoted

BODY_MAX = 256 * 1024
HEADERS_MAX_BYTES = 16 * 1024
HEADERS_MAX = 64

_HOST = re.compile(r"([a-z0-9.-]+|\[[a-f0-9]*:[a-f0-9.:]+\])(?::[0-9]+)?")

log = logging.getLogger(__name__)


class BadHost(ApiError):
    detail = "The host is not one of ours."


class Guard:
    """Serves a path with a trailing slash as the one without (no redirect), refuses bodies over
    `BODY_MAX` with and without Content-Length, long headers, hosts that are not ours and repeated
    query parameters, and answers a crash with the error body of every other refusal.
    """

    def __init__(self, app: ASGIApp, allowed_hosts: Collection[str] = ("*",)) -> None:
        self.app = app
        self._is_allowed_host = lru_cache(partial(is_allowed_host, allowed=allowed_hosts))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = False

        async def watched_send(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            self._refuse_headers(scope)
            if query := scope["query_string"]:
                _refuse_parameters(parse_qsl(query.decode("latin-1"), keep_blank_values=True))
            _drop_trailing_slash(scope)
            await self.app(scope, _limited(receive), watched_send)
        except ClientDisconnect:
            log.info("client left before its request was read")
        except Exception as error:
            if not isinstance(error, ApiError):
                log.exception("request failed")  # the line of the request has its route
                error = InternalError()
            if started:
                raise
            await error_response(error)(scope, receive, send)

    def _refuse_headers(self, scope: Scope) -> None:
        headers, hosts = scope["headers"], []
        size = len(scope["path"]) + len(scope["query_string"])
        for name, value in headers:
            size += len(name) + len(value) + 4
            if name == b"host":
                hosts.append(value.decode("latin-1"))
            elif name == b"content-length" and not (
                value.isdigit() and int(value[:20]) <= BODY_MAX
            ):
                raise PayloadTooLarge
        if len(headers) > HEADERS_MAX or size > HEADERS_MAX_BYTES:
            raise HeadersTooLarge
        if len(hosts) > 1 or (hosts and not self._is_allowed_host(hosts[0])):
            raise BadHost


def is_allowed_host(host: str, allowed: Collection[str]) -> bool:
    """As Django reads ALLOWED_HOSTS: without the port; `.example.org` allows what ends so."""
    match = _HOST.fullmatch(host.lower())
    name = match[1].removesuffix(".") if match else ""
    return bool(name) and any(
        pattern in ("*", name) or (pattern.startswith(".") and f".{name}".endswith(pattern))
        for pattern in allowed
    )


def _refuse_parameters(parameters: list[tuple[str, str]]) -> None:
    seen: set[str] = set()
    for name, value in parameters:
        if name in seen:
            raise BadParameter(f"{quoted(name)} is given more than once.")
        if "\x00" in value:
            raise BadParameter(f"{quoted(name)} has a NUL.")
        seen.add(name)


def _drop_trailing_slash(scope: Scope) -> None:
    path = scope["path"]
    if path.endswith("/") and path != "/":
        scope["path"] = path[:-1]
        if raw := scope.get("raw_path"):
            scope["raw_path"] = raw.removesuffix(b"/")


def _limited(receive: Receive) -> Receive:
    read = 0

    async def limited_receive() -> Message:
        nonlocal read
        message = await receive()
        read += len(message.get("body", b""))
        if read > BODY_MAX:
            raise PayloadTooLarge
        return message

    return limited_receive
