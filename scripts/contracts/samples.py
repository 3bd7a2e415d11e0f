"""Documents at the edges of a JSON Schema: enough of them to tell it from another one.

For the schemas that pydantic writes of facts, where every field stands for itself: a reader takes
all that a writer writes exactly when it takes a plain document with each single field at each of
its edges. A bound of either schema is an edge, and there is a value on each side of it; so edges
are looked for in both. Of a pattern or format a text can only be one example: see `Text`.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from math import ceil, floor, inf
from typing import Any, TypeAlias

from scripts.contracts.texts import Text, text_of, text_outside

Schema: TypeAlias = Mapping[str, Any]

FORMATS = {
    "date-time": ("2026-01-06T08:00:00Z", "2026-01-06T08:00:00.123456+02:00"),
    "uuid": ("018f0000-0000-7000-8000-000000000001",),
    "date": ("2026-01-06",),
}
KNOWN = {
    *("type", "properties", "required", "enum", "const", "anyOf", "items", "$ref", "$defs"),
    *("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "minLength", "maxLength"),
    *("pattern", "format", "minItems", "maxItems", "additionalProperties", "propertyNames"),
    *("minProperties", "maxProperties", "title", "description", "default", "$schema", "$id"),
    *("x-public-text", "examples", "deprecated"),
}


class NotUnderstood(ValueError):
    """A keyword that facts do not use so far: teach it here before it is published."""


@dataclass(frozen=True, slots=True)
class Sample:
    path: str
    """The field that is at an edge, `result.scores`; empty for the plain document."""
    edge: str
    document: Any


def samples(writer: Schema, reader: Schema | None = None) -> Iterator[Sample]:
    """What `writer` allows, at its edges and the reader's; the plain document first.

    Raises NotUnderstood.
    """
    facing = () if reader is None else _options(reader, reader)
    place = _Place(resolve(writer, writer), writer, facing, reader or {})
    return (Sample(path, edge, value) for path, edge, value in _edges(place))


def resolve(node: Schema, root: Schema) -> Schema:
    """What a `$ref` within the document stands for, with what is said beside it."""
    while "$ref" in node:
        named = root["$defs"][node["$ref"].removeprefix("#/$defs/")]
        node = {**named, **{key: value for key, value in node.items() if key != "$ref"}}
    return node


@dataclass(frozen=True, slots=True)
class _Place:
    """A node of the writer's, and what the reader has at the same place."""

    node: Schema
    root: Schema
    facing: tuple[Schema, ...]
    """Its alternatives, where it has some; none where it does not look."""
    facing_root: Schema

    def into(self, node: Schema, step: Callable[[Schema], Any]) -> "_Place":
        found = [step(one) for one in self.facing]
        facing = tuple(
            option
            for one in found
            if isinstance(one, Mapping)
            for option in _options(one, self.facing_root)
        )
        return _Place(resolve(node, self.root), self.root, facing, self.facing_root)

    def bounds(self, *names: str) -> list[float]:
        """Of both sides."""
        nodes = (self.node, *self.facing)
        return [one[name] for one in nodes for name in names if name in one]


def _options(node: Schema, root: Schema) -> tuple[Schema, ...]:
    node = resolve(node, root)
    options = tuple(o for inner in node.get("anyOf", ()) for o in _options(inner, root))
    if sum(one.get("type") in {"object", "array"} for one in options) > 1:
        raise NotUnderstood(f"several objects to choose from in {node.get('title', 'a schema')}")
    return options or (node,)


_Edge: TypeAlias = tuple[str, str, Any]
_Region: TypeAlias = tuple[int, int | None]


def _edges(place: _Place) -> Iterator[_Edge]:
    node = place.node
    if unknown := node.keys() - KNOWN:
        raise NotUnderstood(f"{', '.join(sorted(unknown))} in {node.get('title', 'a schema')}")
    if "anyOf" in node:
        for option in node["anyOf"]:
            yield from _edges(place.into(option, lambda one: one))
    elif "const" in node:
        yield "", "its only value", node["const"]
    elif "enum" in node:
        yield from (("", f"value {value!r}", value) for value in node["enum"])
    elif isinstance(node.get("type"), str):
        yield from _TYPES[node["type"]](place)
    else:
        raise NotUnderstood(f"no single type in {node.get('title', 'a schema')}")


def _plain(place: _Place) -> Any:
    for _, _, value in _edges(place):
        return value
    raise NotUnderstood(f"nothing fits {place.node.get('title', 'a schema')}")


def _object(place: _Place) -> Iterator[_Edge]:
    node = place.node
    if "properties" not in node:
        yield from _map(place)
        return
    if isinstance(node.get("additionalProperties"), Mapping):
        raise NotUnderstood(f"fields and a map in one in {node.get('title', 'a schema')}")
    required = set(node.get("required", ()))
    fields = {
        name: place.into(field, partial(_within, name))
        for name, field in node["properties"].items()
    }
    plain = {name: _plain(field) for name, field in fields.items()}
    yield "", "plain", plain
    for name, field in fields.items():
        if name not in required:
            yield name, "absent", {key: value for key, value in plain.items() if key != name}
        for path, edge, value in _edges(field):
            yield f"{name}.{path}".rstrip("."), edge, {**plain, name: value}


def _within(name: str, node: Schema) -> Any:
    return node.get("properties", {}).get(name) or node.get("additionalProperties")


