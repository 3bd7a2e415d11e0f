"""The examples of each fact: written once by this tool, better ones by hand, checked always."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
from jsonschema.exceptions import best_match

from ongoza_contracts.codec import Received, decode
from ongoza_contracts.event import Fact
from ongoza_contracts.topics import FACT_TYPES
from scripts.contracts.schemas import schema
from scripts.contracts.structure import canonical
from scripts.contracts.values import plain

EXAMPLES = ("minimal", "full", "future")


def missing_examples(contracts: Path) -> Iterator[tuple[Path, str]]:
    """Write a simple example for each missing one, to be edited by hand."""
    for name, fact in FACT_TYPES.items():
        for kind in EXAMPLES:
            path = contracts / "examples" / name / f"{kind}.json"
            if not path.exists():
                document = _of_the_future(path) or _plain(fact, kind)
                yield path, json.dumps(document, indent=2) + "\n"


def _of_the_future(path: Path) -> dict[str, Any] | None:
    """The full example with more, so that reading it gives the full one."""
    full = path.with_name("full.json")
    if path.stem != "future" or not full.exists():
        return None
    return {**json.loads(full.read_text()), "added_in_a_later_version": True}


def _plain(fact: type[Fact], kind: str) -> dict[str, Any]:
    shape = schema(fact)
    document = plain(canonical(shape))
    if kind == "minimal":
        document = {name: document[name] for name in shape.get("required", ())}
    written: dict[str, Any] = json.loads(
        fact.model_validate_json(json.dumps(document)).model_dump_json()
    )
    return {**written, "added_in_a_later_version": True} if kind == "future" else written


def bad_examples(contracts: Path) -> list[str]:
    """Faults of the examples: each fact has the three kinds, and all can be read."""
    problems = []
    for name, fact in FACT_TYPES.items():
        folder = contracts / "examples" / name
        validator = _validator(fact)
        present = {path.stem: path for path in sorted(folder.glob("*.json"))}
        problems += [
            f"missing example: {name}/{kind}.json" for kind in EXAMPLES if kind not in present
        ]
        problems += [
            f"example {name}/{path.name}: {problem}"
            for path in present.values()
            if (problem := _example_problem(fact, validator, path))
        ]
    folders = {path.name for path in (contracts / "examples").iterdir() if path.is_dir()}
    return problems + [f"examples of no fact: {name}" for name in sorted(folders - set(FACT_TYPES))]


def _validator(fact: type[Fact]) -> jsonschema.Draft202012Validator:
    shape = schema(fact)
    jsonschema.Draft202012Validator.check_schema(shape)
    return jsonschema.Draft202012Validator(shape, format_checker=jsonschema.FormatChecker())


def _example_problem(
    fact: type[Fact], validator: jsonschema.Draft202012Validator, path: Path
) -> str | None:
    body = path.read_bytes()
    headers = [("ce_specversion", b"1.0"), ("ce_id", b"example"), ("ce_type", fact.type.encode())]
    try:
        received = decode(headers, body)
    except ValueError as error:
        return str(error).splitlines()[0]
    if mismatch := best_match(validator.iter_errors(json.loads(body))):
        return str(mismatch).splitlines()[0]
    if not isinstance(received, Received):
        return "is not read as its fact"
    known = json.loads(received.fact.model_dump_json())
    if path.stem != "future":
        return None if known == json.loads(body) else "is not what core would write"
    if known == json.loads(body):
        return "has no unknown field"
    full = path.with_name("full.json")
    as_full = not full.exists() or known == json.loads(full.read_bytes())
    return None if as_full else "is not read as full.json"
