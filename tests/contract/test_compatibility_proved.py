"""Every way in which a published schema can change is a break that jsonschema confirms, or none."""

import copy
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest

from scripts.contracts.compatibility import Break, compare
from scripts.contracts.needs import Needs
from scripts.contracts.schemas import schemas
from scripts.contracts.values import FORMAT_CHECKER

Schema = dict[str, Any]

OLD = "old facts do not read in new code"
NULL = {"type": "null"}
BOUNDS = {"minimum", "maximum", "minLength", "maxLength", "maxItems", "minProperties"}
OTHER_TYPE = {"string": "integer", "integer": "number", "number": "string", "array": "string"}


def breaking(node: Schema) -> Iterator[Schema]:
    """The node with one thing changed that decides which documents it allows."""
    for keyword, value in node.items():
        if isinstance(value, int) and keyword in BOUNDS:
            yield from ({**node, keyword: value + step} for step in (1, -1) if value + step >= 0)
        if keyword in {"pattern", "format", "minimum", "maximum", "maxLength", "maxItems"}:
            yield {key: kept for key, kept in node.items() if key != keyword}
    if node.get("type") in OTHER_TYPE and "enum" not in node:
        yield {"type": OTHER_TYPE[node["type"]], "items": {"type": "boolean"}}
    if "enum" in node:
        yield {**node, "enum": [*node["enum"], "another"]}
        yield {**node, "enum": node["enum"][1:]}
    if node.get("type") == "string" and "enum" not in node:
        yield {**node, "pattern": "^[a-z]+~[0-9]$"}
    if NULL in node.get("anyOf", ()):
        yield {key: kept for key, kept in node.items() if key != "anyOf"} | node["anyOf"][0]
    for name in node.get("required", ()):
        yield {**node, "required": [other for other in node["required"] if other != name]}
    if "properties" in node:
        added = {**node["properties"], "added": {"type": "integer"}}
        yield {**node, "properties": added, "required": [*node.get("required", ()), "added"]}
        for name, field in node["properties"].items():
            if "anyOf" not in field:
                nullable = {**node["properties"], name: {"anyOf": [field, NULL]}}
                yield {**node, "properties": nullable}


def harmless(node: Schema) -> Iterator[Schema]:
    yield {**node, "title": "Another", "description": "Other words.", "x-more": 1}
    if "enum" in node:
        yield {**node, "enum": node["enum"][::-1]}
    if "properties" in node:
        yield {**node, "properties": {**node["properties"], "added": {"type": "integer"}}}


def places(node: Any, inside: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where in a document a schema stands that decides something by itself."""
    if isinstance(node, list):
        for number, part in enumerate(node):
            yield from places(part, (*inside, number))
    if isinstance(node, dict):
        if node.keys() & {"type", "anyOf"} and inside[-1:] != ("properties",) and node != NULL:
            yield inside
        for name, part in node.items():
            yield from places(part, (*inside, name))


def put(schema: Schema, place: tuple[Any, ...], node: Schema) -> Schema:
    if not place:
        return node
    changed: Any = copy.deepcopy(schema)
    at = changed
    for step in place[:-1]:
        at = at[step]
    at[place[-1]] = node
    return dict(changed)


def look(schema: Schema, place: tuple[Any, ...]) -> Any:
    at: Any = schema
    for step in place:
        at = at[step]
    return at


def breaks_between(old: Schema, new: Schema) -> list[Break]:
    return list(compare("a.fact.v1", "0001", old, new, Needs()))


def allows(schema: Schema, document: Any) -> bool:
    return jsonschema.Draft202012Validator(schema, format_checker=FORMAT_CHECKER).is_valid(document)


@pytest.mark.slow
@pytest.mark.parametrize("fact", schemas())
def test_every_change_that_decides_something_is_a_break_with_a_true_counter_example(
    fact: str,
) -> None:
    old = schemas()[fact]
    for place in places(old):
        for node in breaking(look(old, place)):
            new = put(old, place, node)
            found = breaks_between(old, new)
            assert found, (place, node)
            for one in found:
                writer, reader = (old, new) if one.direction == OLD else (new, old)
                document = one.difference.document
                assert allows(writer, document), (place, node, one)
                assert not allows(reader, document), (place, node, one)


@pytest.mark.slow
@pytest.mark.parametrize("fact", schemas())
def test_annotations_the_order_of_values_and_optional_fields_are_no_break(fact: str) -> None:
    old = schemas()[fact]
    for place in places(old):
        for node in harmless(look(old, place)):
            assert breaks_between(old, put(old, place, node)) == [], (place, node)