def _map(place: _Place) -> Iterator[_Edge]:
    inner = place.node.get("additionalProperties")
    if not isinstance(inner, Mapping):
        raise NotUnderstood(f"an open object in {place.node.get('title', 'a schema')}")
    naming = place.into(
        place.node.get("propertyNames", {"type": "string"}), lambda one: one.get("propertyNames")
    )
    names = [name for _, _, name in _edges(naming)]
    if "enum" not in naming.node and place.bounds("minProperties", "maxProperties"):
        raise NotUnderstood("a bound on how many entries a map of any names has")
    values = place.into(inner, lambda one: one.get("additionalProperties"))
    plain = _plain(values)
    counts = [low for low, _ in _regions(place, "Properties") if low <= len(names)]
    yield from (("", f"{count} entries", dict.fromkeys(names[:count], plain)) for count in counts)
    if place.node.get("maxProperties") == 0:
        return
    for name in names:
        others = [other for other in names if other != name][: max(counts[0], 1) - 1]
        for path, edge, value in _edges(values):
            yield path, edge, {**dict.fromkeys(others, plain), name: value}


def _array(place: _Place) -> Iterator[_Edge]:
    if "items" not in place.node:
        raise NotUnderstood(f"a list of anything in {place.node.get('title', 'a schema')}")
    items = place.into(place.node["items"], lambda one: one.get("items"))
    counts = [low for low, _ in _regions(place, "Items")]
    plain = _plain(items)
    yield from (("", f"{count} items", [plain] * count) for count in counts)
    if place.node.get("maxItems") != 0:
        for path, edge, value in _edges(items):
            yield path, edge, [value] * max(counts[0], 1)


def _regions(place: _Place, what: str) -> list[_Region]:
    """The counts this node allows, cut where either side's bounds lie."""
    lows = {0, 1, *map(int, place.bounds(f"min{what}"))}
    lows |= {int(most) + 1 for most in place.bounds(f"max{what}")}
    cuts = sorted(lows)
    ends = [cut - 1 for cut in cuts[1:]]
    least, most = place.node.get(f"min{what}", 0), place.node.get(f"max{what}", inf)
    pairs = zip(cuts, [*ends, None], strict=True)
    return [(low, high) for low, high in pairs if least <= low <= most]


def _integer(place: _Place) -> Iterator[_Edge]:
    starts = {ceil(least) for least in place.bounds("minimum")}
    starts |= {floor(least) + 1 for least in place.bounds("exclusiveMinimum")}
    starts |= {floor(most) + 1 for most in place.bounds("maximum")}
    starts |= {ceil(most) for most in place.bounds("exclusiveMaximum")}
    lowest = min(starts, default=1) - 1
    yield from (
        ("", f"{value}", value) for value in sorted({lowest, *starts}) if _holds(place.node, value)
    )


def _number(place: _Place) -> Iterator[_Edge]:
    names = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")
    bounds = sorted(set(place.bounds(*names))) or [0]
    around = [bounds[0] - 1, *bounds, bounds[-1] + 1]
    between = [_fraction(low, high) for low, high in pairwise(around)]
    yield from (
        ("", f"{value}", value)
        for value in sorted({*bounds, *between})
        if _holds(place.node, value)
    )


def _fraction(low: float, high: float) -> float:
    """Between them, and not a whole number: those a reader of integers takes too."""
    found = (low + (high - low) / part for part in (2, 3, 5, 7))
    return next((value for value in found if value != floor(value)), (low + high) / 2)


def _holds(node: Schema, value: float) -> bool:
    least: float = node.get("minimum", -inf)
    most: float = node.get("maximum", inf)
    above: float = node.get("exclusiveMinimum", -inf)
    below: float = node.get("exclusiveMaximum", inf)
    return least <= value <= most and above < value < below


def _string(place: _Place) -> Iterator[_Edge]:
    node = place.node
    pattern, form = node.get("pattern"), node.get("format")
    sized = bool(place.bounds("minLength", "maxLength"))
    if form is not None:
        if form not in FORMATS or pattern is not None or sized:
            raise NotUnderstood(f"format {form}, or a bound beside it")
        yield from (("", f"a {form}", Text(text, form=form)) for text in FORMATS[form])
        return
    if pattern is not None and not (pattern.startswith("^") and pattern.endswith("$")):
        raise NotUnderstood(f"a pattern that is not of the whole text: {pattern}")
    for low, high in _regions(place, "Length") if sized or pattern is None else [(0, None)]:
        text = "x" * low if pattern is None else text_of(pattern, low, high)
        if text is not None:
            yield "", f"{len(text)} characters", Text(text, pattern=pattern)
    others = sorted({_words(one) for one in place.facing} - {None, pattern}, key=str)
    if others:
        other = text_outside(pattern or "^[!-~]+$", "|".join(f"(?:{one})" for one in others))
        if other is not None and fits_in(node, other):
            yield "", "a text the reader does not list", Text(other, pattern=pattern)


def _words(node: Schema) -> str | None:
    """As a pattern, what limits a text."""
    values = [node["const"]] if "const" in node else node.get("enum")
    if values:
        return f"^(?:{'|'.join(re.escape(str(value)) for value in values)})$"
    pattern: str | None = node.get("pattern")
    return pattern


def fits_in(node: Schema, text: str) -> bool:
    """By its length."""
    least: int = node.get("minLength", 0)
    most: int = node.get("maxLength", len(text))
    return least <= len(text) <= most


def _boolean(place: _Place) -> Iterator[_Edge]:
    yield from (("", f"{value}", value) for value in (True, False))


def _null(place: _Place) -> Iterator[_Edge]:
    yield "", "null", None


_TYPES = {
    "object": _object,
    "array": _array,
    "integer": _integer,
    "number": _number,
    "string": _string,
    "boolean": _boolean,
    "null": _null,
}
