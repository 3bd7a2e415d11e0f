"""Bodies at the door: their size limit, and those that come in chunks."""

import io
from collections.abc import Callable, Iterable
from typing import Any

MAX_BODY_BYTES = 256 * 1024

Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def sized_bodies(application: Wsgi) -> Wsgi:
    """Give a chunked body the length Django needs to see it: else Django takes it for empty.

    Reads no more than one byte over the limit, which is enough for the parser to refuse it.
    """

    def sized(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if environ.get("HTTP_TRANSFER_ENCODING", "").lower() == "chunked":
            body = environ["wsgi.input"].read(MAX_BODY_BYTES + 1)
            environ["wsgi.input"] = io.BytesIO(body)
            environ["CONTENT_LENGTH"] = str(len(body))
        return application(environ, start_response)

    return sized
