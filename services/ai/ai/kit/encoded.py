"""Answers whose body and headers are bytes already."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import TypeAlias

from starlette.responses import Response

Headers: TypeAlias = Sequence[tuple[bytes, bytes]]


class EncodedResponse(Response):
    """A JSON answer. For every answer Starlette would encode the headers and search them for those
    that it adds."""

    def __init__(self, body: bytes, headers: Headers, status: int = HTTPStatus.OK) -> None:
        self._encoded = headers
        super().__init__(body, status)

    def init_headers(self, headers: Mapping[str, str] | None = None) -> None:
        self.raw_headers = [*self._encoded]
        if self.status_code != HTTPStatus.NOT_MODIFIED:
            self.raw_headers += [
                (b"content-length", b"%d" % len(self.body)),
                (b"content-type", b"application/json"),
            ]


def encode_headers(headers: Mapping[str, str]) -> Headers:
    return [(name.lower().encode(), value.encode()) for name, value in headers.items()]
