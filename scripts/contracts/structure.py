"""A JSON Schema reduced to what decides which documents it allows."""

from collections.abc import Mapping
from typing import Any

from ongoza_contracts.needs import Schema, resolve

# `default` is not among them: it decides what a missing field is read as.
ANNOTATIONS = {"title", "description", "examples", "deprecated", "$comment", "$schema", "$id"}


def canonical(schema: Schema) -> dict[str, Any]:
    """The schema without `$defs` and annotations; two with one meaning and one form are equal."""
    return _canonical(schema, schema)


def _canonical(node: Schema, root: Schema) -> dict[str, Any]:
    kept = {
        key: _part(key, value, root)
        for key, value in resolve(node, root).items()
        if key not in {*ANNOTATIONS, "$defs"} and not key.startswith("x-")
    }
    if "const" in kept:
        kept["enum"] = [kept.pop("const")]
    return kept


def _part(key: str, value: Any, root: Schema) -> Any:
    if key in {"const", "default"}:
        return value
    if key in {"enum", "required"}:
        return sorted(value, key=repr)
    if key == "properties":
        return {name: _canonical(field, root) for name, field in value.items()}
    if isinstance(value, Mapping):
        return _canonical(value, root)
    if isinstance(value, list):
        return [_canonical(one, root) if isinstance(one, Mapping) else one for one in value]
    return value
