"""The type of a file, decided by its bytes: names and headers of clients are not asked.

Files are downloads and nothing else (`responses`), so that a file of two types at once is harmless.
"""

import codecs
import re

from core.kit.errors import DomainError

TEXT = "text/plain; charset=utf-8"
SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (rb"\x89PNG\r\n\x1a\n", "image/png"),
    (rb"\xff\xd8\xff", "image/jpeg"),
    (rb"GIF8[79]a", "image/gif"),
    (rb"RIFF(?s:.{4})WEBP", "image/webp"),
    (rb"%PDF-", "application/pdf"),
    (rb"PK(\x03\x04|\x05\x06)", "application/zip"),
)
"""Regular expressions for how files of a type begin."""
MEDIA_TYPES = ("text/plain", *(media_type for _, media_type in SIGNATURES))
HEAD_BYTES = 512
"""The first bytes say whether a file can be of an allowed type, if there are so many."""
_NOT_TEXT = re.compile(rb"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f]")
"""The binary data bytes of WHATWG's MIME Sniffing Standard."""
_BEFORE_TEXT = codecs.BOM_UTF8 + b" \t\r\n\f"


class TypeNotAllowed(DomainError):
    code = "type_not_allowed"
    detail = (
        "Files can be PNG, JPEG, WebP, GIF, PDF, ZIP, and text in UTF-8 that does not begin"
        ' with "<".'
    )


class TypeDetector:
    """Reads a file part after part; the first has HEAD_BYTES unless the file is shorter. Raises
    TypeNotAllowed as soon as it is certain."""

    def __init__(self) -> None:
        self._type: str | None = None
        self._decoder = codecs.getincrementaldecoder("utf-8")()
        self._has_begun = False
        """Whether there was text other than white space."""

    def feed(self, part: bytes) -> None:
        if self._type is None:
            self._type = _type_by_signature(part) or TEXT
        if self._type == TEXT:
            self._check_text(part)

    def finish(self) -> str:
        """The type of the whole file. Raises TypeNotAllowed."""
        if self._type == TEXT:
            self._decode(b"", final=True)
        return self._type or TEXT

    def _check_text(self, part: bytes) -> None:
        self._decode(part)
        start = b"" if self._has_begun else part.lstrip(_BEFORE_TEXT)
        self._has_begun = self._has_begun or bool(start)
        if start.startswith(b"<") or _NOT_TEXT.search(part):  # HTML, SVG and other XML
            raise TypeNotAllowed

    def _decode(self, part: bytes, *, final: bool = False) -> None:
        try:
            self._decoder.decode(part, final)
        except UnicodeDecodeError:
            raise TypeNotAllowed from None


def _type_by_signature(head: bytes) -> str | None:
    return next((name for pattern, name in SIGNATURES if re.match(pattern, head)), None)
