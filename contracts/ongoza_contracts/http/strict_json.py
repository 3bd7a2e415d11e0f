"""JSON from strangers: refuses what the standard parser lets through and databases choke on later.

Both services read every request body with `parse_json`: the same bad body gets the same 400.
"""

import json
import math
import re
from typing import Any, NoReturn

MAX_DEPTH = 32
MAX_INT_DIGITS = 19

# Possessive, with the closing quote optional: linear time on any input, unterminated strings too.
_STRING = re.compile(r'"(?:[^"\\]++|\\.)*+"?', re.DOTALL)


class InvalidJson(ValueError):
    """A body that is not the JSON we accept: a stable `code` and a sentence for the client."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code


def parse_json(body: bytes) -> Any:
    """The document in `body`.

    Raises InvalidJson with code malformed_json, too_deep, not_finite, out_of_range, bad_text or
    duplicate_key.
    """
    try:
        text = body.decode()
    except UnicodeDecodeError:
        raise InvalidJson("malformed_json", "The body is not UTF-8.") from None
    _refuse_deep(text)
    try:
        document = json.loads(
            text,
            parse_int=_integer,
            parse_float=_number,
            parse_constant=_refuse_constant,
            object_pairs_hook=_object,
        )
    except json.JSONDecodeError as error:
        raise InvalidJson(
            "malformed_json",
            f"The body is not JSON: {error.msg} at line {error.lineno}, column {error.colno}.",
        ) from None
    if "\\u" in text:  # only an escape can bring in what UTF-8 cannot hold
        _refuse_bad_text(document)
    return document


def _refuse_deep(text: str) -> None:
    if text.count("[") + text.count("{") <= MAX_DEPTH:
        return
    depth = 0
    for character in _STRING.sub("", text):
        if character in "[{":
            depth += 1
            if depth > MAX_DEPTH:
                raise InvalidJson("too_deep", f"The body is nested deeper than {MAX_DEPTH} levels.")
        elif character in "]}":
            depth -= 1


def _integer(literal: str) -> int:
    if len(literal.lstrip("-")) > MAX_INT_DIGITS:
        raise InvalidJson("out_of_range", f"An integer has more than {MAX_INT_DIGITS} digits.")
    number = int(literal)
    if not -(2**63) <= number < 2**63:
        raise InvalidJson("out_of_range", "An integer does not fit 64 bits.")
    return number


def _number(literal: str) -> float:
    number = float(literal)
    if not math.isfinite(number):
        raise InvalidJson("not_finite", "A number is too large.")
    return number


def _refuse_constant(literal: str) -> NoReturn:
    raise InvalidJson("not_finite", f"{literal} is not a JSON number.")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    document = dict(pairs)
    if len(document) != len(pairs):
        raise InvalidJson("duplicate_key", "An object has the same key twice.")
    return document


def _refuse_bad_text(node: Any) -> None:
    if isinstance(node, str):
        if "\x00" in node or any("\ud800" <= character <= "\udfff" for character in node):
            raise InvalidJson("bad_text", "A text has a NUL or a lone surrogate.")
    elif isinstance(node, list):
        for item in node:
            _refuse_bad_text(item)
    elif isinstance(node, dict):
        for key, item in node.items():
            _refuse_bad_text(key)
            _refuse_bad_text(item)
