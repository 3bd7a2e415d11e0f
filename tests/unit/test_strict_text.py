"""Texts with one spelling, as both services read them."""

import pytest
from pydantic import TypeAdapter, ValidationError

from ai.kit.auth import InvalidToken, _bearer
from ai.kit.guard import is_allowed_host
from core.users.authentication import _bearer as core_bearer
from core.users.tokens import InvalidToken as CoreInvalidToken
from ongoza_contracts.http.strict_json import InvalidJson, parse_json
from ongoza_contracts.http.strict_text import (
    Line,
    Timestamp,
    WholeNumber,
    is_date,
    is_json_type,
    is_line,
    is_prose,
    is_timestamp,
    is_whole_number,
)

NUMBERS = ["01", "+1", "-1", "1.0", "1e0", " 1", "1 ", "1_0", "0x1", "١", "", "1\n"]  # noqa: RUF001


@pytest.mark.parametrize("text", NUMBERS)
def test_a_number_in_another_spelling_is_none(text: str) -> None:
    assert not is_whole_number(text)
    with pytest.raises(ValidationError):
        TypeAdapter(WholeNumber).validate_python(text)


def test_a_number_is_its_digits() -> None:
    assert TypeAdapter(WholeNumber).validate_python("120") == 120
    assert is_whole_number("0")


TIMES = ["1700000000", "1700000000.5", "2030-01-31", "20300131T120000Z", "2030-W05-4T12:00Z"]


@pytest.mark.parametrize("text", [*TIMES, "", "2030-01-31T12:00:00Z\n", "2030-01-31T12Z"])
def test_a_time_in_another_form_is_none(text: str) -> None:
    assert not is_timestamp(text)
    with pytest.raises(ValidationError):
        TypeAdapter(Timestamp).validate_python(text)


@pytest.mark.parametrize("value", [1700000000, 1700000000.5, True])
def test_a_number_is_no_time(value: object) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Timestamp).validate_python(value)


@pytest.mark.parametrize("text", ["2030-01-31T12:00:00Z", "2030-01-31 12:00:00.123456+03:00"])
def test_a_time_with_its_offset_is_read(text: str) -> None:
    assert TypeAdapter(Timestamp).validate_python(text).year == 2030


@pytest.mark.parametrize(
    "text", ["20300131", "2030-W05-4", "2030-1-31", "1700000000", "٢٠٣٠-01-31"]
)
def test_a_day_in_another_form_is_none(text: str) -> None:
    assert is_date("2030-01-31")
    assert not is_date(text)


@pytest.mark.parametrize(
    "text", ["a\nb", "a\rb", "a\tb", "a\x00b", "a\x1bb", "a\x7fb", "a\x85b", "a\u2028b", "a\u202eb"]
)
def test_line_breaks_control_and_reordering_characters_are_not_on_a_line(text: str) -> None:
    assert not is_line(text)
    assert is_prose(text) == (text in ("a\nb", "a\rb", "a\tb"))
    with pytest.raises(ValidationError):
        TypeAdapter(Line).validate_python(text)


@pytest.mark.parametrize(
    "text",
    ["", "Amina Otieno", "Wanjikũ", "أمينة", "می\u200cخواهم", "O’Neil"],  # noqa: RUF001  (apostrophes and letters as people write them)
)
def test_names_of_people_are_lines(text: str) -> None:
    assert is_line(text)


@pytest.mark.parametrize(
    "text",
    ["application/json", "Application/JSON ; charset=UTF-8", 'application/json;charset="utf-8"'],
)
def test_json_in_utf_8_is_a_json_type(text: str) -> None:
    assert is_json_type(text)


@pytest.mark.parametrize(
    "text", ["", "*/*", "application/*", "text/json", "application/json; charset=utf-16"]
)
def test_another_type_is_no_json_type(text: str) -> None:
    assert not is_json_type(text)


@pytest.mark.parametrize("number", [2**63, -(2**63) - 1])
def test_an_integer_beyond_64_bits_is_refused(number: int) -> None:
    with pytest.raises(InvalidJson) as refusal:
        parse_json(b'{"exp": %d}' % number)
    assert refusal.value.code == "out_of_range"


def test_an_integer_of_64_bits_is_read() -> None:
    assert parse_json(b"[%d, %d]" % (2**63 - 1, -(2**63))) == [2**63 - 1, -(2**63)]


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER", "bEaReR"])
def test_the_scheme_of_a_token_is_the_same_in_any_case(scheme: str) -> None:
    assert core_bearer(f"{scheme} abc") == "abc"
    assert _bearer([(b"authorization", f"{scheme} abc".encode())]) == "abc"


@pytest.mark.parametrize("header", ["", "abc", "Token abc", "Bearerabc", " Bearer abc"])
def test_another_scheme_is_refused_by_both(header: str) -> None:
    with pytest.raises(CoreInvalidToken):
        core_bearer(header)
    with pytest.raises(InvalidToken):
        _bearer([(b"authorization", header.encode())])


@pytest.mark.parametrize(
    "host",
    ["localhost", "LOCALHOST:8001", "127.0.0.1", "[::1]:8001", "a.example.org", "localhost."],
)
def test_our_own_host_is_allowed(host: str) -> None:
    assert is_allowed_host(host, ["localhost", "127.0.0.1", "[::1]", ".example.org"])


@pytest.mark.parametrize(
    "host",
    ["evil", "", "localhost.evil", "localhost@evil", "evil/localhost", "localhost:x", ".", "a b"],
)
def test_another_host_is_not(host: str) -> None:
    assert not is_allowed_host(host, ["localhost", "127.0.0.1", ".example.org"])
