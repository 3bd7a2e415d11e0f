"""Whether what was ever published still fits what is published now, in both directions.

A producer is closed: it writes the fields of its schema and no other. A consumer is open: it passes
over what it does not know. So for every earlier version of a schema two things have to hold:

- backward: what an old producer could have written, a new consumer reads (topics keep it for ever);
- forward: what a new producer may write, an old consumer reads (it is updated later than we are).
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jsonschema

from scripts.contracts.needs import Needs
from scripts.contracts.samples import Patterned, Sample, Schema, resolve, samples


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


def breaks(contracts: Path, now: Mapping[str, Schema], needs: Needs) -> Iterator[Break]:
    """Against every version ever published, not the last one alone."""
    for fact, schema in now.items():
        for earlier, old in history(contracts, fact):
            yield from _uncovered(fact, earlier, old, schema, needs)


def history(contracts: Path, fact: str) -> list[tuple[str, Schema]]:
    """The published versions of a fact's schema, oldest first."""
    folder = contracts / "schemas" / "history" / fact
    return [(path.stem, json.loads(path.read_text())) for path in sorted(folder.glob("*.json"))]


def remember(contracts: Path, now: Mapping[str, Schema]) -> Iterator[Path]:
    """Write what differs from the newest version as the next one."""
    for fact, schema in now.items():
        known = history(contracts, fact)
        if known and known[-1][1] == schema:
            continue
        path = contracts / "schemas" / "history" / fact / f"{len(known) + 1:04}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(schema, indent=2) + "\n")
        yield path


def not_remembered(contracts: Path, now: Mapping[str, Schema]) -> list[str]:
    """The facts whose present schema is not their newest version."""
    return [
        f"{fact}: the present schema is in no version of schemas/history: run `make schemas`"
        for fact, schema in now.items()
        if [old for _, old in history(contracts, fact)][-1:] != [schema]
    ]


def _uncovered(fact: str, earlier: str, old: Schema, new: Schema, needs: Needs) -> Iterator[Break]:
    for direction, writer, reader in (
        ("old facts do not read in new code", old, new),
        ("new facts do not read in old code", new, old),
    ):
        told: set[str] = set()
        for sample in samples(writer):
            if complaint := _complaint(sample, reader):
                if complaint.path not in told:
                    teams = needs.of_field(fact, complaint.path)
                    yield Break(
                        fact, earlier, direction, complaint.path, sample, complaint.text, teams
                    )
                told.add(complaint.path)
                if not sample.path:
                    break  # every other document would fail for the same reason


@dataclass(frozen=True, slots=True)
class _Complaint:
    path: str
    text: str


def _complaint(sample: Sample, reader: Schema) -> _Complaint | None:
    checker = jsonschema.FormatChecker()
    validator = jsonschema.Draft202012Validator(reader, format_checker=checker)
    for error in validator.iter_errors(sample.document):
        names = [part for part in error.absolute_path if isinstance(part, str)]
        return _Complaint(sample.path or ".".join(names), error.message[:200])
    return _other_pattern(sample.document, reader, reader, "")


def _other_pattern(document: Any, node: Schema, root: Schema, path: str) -> _Complaint | None:
    """A text of one pattern may fit another by chance: patterns have to be the same."""
    node = resolve(node, root)
    if isinstance(document, Patterned):
        patterns = {node.get("pattern")} | {one.get("pattern") for one in node.get("anyOf", ())}
        if patterns - {None} and document.pattern not in patterns:
            return _Complaint(path, f"the pattern is another one: {node.get('pattern')}")
    if isinstance(document, dict):
        for name, value in document.items():
            inner = node.get("properties", {}).get(name) or node.get("additionalProperties")
            inside = f"{path}.{name}".lstrip(".")
            if isinstance(inner, dict) and (found := _other_pattern(value, inner, root, inside)):
                return found
    if isinstance(document, list) and isinstance(node.get("items"), dict):
        for value in document[:1]:
            return _other_pattern(value, node["items"], root, path)
    return None


def _shortened(document: Any) -> Any:
    if isinstance(document, str) and len(document) > 60:
        return f"{document[:20]}... ({len(document)} characters)"
    if isinstance(document, list) and len(document) > 5:
        return [*map(_shortened, document[:2]), f"... ({len(document)} items)"]
    if isinstance(document, dict):
        return {name: _shortened(value) for name, value in document.items()}
    return document
