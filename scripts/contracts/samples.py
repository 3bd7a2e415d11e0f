"""Documents at the edges of a JSON Schema: enough of them to tell two schemas apart.

For the schemas that pydantic writes of facts: every field stands for itself, so a schema allows
everything another one allows exactly when it allows a plain document of that one with each
single field at each of its edges. What a pattern allows is only compared as text.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Schema = Mapping[str, Any]

BIG = 10**15
LONG = 10_000
FORMATS = {
    "date-time": ("2026-01-06T08:00:00Z", "2026-01-06T08:00:00.123456+02:00"),
    "uuid": ("018f0000-0000-7000-8000-000000000001",),
    "date": ("2026-01-06",),
}


class NotUnderstood(ValueError):
    """A keyword that facts do not use so far: teach it here before it is published."""


@dataclass(frozen=True, slots=True)
class Sample:
    path: str
    """The field that is at an edge, `result.scores`; empty for the plain document."""
    edge: str
    document: Any


KNOWN = {
    *("type", "properties", "required", "enum", "const", "anyOf", "items", "$ref", "$defs"),
    *("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "minLength", "maxLength"),
    *("pattern", "format", "minItems", "maxItems", "additionalProperties", "propertyNames"),
    *("minProperties", "maxProperties", "title", "description", "default", "$schema", "$id"),
    *("x-public-text", "examples", "uniqueItems"),
}


def samples(schema: Schema) -> Iterator[Sample]:
    """The plain document first. Raises NotUnderstood."""
    return (Sample(path, edge, value) for path, edge, value in _edges(schema, schema))


def resolve(node: Schema, root: Schema) -> Schema:
    """What a `$ref` within the document stands for."""
    while "$ref" in node:
        name = node["$ref"].removeprefix("#/$defs/")
        node = root["$defs"][name]
    return node


Edge = tuple[str, str, Any]


def _edges(node: Schema, root: Schema) -> Iterator[Edge]:
    node = resolve(node, root)
    if unknown := node.keys() - KNOWN:
        raise NotUnderstood(f"{', '.join(sorted(unknown))} in {node.get('title', 'a schema')}")
    if "anyOf" in node:
        for option in node["anyOf"]:
            yield from _edges(option, root)
    elif "const" in node:
        yield "", "its only value", node["const"]
    elif "enum" in node:
        yield from (("", f"value {value!r}", value) for value in node["enum"])
    else:
        yield from _TYPES[node["type"]](node, root)


def _plain(node: Schema, root: Schema) -> Any:
    return next(_edges(node, root))[2]


def _object(node: Schema, root: Schema) -> Iterator[Edge]:
    if "properties" not in node:
        yield from _map(node, root)
        return
    required = set(node.get("required", ()))
    plain = {name: _plain(field, root) for name, field in node["properties"].items()}
    yield "", "plain", plain
    for name, field in node["properties"].items():
        if name not in required:
            yield name, "absent", {key: value for key, value in plain.items() if key != name}
        for path, edge, value in _edges(field, root):
            yield f"{name}.{path}".rstrip("."), edge, {**plain, name: value}


def _map(node: Schema, root: Schema) -> Iterator[Edge]:
    names = [edge[2] for edge in _edges(node.get("propertyNames", {"type": "string"}), root)]
    least = node.get("minProperties", 0)
    inner = node.get("additionalProperties", {"type": "integer"})
    plain = {name: _plain(inner, root) for name in names[: max(least, 1)]}
    yield "", "plain", plain
    if least == 0:
        yield "", "empty", {}
    for name in names[: node.get("maxProperties", len(names))]:
        for path, edge, value in _edges(inner, root):
            yield path, edge, {**plain, name: value}


def _array(node: Schema, root: Schema) -> Iterator[Edge]:
    least, most = node.get("minItems", 0), node.get("maxItems")
    items = list(_edges(node["items"], root))
    plain = items[0][2]
    yield "", "shortest", [plain] * least
    yield "", "longest", [plain] * (LONG // 10 if most is None else most)
    for path, edge, value in items:
        yield path, edge, [value] * max(least, 1)


def _number(node: Schema, root: Schema) -> Iterator[Edge]:
    step = 1 if node["type"] == "integer" else 0.25
    least = node.get("minimum", node.get("exclusiveMinimum", -BIG))
    most = node.get("maximum", node.get("exclusiveMaximum", BIG))
    yield "", "smallest", least + (step if "exclusiveMinimum" in node else 0)
    yield "", "largest", most - (step if "exclusiveMaximum" in node else 0)
    if node["type"] == "number":
        yield "", "a fraction", (least + most) / 2 + 0.125 if most > least else least


def _string(node: Schema, root: Schema) -> Iterator[Edge]:
    if node.get("format") in FORMATS:
        yield from (("", "as its format says", value) for value in FORMATS[node["format"]])
    elif "pattern" in node:
        yield "", f"pattern {node['pattern']}", Patterned(node["pattern"])
    else:
        least = node.get("minLength", 0)
        yield "", "shortest", "x" * least
        yield "", "longest", "x" * node.get("maxLength", LONG)


def _other(node: Schema, root: Schema) -> Iterator[Edge]:
    values = {"boolean": (True, False), "null": (None,)}[node["type"]]
    yield from (("", f"{value}", value) for value in values)


_TYPES = {
    "object": _object,
    "array": _array,
    "integer": _number,
    "number": _number,
    "string": _string,
    "boolean": _other,
    "null": _other,
}


class Patterned(str):
    """Stands for any text a pattern allows; shown as the shortest we could think of."""

    pattern: str

    def __new__(cls, pattern: str) -> "Patterned":
        text = super().__new__(cls, _example(pattern))
        text.pattern = pattern
        return text


def _example(pattern: str) -> str:
    """By the library that makes tests' examples; deterministic."""
    import warnings

    from hypothesis import HealthCheck, Phase, find, settings
    from hypothesis import strategies as st

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found: str = find(
            st.from_regex(pattern, fullmatch=True).filter(lambda text: not text.endswith("\n")),
            lambda _: True,
            settings=settings(
                phases=[Phase.generate, Phase.shrink],
                database=None,
                derandomize=True,
                suppress_health_check=list(HealthCheck),
            ),
        )
    return found
