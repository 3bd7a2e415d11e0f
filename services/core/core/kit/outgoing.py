"""Calls to addresses that users give: they reach public hosts alone, never this network's own.

A call resolves the name once, checks every address, and connects to a checked one, so that a name
server cannot answer differently the second time. Redirects are not followed.
"""

import ipaddress
import socket
import ssl
import time
from collections.abc import Iterable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from threading import Thread
from typing import Any
from urllib.parse import SplitResult, urlsplit

import httpcore
from django.conf import settings

from core.kit.errors import DomainError
from core.kit.tls import trusted_certificates
from core.kit.urls import is_confidential

CONNECT_SECONDS = 3.0
MAX_SECONDS = 10.0  # for the whole call, name servers included
UNKNOWN_NAME = "The host's name is not known. Check the URL."
GLOBAL_UNICAST = ipaddress.ip_network("2000::/3")  # no mapped, translated or multicast addresses


class AddressRefused(DomainError):
    code = "address_refused"
    detail = "Give an https URL without a user name, of a host whose addresses are all public."


class CallFailed(Exception):
    """The host did not answer in time, or not with HTTP."""


@dataclass(frozen=True)
class Reply:
    status: int


def refuse_private(url: str) -> None:
    """Raise AddressRefused unless every address of the URL's host is public, when a user gives it.

    With the setting WEBHOOKS_TO_LOOPBACK addresses of this machine are allowed too.
    """
    parts = _parts_of(url)
    try:
        _checked_addresses(str(parts.hostname), parts.port or 443, MAX_SECONDS)
    except httpcore.ConnectTimeout:
        raise AddressRefused(UNKNOWN_NAME) from None


def post(url: str, content: bytes, headers: Mapping[str, str]) -> Reply:
    """Raises AddressRefused and CallFailed; every status is a reply, also a redirect."""
    _parts_of(url)
    deadline = time.monotonic() + MAX_SECONDS
    backend = _CheckedBackend(deadline)
    try:
        with (
            httpcore.ConnectionPool(
                ssl_context=trusted_certificates(from_environment=True), network_backend=backend
            ) as pool,
            pool.stream("POST", url, headers=[*headers.items()], content=content) as response,
        ):
            return Reply(response.status)
    except (
        httpcore.NetworkError,
        httpcore.TimeoutException,
        httpcore.RemoteProtocolError,
    ) as error:
        raise CallFailed(type(error).__name__) from None


def _parts_of(url: str) -> SplitResult:
    """Raises AddressRefused for a URL that is malformed or not https."""
    parts = urlsplit(url) if is_confidential(url) else None
    if parts is None or not parts.hostname or "@" in parts.netloc or parts.fragment:
        raise AddressRefused
    return parts


def _checked_addresses(host: str, port: int, seconds: float) -> list[str]:
    """Raises AddressRefused if one of them is not public, or there is none; ConnectTimeout if no
    name server answers in time."""
    try:
        addresses = _look_up(host, port).result(seconds)
    except TimeoutError:
        raise httpcore.ConnectTimeout from None
    except (OSError, UnicodeError):  # also a label that is too long
        raise AddressRefused(UNKNOWN_NAME) from None
    if not addresses or not all(_is_allowed(address) for address in addresses):
        raise AddressRefused
    return addresses


def _look_up(host: str, port: int) -> Future[list[str]]:
    """In a thread, because `getaddrinfo` has no time-out; one that nobody waits for ends later."""
    answer: Future[list[str]] = Future()

    def resolve() -> None:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            answer.set_result([str(place[0]) for *_, place in found])
        except Exception as error:
            answer.set_exception(error)

    Thread(target=resolve, daemon=True).start()
    return answer


def _is_allowed(text: str) -> bool:
    address = ipaddress.ip_address(text)
    if address.is_loopback:
        return bool(settings.WEBHOOKS_TO_LOOPBACK)
    if isinstance(address, ipaddress.IPv4Address):
        return address.is_global and not address.is_multicast
    tunnelled = address.sixtofour or address.teredo  # these contain an IPv4 address
    return address.is_global and address in GLOBAL_UNICAST and not tunnelled


class _TimedStream(httpcore.NetworkStream):
    """A connection that is over at its deadline, however slowly the other side sends."""

    def __init__(self, inner: httpcore.NetworkStream, deadline: float) -> None:
        self._inner, self._deadline = inner, deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, _seconds_until(self._deadline))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, _seconds_until(self._deadline))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        left = _seconds_until(self._deadline)
        inner = self._inner.start_tls(ssl_context, server_hostname, left)
        return _TimedStream(inner, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class _CheckedBackend(httpcore.SyncBackend):
    def __init__(self, deadline: float) -> None:
        self._deadline = deadline

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """Connects to the first address that answers; TLS still verifies the host's name."""
        error: Exception = httpcore.ConnectTimeout()
        for address in _checked_addresses(host, port, _seconds_until(self._deadline)):
            left = min(CONNECT_SECONDS, _seconds_until(self._deadline))
            try:
                stream = super().connect_tcp(address, port, left)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as refusal:
                error = refusal
            else:
                return _TimedStream(stream, self._deadline)
        raise error


def _seconds_until(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise httpcore.ReadTimeout
    return left
