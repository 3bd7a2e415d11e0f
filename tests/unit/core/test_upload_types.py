"""The type of an uploaded file: by its bytes, from a short list."""

import pytest

from core.files.content_types import TEXT, TypeDetector, TypeNotAllowed

ALLOWED = {
    "PNG": (b"\x89PNG\r\n\x1a\n\x00\x00", "image/png"),
    "JPEG": (b"\xff\xd8\xff\xe0\x00\x10JFIF", "image/jpeg"),
    "GIF": (b"GIF89a\x01\x00", "image/gif"),
    "WebP": (b"RIFF\x1a\n\x00\x00WEBPVP8 ", "image/webp"),
    "PDF": (b"%PDF-1.7\n%\xe2\xe3", "application/pdf"),
    "ZIP": (b"PK\x03\x04\x14\x00", "application/zip"),
    "an empty ZIP": (b"PK\x05\x06" + bytes(18), "application/zip"),
    "Markdown": ("# Café 🔐\n\n* a\t<b>\n".encode(), TEXT),
    "CSV with a byte order mark": (b"\xef\xbb\xbfa,b\r\n1,2\r\n", TEXT),
    "JSON": (b'{"a": [1, 2]}', TEXT),
    "text with colours of a terminal": (b"\x1b[31mred\x1b[0m", TEXT),
    "white space": (b" \n", TEXT),
}
REFUSED = {
    "SVG": b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    "SVG after a declaration": b'<?xml version="1.0"?><svg/>',
    "SVG after much white space": b"\xef\xbb\xbf" + b" \n" * 5000 + b"<svg/>",
    "HTML": b"<!doctype html><title>x</title>",
    "HTML in capitals after a comment": b"\n<!-- x --><HTML>",
    "a program of Linux": b"\x7fELF\x02\x01\x01\x00",
    "a program of Windows": b"MZ\x90\x00\x03",
    "text in UTF-16": "abc".encode("utf-16"),
    "text in Latin-1": "café".encode("latin-1"),
    "text that ends within a letter": "café".encode()[:-1],
    "text with a NUL": b"a\x00b",
    "gzip": b"\x1f\x8b\x08\x00",
    "a RIFF file that is no image": b"RIFF\x1a\n\x00\x00WAVEfmt ",
}


def detect(content: bytes, part: int) -> str:
    detector = TypeDetector()
    for start in range(0, len(content), part):
        detector.feed(content[start : start + part])
    return detector.finish()


@pytest.mark.parametrize("part", [512, 2**16])
@pytest.mark.parametrize(("content", "content_type"), ALLOWED.values(), ids=ALLOWED)
def test_allowed_types_are_known_by_their_bytes(
    content: bytes, content_type: str, part: int
) -> None:
    assert detect(content, part) == content_type


@pytest.mark.parametrize("part", [512, 2**16])
@pytest.mark.parametrize("content", REFUSED.values(), ids=REFUSED)
def test_other_types_are_refused(content: bytes, part: int) -> None:
    with pytest.raises(TypeNotAllowed):
        detect(content, part)


@pytest.mark.parametrize("end", range(1, 8))
def test_a_letter_may_be_cut_between_two_parts(end: int) -> None:
    content = "🔐🔐".encode()
    detector = TypeDetector()
    detector.feed(content[:end])
    detector.feed(content[end:])
    assert detector.finish() == TEXT
