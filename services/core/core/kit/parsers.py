"""The parsers of request bodies: JSON everywhere, and bytes on the routes that say so."""

from collections.abc import Mapping
from typing import IO, Any, ClassVar

from rest_framework.exceptions import UnsupportedMediaType
from rest_framework.parsers import BaseParser

from core.kit.bodies import MAX_BODY_BYTES
from core.kit.errors import DomainError, PayloadTooLarge
from ongoza_contracts.http.strict_json import InvalidJson, parse_json
from ongoza_contracts.http.strict_text import is_json_type


class BadBody(DomainError):
    """A body that is not the JSON we accept; the code says how."""

    def __init__(self, error: InvalidJson) -> None:
        super().__init__(str(error))
        self.code = error.code


class StrictJsonParser(BaseParser):
    """application/json in UTF-8, as `ongoza_contracts` reads it for both services."""

    media_type = "application/json"

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        headers = (parser_context or {})["request"].headers
        _refuse_other_media(headers.get("Content-Type", ""))
        _refuse_encoding(headers)
        if int(headers.get("Content-Length") or 0) > MAX_BODY_BYTES:
            raise PayloadTooLarge
        try:
            return parse_json(stream.read(MAX_BODY_BYTES + 1))
        except InvalidJson as error:
            raise BadBody(error) from None


class BytesParser(BaseParser):
    """application/octet-stream, as bytes. Subclass it for a lower limit."""

    media_type = "application/octet-stream"
    max_bytes: ClassVar[int] = MAX_BODY_BYTES

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        headers = (parser_context or {})["request"].headers
        content_type = headers.get("Content-Type", "")
        if content_type.strip().lower() != self.media_type:  # DRF takes a wildcard too
            raise UnsupportedMediaType(content_type, f"The body must be {self.media_type}.")
        _refuse_encoding(headers)
        content = bytes(stream.read(self.max_bytes + 1))
        if len(content) > self.max_bytes:
            raise PayloadTooLarge(f"The body has more than {self.max_bytes} bytes.")
        return content


def _refuse_other_media(content_type: str) -> None:
    """DRF chooses the parser for a wildcard too."""
    if not is_json_type(content_type):
        raise UnsupportedMediaType(content_type, "The body must be application/json in UTF-8.")


def _refuse_encoding(headers: Mapping[str, str]) -> None:
    encoding = headers.get("Content-Encoding", "identity")
    if encoding.lower() != "identity":
        raise UnsupportedMediaType(encoding, "The body must not be compressed.")
