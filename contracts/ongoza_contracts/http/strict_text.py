"""Texts from strangers that have one spelling here: both services read them with these functions.

What frameworks convert for convenience is refused: `+1`, `1.0`, `01` to 1, 1700000000 to a time.
"""

import re
import unicodedata
from typing import Annotated

from pydantic import AwareDatetime, BeforeValidator, Field
from pydantic_core import PydanticCustomError

from ongoza_contracts.vocabulary import ID_MAX

_WHOLE_NUMBER = re.compile(r"0|[1-9][0-9]{0,18}")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIMESTAMP = re.compile(
    rf"{_DATE.pattern}[Tt ][0-9]{{2}}:[0-9]{{2}}(:[0-9]{{2}}(\.[0-9]{{1,9}})?)?"
    r"([Zz]|[+-][0-9]{2}:[0-9]{2})?"
)
_JSON = re.compile(r'application/json\s*(;\s*charset\s*=\s*"?utf-8"?\s*)?', re.IGNORECASE)
_NEEDS_ESCAPING = re.compile(r"""[^ -~]|["\\<>&]""")
_NOT_ON_A_LINE = {"Cc", "Zl", "Zp"}  # control characters, line and paragraph separators
_REORDERING = {*"\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"}


def is_whole_number(text: str) -> bool:
    return _WHOLE_NUMBER.fullmatch(text) is not None


def is_date(text: str) -> bool:
    """Like 2030-01-31; not whether there is such a day."""
    return _DATE.fullmatch(text) is not None


def is_timestamp(text: str) -> bool:
    """Like 2030-01-31T12:00:00Z (RFC 3339; the offset may be missing, seconds too)."""
    return _TIMESTAMP.fullmatch(text) is not None


def is_line(text: str) -> bool:
    """Whether a text has no line breaks, no control characters and none that reorder others."""
    return (text.isascii() and text.isprintable()) or not any(map(_breaks_a_line, text))


def is_prose(text: str) -> bool:
    """Like a line, but with line breaks and tabs."""
    return is_line(text.translate({ord(character): " " for character in "\r\n\t"}))


def is_json_type(content_type: str) -> bool:
    """Whether a Content-Type says JSON in UTF-8; a wildcard says nothing."""
    return _JSON.fullmatch(content_type.strip()) is not None


def _breaks_a_line(character: str) -> bool:
    return character in _REORDERING or unicodedata.category(character) in _NOT_ON_A_LINE


def quoted(text: str, most: int = 40) -> str:
    """A stranger's text for a message: short, in quotes, without characters that need escaping."""
    plain = _NEEDS_ESCAPING.sub("?", text[:most])
    return f'"{plain}..."' if len(text) > most else f'"{plain}"'


# --- for pydantic models -----------------------------------------------------------------------
def _whole_number(value: object) -> object:
    if isinstance(value, str) and not is_whole_number(value):
        raise PydanticCustomError("int_parsing", "Write a whole number with its digits alone.")
    return value


def _timestamp(value: object) -> object:
    if not isinstance(value, str) or not is_timestamp(value):
        raise PydanticCustomError("datetime_parsing", "Write a time like 2030-01-31T12:00:00Z.")
    return value


def _line(value: object) -> object:
    if isinstance(value, str) and not is_line(value):
        raise PydanticCustomError("bad_text", "Write one line without control characters.")
    return value


WholeNumber = Annotated[int, BeforeValidator(_whole_number)]
"""A number in the query or the path."""
QueryUserId = Annotated[WholeNumber, Field(ge=1, le=ID_MAX)]
Timestamp = Annotated[AwareDatetime, Field(strict=False), BeforeValidator(_timestamp)]
Line = Annotated[str, BeforeValidator(_line)]
