"""The fields of a published schema, as people read them."""

from collections.abc import Iterator
from dataclasses import dataclass

from ongoza_contracts.needs import Schema, resolve


@dataclass(frozen=True, slots=True)
class Field:
    path: str
    """`status`, or `items.place` within a part or a list of parts."""
    kind: str
    unit: str
    """What a number counts or is measured in; empty for ids, positions and texts."""
    required: bool
    meaning: str
    is_number: bool
    """Whether its values, or a list's or mapping's, are numbers."""


def fields(schema: Schema) -> Iterator[Field]:
    """Every field with those of its parts after it."""
    yield from _fields(schema, schema, "")


def _fields(node: Schema, root: Schema, inside: str) -> Iterator[Field]:
    required = set(node.get("required", ()))
    for name, field in node.get("properties", {}).items():
        text = field.get("description") or ""
        values = [*_values(field, root)]
        yield Field(
            path=f"{inside}{name}",
            kind=_kind(field, root),
            unit=next((str(one["x-unit"]) for one in values if "x-unit" in one), ""),
            required=name in required,
            meaning=" ".join(text.split()),
            is_number=any(one.get("type") in {"integer", "number"} for one in values),
        )
        for part in values:
            yield from _fields(part, root, f"{inside}{name}.")


def _values(field: Schema, root: Schema) -> Iterator[Schema]:
    """The schemas a value may have: of each alternative, of a list's items, of a mapping."""
    node = resolve(field, root)
    yield node
    for option in node.get("anyOf", ()):
        yield from _values(option, root)
    for part in ("items", "additionalProperties"):
        if isinstance(node.get(part), dict):
            yield from _values(node[part], root)


def _kind(field: Schema, root: Schema) -> str:
    node = resolve(field, root)
    if "anyOf" in node:
        return " or ".join(_kind(option, root) for option in node["anyOf"])
    if "const" in node:
        return f"always {node['const']}"
    if "enum" in node:
        return "one of " + ", ".join(map(str, node["enum"]))
    if node.get("type") == "array":
        return f"list of {_kind(node['items'], root)}{_length(node, 'Items')}"
    if isinstance(node.get("additionalProperties"), dict):
        return f"object of {_kind(node['additionalProperties'], root)}"
    if "format" in node:
        return str(node["format"])
    return f"{node.get('type', '')}{_range(node)}{_length(node, 'Length')}"


def _range(node: Schema) -> str:
    low, high = node.get("minimum"), node.get("maximum")
    return f" {low}..{high}" if low is not None and high is not None else ""


def _length(node: Schema, what: str) -> str:
    most = node.get(f"max{what}")
    return f", at most {most}" if most is not None else ""
