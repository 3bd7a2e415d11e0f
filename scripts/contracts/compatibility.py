"""Whether what was ever published still fits what is published now, in both directions.

A producer is closed: it writes the fields of its schema and no other. A consumer is open: it passes
over what it does not know. So for every earlier version of a schema two things have to hold:

- backward: what an old producer could have written, a new consumer reads (topics keep it for ever);
- forward: what a new producer may write, an old consumer reads (it is updated later than we are).
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import jsonschema

from scripts.contracts import sunsets
from scripts.contracts.history import history
from scripts.contracts.needs import Needs
from scripts.contracts.samples import Sample, Schema, fits_in, resolve, samples
from scripts.contracts.texts import Text


@dataclass(frozen=True, slots=True)
class Break:
    fact: str
    earlier: str
    """Which earlier version."""
    direction: str
    path: str
    """The field, `result.scores`; empty for the document as a whole."""
    sample: Sample
    complaint: str
    teams: tuple[str, ...]

    def __str__(self) -> str:
        hurt = f"\n  hurts: {', '.join(self.teams)}" if self.teams else ""
        shown = json.dumps(_shortened(self.sample.document))
        where = f"{self.path or 'the document'} ({self.sample.edge})"
        return (
            f"{self.fact}: {self.direction} with version {self.earlier} at {where}\n"
            f"  counter-example: {shown}\n  {self.complaint}{hurt}\n"
            f"  publish a new type (.v2) beside it instead"
        )


def breaks(
    contracts: Path, now: Mapping[str, Schema], needs: Needs, today: date | None = None
) -> Iterator[Break]:
    """Against every version ever published, not the last one alone. Raises NotUnderstood."""
    for fact, schema in now.items():
        for earlier, old in history(contracts, fact):
            yield from compare(fact, earlier, old, schema, needs, sunsets.gone(fact, today))


def compare(
    fact: str,
    earlier: str,
    old: Schema,
    new: Schema,
    needs: Needs,
    gone: frozenset[str] = frozenset(),
) -> Iterator[Break]:
    """`gone` are fields whose sunset has passed: that they are missing is no break."""
    for direction, writer, reader in (
        ("old facts do not read in new code", old, new),
        ("new facts do not read in old code", new, old),
    ):
        told: set[str] = set()
        documents = list(samples(writer, reader))
        # What a text does by chance is told of only where no document shows the break itself.
        for refusals in (refused, refused_by_chance):
            for sample in documents:
                for reason, path, complaint in refusals(sample, reader, gone):
                    if reason not in told:
                        teams = needs.of_field(fact, path)
                        yield Break(fact, earlier, direction, path, sample, complaint, teams)
                    told.add(reason)


FORMATS = jsonschema.FormatChecker()


@FORMATS.checks("date-time", raises=ValueError)
def _is_date_time(value: object) -> bool:
    """The library checks it only with another one installed."""
    if not isinstance(value, str):
        return True
    return "T" in value and datetime.fromisoformat(value).tzinfo is not None


def refused(
    sample: Sample, reader: Schema, gone: frozenset[str] = frozenset()
) -> Iterator[tuple[str, str, str]]:
    """Why `reader` does not take the document: a reason to tell once, the field, and the words."""
    validator = jsonschema.Draft202012Validator(reader, format_checker=FORMATS)
    for error in validator.iter_errors(sample.document):
        path = ".".join(part for part in error.absolute_path if isinstance(part, str))
        if error.validator != "required":
            yield path, path, error.message[:200]
        elif not any(_says_missing(error.message, path, field) for field in gone):
            reported = sample.path if sample.edge == "absent" else path
            yield f"{path} {error.message}", reported, error.message


def _says_missing(message: str, path: str, field: str) -> bool:
    inside, _, name = field.rpartition(".")
    return inside == path and message.startswith(f"{name!r} ")


def refused_by_chance(
    sample: Sample, reader: Schema, gone: frozenset[str] = frozenset()
) -> Iterator[tuple[str, str, str]]:
    """Texts of another pattern or format than the reader's, though these ones fit."""
    for path, complaint in _other_texts(sample.document, reader, reader, ""):
        yield path, path, complaint


def _other_texts(document: Any, node: Schema, root: Schema, path: str) -> Iterator[tuple[str, str]]:
    """Nobody knows whether all of one pattern's texts fit another: they have to be the same."""
    node = resolve(node, root)
    options = [resolve(one, root) for one in node.get("anyOf", (node,))]
    if isinstance(document, Text):
        texts = [
            one for one in options if one.get("type") == "string" or {"enum", "const"} & one.keys()
        ]
        if texts and not any(_takes_all(one, document) for one in texts):
            words = [one.get("pattern") or one.get("format") or "those it lists" for one in texts]
            yield path, f"may not always fit what the reader wants: {', '.join(map(str, words))}"
    for one in options:
        yield from _other_texts_inside(document, one, root, path)


def _takes_all(node: Schema, text: Text) -> bool:
    if "enum" in node or "const" in node:
        return False
    if not fits_in(node, text):
        return False
    return node.get("pattern") in (None, text.pattern) and node.get("format") in (None, text.form)


def _other_texts_inside(
    document: Any, node: Schema, root: Schema, path: str
) -> Iterator[tuple[str, str]]:
    if isinstance(document, dict):
        for name, value in document.items():
            if "propertyNames" in node:
                yield from _other_texts(name, node["propertyNames"], root, path)
            field = node.get("properties", {}).get(name)
            inner = field or node.get("additionalProperties")
            if isinstance(inner, dict):
                inside = f"{path}.{name}".lstrip(".") if field else path
                yield from _other_texts(value, inner, root, inside)
    if isinstance(document, list) and isinstance(node.get("items"), dict):
        for value in document[:1]:  # they are all the same
            yield from _other_texts(value, node["items"], root, path)


def _shortened(document: Any) -> Any:
    if isinstance(document, str) and len(document) > 60:
        return f"{document[:20]}... ({len(document)} characters)"
    if isinstance(document, list) and len(document) > 5:
        return [*map(_shortened, document[:2]), f"... ({len(document)} items)"]
    if isinstance(document, dict):
        return {name: _shortened(value) for name, value in document.items()}
    return document
