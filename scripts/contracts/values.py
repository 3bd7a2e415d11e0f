"""Values that a canonical schema allows: a plain one, and one that another schema refuses."""

import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cache
from itertools import chain, combinations
from math import ceil, inf
from typing import Any

import jsonschema
from hypothesis import HealthCheck, Phase, find, settings
from hypothesis import strategies as st
from hypothesis.errors import NoSuchExample

from ongoza_contracts.needs import Schema

FORMATS = {
    "date-time": ("2026-01-06T08:00:00Z", "2026-01-06T08:00:00.123456+02:00"),
    "uuid": ("018f0000-0000-7000-8000-000000000001",),
    "date": ("2026-01-06",),
}
FORMAT_CHECKER = jsonschema.FormatChecker()


@FORMAT_CHECKER.checks("date-time", raises=ValueError)
def _is_date_time(value: object) -> bool:
    """jsonschema checks this format only if another library is installed."""
    if not isinstance(value, str):
        return True
    return "T" in value and datetime.fromisoformat(value).tzinfo is not None


def complaint(schema: Schema, value: Any) -> str | None:
    """Why the schema refuses the value; None if it allows it."""
    validator = jsonschema.Draft202012Validator(schema, format_checker=FORMAT_CHECKER)
    return next((error.message[:200] for error in validator.iter_errors(value)), None)


def plain(node: Schema) -> Any:
    """The simplest value the schema allows, with every field; None if none is found."""
    return next((one for one in candidates(node) if complaint(node, one) is None), None)


def counter_example(writer: Schema, reader: Schema) -> tuple[Any, str] | None:
    """A value that `writer` allows and `reader` refuses, and why; None if none is found."""

    def shows(value: Any) -> bool:
        return complaint(writer, value) is None and complaint(reader, value) is not None

    texts = _texts_by_chance(writer, reader, shows)
    found = next((value for value in chain(candidates(writer, reader), texts) if shows(value)), ...)
    return None if found is ... else (found, complaint(reader, found) or "")


def candidates(node: Schema, other: Schema | None = None) -> Iterator[Any]:
    """Values of the node's type around each bound of either schema, the simplest first."""
    beside = [] if other is None else _options(other)
    for option in _options(node):
        if "enum" in option:
            yield from option["enum"]
        elif option.get("type") in _OF_TYPE:
            yield from _OF_TYPE[option["type"]](option, [option, *beside])


def _options(node: Schema) -> Sequence[Schema]:
    return node.get("anyOf") or [node]


def _around(nodes: Sequence[Schema], *keywords: str) -> Iterator[Any]:
    for bound in (node[keyword] for node in nodes for keyword in keywords if keyword in node):
        yield from (bound, bound + 1, bound - 1)


def _numbers(node: Schema, nodes: Sequence[Schema]) -> Iterator[float]:
    bounds = ("minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum")
    for value in [*_around(nodes, *bounds), 0, 1]:
        yield from (value,) if node["type"] == "integer" else (value, value + 0.5)


def _texts(node: Schema, nodes: Sequence[Schema]) -> Iterator[str]:
    if "format" in node:
        yield from FORMATS.get(node["format"], ())
        return
    lengths = [1, 0, *_around(nodes, "minLength", "maxLength")]
    if "pattern" not in node:
        yield from ("x" * length for length in lengths)
    for shortest in _shortest(node["pattern"]) if "pattern" in node else ():
        yield shortest
        for length in lengths:
            yield from _stretched(shortest, length)


def _texts_by_chance(
    writer: Schema, reader: Schema, wanted: Callable[[str], bool]
) -> Iterator[str]:
    """One of `writer` that is wanted, if `reader` bounds texts in a way that may refuse some."""
    narrower = (
        reader.get("pattern") not in {None, writer.get("pattern")}
        or reader.get("maxLength", inf) < writer.get("maxLength", inf)
        or reader.get("minLength", 0) > writer.get("minLength", 0)
    )
    if writer.get("type") == "string" and narrower:
        yield from _search(writer.get("pattern", "^[!-~]*$"), wanted)


def _stretched(text: str, length: int) -> Iterator[str]:
    """The text made about `length` long, by repeating one part of it: each part in turn."""
    for start, end in combinations(range(len(text) + 1), 2):
        part = text[start:end]
        yield text[:end] + part * ceil((length - len(text)) / len(part)) + text[end:]


def _lists(node: Schema, nodes: Sequence[Schema]) -> Iterator[list[Any]]:
    item = plain(node.get("items", {}))
    yield from ([item] * count for count in [1, 0, *_around(nodes, "minItems", "maxItems")])


def _objects(node: Schema, nodes: Sequence[Schema]) -> Iterator[dict[str, Any]]:
    fields = {name: plain(field) for name, field in node.get("properties", {}).items()}
    inner, naming = node.get("additionalProperties"), node.get("propertyNames", {"enum": ["x"]})
    names = list(candidates(naming)) if isinstance(inner, Mapping) else []
    for count in [len(names), *_around(nodes, "minProperties", "maxProperties"), 0]:
        for start in range(max(len(names), 1)):
            chosen = [*names, *names][start : start + count]
            yield {**fields, **dict.fromkeys(chosen, plain(inner or {}))}


_OF_TYPE: Mapping[str, Callable[[Schema, Sequence[Schema]], Iterator[Any]]] = {
    "object": _objects,
    "array": _lists,
    "integer": _numbers,
    "number": _numbers,
    "string": _texts,
    "boolean": lambda node, nodes: iter((True, False)),
    "null": lambda node, nodes: iter((None,)),
}


@cache
def _shortest(pattern: str) -> tuple[str, ...]:
    return _search(pattern, lambda text: True)


def _search(pattern: str, wanted: Callable[[str], bool]) -> tuple[str, ...]:
    """The simplest text of a pattern that is wanted, if hypothesis finds one; deterministic."""
    quiet = settings(
        max_examples=300,
        phases=[Phase.generate, Phase.shrink],
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    texts = st.from_regex(pattern, fullmatch=True).filter(lambda text: not text.endswith("\n"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return (find(texts, wanted, settings=quiet),)
        except NoSuchExample:
            return ()
