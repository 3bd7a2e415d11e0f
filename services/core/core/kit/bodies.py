"""Request bodies: their size limit, and chunked transfer encoding."""

import io
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any

MAX_BODY_BYTES = 256 * 1024
MAX_DRAIN_BYTES = 16 * MAX_BODY_BYTES

Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def buffer_chunked_bodies(application: Wsgi) -> Wsgi:
    """Give a chunked body the length Django needs to see it: else Django takes it for empty.

    A body over the limit is cut one byte after it: enough for the parser to refuse it. The rest is
    read and dropped, because a client that is still sending when the connection closes never sees
    the refusal.
    """

    def sized(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if environ.get("HTTP_TRANSFER_ENCODING", "").lower() == "chunked" or _too_long(environ):
            body = environ["wsgi.input"].read(MAX_BODY_BYTES + 1)
            drain(environ["wsgi.input"])
            environ["wsgi.input"] = io.BytesIO(body)
            environ["CONTENT_LENGTH"] = str(len(body))
        return application(environ, start_response)

    return sized


def _too_long(environ: dict[str, Any]) -> bool:
    return int(environ.get("CONTENT_LENGTH") or 0) > MAX_BODY_BYTES


def drain(stream: Any) -> None:
    with suppress(OSError):  # the client left, or its connection was closed for being slow
        for _ in range(MAX_DRAIN_BYTES // 65536):
            if not stream.read(65536):
                return
