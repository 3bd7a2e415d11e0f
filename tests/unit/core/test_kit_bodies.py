"""Bodies before Django sees them."""

import io
from typing import Any

from core.kit.bodies import MAX_BODY_BYTES, buffer_chunked_bodies


def seen_by_django(body: bytes, **environ: str) -> tuple[bytes, dict[str, Any]]:
    seen: list[tuple[bytes, dict[str, Any]]] = []

    def django(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        seen.append((environ["wsgi.input"].read(), environ))
        return []

    stream = io.BytesIO(body)
    buffer_chunked_bodies(django)({"wsgi.input": stream, **environ}, lambda *_: None)
    return seen[0]


def test_a_sized_body_is_left_alone() -> None:
    body, environ = seen_by_django(b"{}", CONTENT_LENGTH="2")
    assert (body, environ["CONTENT_LENGTH"]) == (b"{}", "2")


def test_a_chunked_body_gets_its_length() -> None:
    body, environ = seen_by_django(b'{"a": 1}', HTTP_TRANSFER_ENCODING="chunked")
    assert (body, environ["CONTENT_LENGTH"]) == (b'{"a": 1}', "8")


def test_a_body_over_the_limit_is_cut_one_byte_above_it() -> None:
    long = b" " * (2 * MAX_BODY_BYTES)
    for environ in ({"HTTP_TRANSFER_ENCODING": "chunked"}, {"CONTENT_LENGTH": str(len(long))}):
        body, seen = seen_by_django(long, **environ)
        assert len(body) == MAX_BODY_BYTES + 1
        assert seen["CONTENT_LENGTH"] == str(MAX_BODY_BYTES + 1)
