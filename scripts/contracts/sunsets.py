"""Facts and fields may be removed from the sunset date in the catalogue, and not before."""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from ongoza_contracts.needs import Schema, resolve
from ongoza_contracts.topics import SUNSETS
from scripts.contracts.history import ever_published, history


def too_early(
    contracts: Path, now: Mapping[str, Schema], today: date | None = None
) -> Iterator[str]:
    """Published facts and fields that were removed without a sunset, or before it."""
    for fact in ever_published(contracts):
        if fact not in now:
            yield from _early(fact, fact, today)
            continue
        published = {path for _, old in history(contracts, fact) for path in _paths(old, old)}
        removed = published - set(_paths(now[fact], now[fact]))
        for path in sorted(one for one in removed if one.rpartition(".")[0] not in removed):
            yield from _early(f"{fact} {path}", f"{fact}#{path}", today)


def passed(fact: str, today: date | None = None) -> frozenset[str]:
    """The fields of a fact that may be missing as of today."""
    return frozenset(
        field
        for name, sunset in SUNSETS.items()
        for of, _, field in [name.partition("#")]
        if of == fact and field and sunset.sunset <= _day(today)
    )


def marked(fact: str, schema: Schema) -> Schema:
    """The schema with `deprecated` at the fields that have a sunset."""
    properties: dict[str, Any] = {
        name: {**field, "deprecated": True} if f"{fact}#{name}" in SUNSETS else field
        for name, field in schema["properties"].items()
    }
    return {**schema, "properties": properties}


def _early(what: str, key: str, today: date | None) -> Iterator[str]:
    sunset = SUNSETS.get(key)
    if sunset is None:
        yield f"{what} was removed without a sunset: add one to SUNSETS and keep it until then"
    elif _day(today) < sunset.sunset:
        yield f"{what} was removed before its sunset on {sunset.sunset}"


def _day(today: date | None) -> date:
    return today or datetime.now(UTC).date()


def _paths(node: Schema, root: Schema, inside: str = "") -> Iterator[str]:
    """The path of every field, such as `result.primary`, through lists and nullable values."""
    node = resolve(node, root)
    for option in node.get("anyOf", ()):
        yield from _paths(option, root, inside)
    if isinstance(node.get("items"), Mapping):
        yield from _paths(node["items"], root, inside)
    for name, field in node.get("properties", {}).items():
        yield f"{inside}{name}"
        yield from _paths(field, root, f"{inside}{name}.")
