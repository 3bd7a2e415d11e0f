"""The parser both services read bodies with."""

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ongoza_contracts.http.strict_json import MAX_DEPTH, InvalidJson, parse_json


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "malformed_json"),
        (b'{"a": 1', "malformed_json"),
        (b"{} {}", "malformed_json"),
        (b'"\xff"', "malformed_json"),
        (b"\xef\xbb\xbf{}", "malformed_json"),
        (b"[" * 100_000, "too_deep"),
        (b'{"a":' * 1000 + b"1" + b"}" * 1000, "too_deep"),
        (b"[NaN]", "not_finite"),
        (b"[Infinity]", "not_finite"),
        (b"[-Infinity]", "not_finite"),
        (b"[1e400]", "not_finite"),
        (b"1" * 5000, "out_of_range"),
        (b'"\\ud800"', "bad_text"),
        (b'{"\\udc00": 1}', "bad_text"),
        (b'["a\\u0000b"]', "bad_text"),
        (b'{"a": 1, "a": 2}', "duplicate_key"),
    ],
)
def test_what_would_break_later_is_refused_with_a_code(body: bytes, code: str) -> None:
    with pytest.raises(InvalidJson) as caught:
        parse_json(body)
    assert caught.value.code == code


def test_brackets_inside_strings_are_no_depth() -> None:
    text = "[" * 1000 + '\\"' + "{" * 1000
    assert parse_json(json.dumps({"a": text}).encode()) == {"a": text}


def test_depth_is_allowed_up_to_the_limit() -> None:
    body = b"[" * MAX_DEPTH + b"]" * MAX_DEPTH
    assert parse_json(body) == json.loads(body)


documents = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00")),
    lambda inner: (
        st.lists(inner)
        | st.dictionaries(
            st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00")), inner
        )
    ),
    max_leaves=20,
)


@given(documents)
def test_any_honest_document_is_read_as_the_standard_parser_reads_it(document: object) -> None:
    for ascii_only in (True, False):
        body = json.dumps(document, ensure_ascii=ascii_only).encode()
        assert parse_json(body) == document


@given(st.binary(max_size=200))
def test_any_bytes_are_either_read_or_refused(body: bytes) -> None:
    with suppress(InvalidJson):
        json.dumps(parse_json(body), allow_nan=False).encode()
