"""Compares the published schemas with every earlier version, in both directions.

A producer writes the fields of its schema and no other; a consumer ignores fields it does not know.
Facts stay on the topics for ever and consumers deploy when they like, so each version of a schema
writes for each other one: any bound that moves breaks one direction. Therefore a field stays equal
but for its annotations, a new field is optional, and a required field stays until its sunset.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from ongoza_contracts.needs import Schema
from scripts.contracts import sunsets
from scripts.contracts.history import history
from scripts.contracts.needs import Needs
from scripts.contracts.structure import canonical
from scripts.contracts.values import counter_example, plain

Embed = Callable[[Any], Any]
"""Puts a value in its place in a whole document."""


@dataclass(frozen=True, slots=True)
class Difference:
    path: str
    """The field, `result.scores`; empty for the document as a whole."""
    value: str
    document: Any
    """A document that the writer may write and the reader refuses; None if none was found."""
    complaint: str


@dataclass(frozen=True, slots=True)
class Break:
    fact: str
    earlier: str
    """The number of the earlier version."""
    direction: str
    difference: Difference
    teams: tuple[str, ...]

    def __str__(self) -> str:
        found = self.difference
        hurt = f"\n  hurts: {', '.join(self.teams)}" if self.teams else ""
        where = f"{found.path or 'the document'} ({found.value})"
        return (
            f"{self.fact}: {self.direction} with version {self.earlier} at {where}\n"
            f"  counter-example: {json.dumps(_shortened(found.document))}\n"
            f"  {found.complaint}{hurt}\n"
            f"  publish a new type (.v2) beside it instead"
        )


def breaks(
    contracts: Path, now: Mapping[str, Schema], needs: Needs, today: date | None = None
) -> Iterator[Break]:
    """Compares with every version ever published, not with the last one alone."""
    for fact, schema in now.items():
        for earlier, old in history(contracts, fact):
            yield from compare(fact, earlier, old, schema, needs, sunsets.passed(fact, today))


def compare(
    fact: str,
    earlier: str,
    old: Schema,
    new: Schema,
    needs: Needs,
    sunset: frozenset[str] = frozenset(),
) -> Iterator[Break]:
    """`sunset` are fields whose sunset has passed: a missing one is no break."""
    before, after = canonical(old), canonical(new)
    found = [
        Break(fact, earlier, direction, one, needs.of_field(fact, one.path))
        for direction, writer, reader in (
            ("old facts do not read in new code", before, after),
            ("new facts do not read in old code", after, before),
        )
        for one in _differences(writer, reader, "", sunset, lambda document: document)
    ]
    shown = {one.difference.path for one in found if one.difference.document is not None}
    for one in found:
        if one.difference.document is not None or one.difference.path not in shown:
            yield one


def _differences(
    writer: Schema, reader: Schema, path: str, sunset: frozenset[str], embed: Embed
) -> Iterator[Difference]:
    if writer == reader:
        return
    (written_null, writer), (read_null, reader) = _without_null(writer), _without_null(reader)
    if written_null and not read_null:
        yield Difference(path, "null", embed(None), "null is not allowed")
    elif _shell(writer) != _shell(reader):
        yield _difference(writer, reader, path, embed)
    else:
        yield from _inside(writer, reader, path, sunset, embed)


def _inside(
    writer: Schema, reader: Schema, path: str, sunset: frozenset[str], embed: Embed
) -> Iterator[Difference]:
    if "properties" in writer:
        yield from _fields(writer, reader, path, sunset, embed)
    for child, wrap in (("items", _in_list), ("additionalProperties", _in_map)):
        if isinstance(writer.get(child), Mapping):
            inside = wrap(writer, embed)
            yield from _differences(writer[child], reader[child], path, sunset, inside)


def _without_null(node: Schema) -> tuple[bool, Schema]:
    """Whether null is allowed, and the schema of all other values."""
    options = node.get("anyOf", [])
    rest = [option for option in options if option != {"type": "null"}]
    if len(rest) != 1:
        return len(rest) < len(options), node
    beside = {key: value for key, value in node.items() if key != "anyOf"}
    return len(rest) < len(options), {**rest[0], **beside}


def _shell(node: Schema) -> Schema:
    """The part that has to be equal: all but the schemas inside, which are compared in turn."""
    inner = ("properties", "items", "additionalProperties")
    return {
        key: "compared" if key in inner and isinstance(value, Mapping) else value
        for key, value in node.items()
        if key != "required" or "properties" not in node
    }


def _difference(writer: Schema, reader: Schema, path: str, embed: Embed) -> Difference:
    found = counter_example(writer, reader)
    if found is None:
        keywords = [
            key for key in writer.keys() | reader.keys() if writer.get(key) != reader.get(key)
        ]
        why = f"{', '.join(sorted(keywords))} changed, and has to stay as published"
        return Difference(path, "no counter-example found", None, why)
    value, why = found
    return Difference(path, f"value {_shortened(value)!r}", embed(value), why)


def _fields(
    writer: Schema, reader: Schema, path: str, sunset: frozenset[str], embed: Embed
) -> Iterator[Difference]:
    document, written = plain(writer), writer["properties"]
    for name in sorted({*reader.get("required", ())} - {*writer.get("required", ())}):
        field = f"{path}.{name}".lstrip(".")
        if field not in sunset:
            without = {key: value for key, value in document.items() if key != name}
            where = field if name in written else path
            why = f"{name!r} is a required property"
            yield Difference(where, f"without {name}", embed(without), why)
    for name, node in reader["properties"].items():
        if name in written:
            field = f"{path}.{name}".lstrip(".")
            inside = _in_field(document, name, embed)
            yield from _differences(written[name], node, field, sunset, inside)


def _in_field(document: Mapping[str, Any], name: str, embed: Embed) -> Embed:
    return lambda value: embed({**document, name: value})


def _in_list(node: Schema, embed: Embed) -> Embed:
    return lambda value: embed([value] * max(1, node.get("minItems", 1)))


def _in_map(node: Schema, embed: Embed) -> Embed:
    document = plain(node)
    return lambda value: embed({**document, next(iter(document), "x"): value})


def _shortened(document: Any) -> Any:
    if isinstance(document, str) and len(document) > 60:
        return f"{document[:20]}... ({len(document)} characters)"
    if isinstance(document, list) and len(document) > 5:
        return [*map(_shortened, document[:2]), f"... ({len(document)} items)"]
    if isinstance(document, dict):
        return {name: _shortened(value) for name, value in document.items()}
    return document
