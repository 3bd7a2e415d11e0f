"""Every version of every schema that was ever published: contracts/schemas/history/<fact>/<n>.json.

Facts of all of them are on the topics for ever, so a version is never changed or taken away.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from ongoza_contracts.needs import Schema


def history(contracts: Path, fact: str) -> list[tuple[str, Schema]]:
    """The published versions of a fact's schema, oldest first."""
    folder = contracts / "schemas" / "history" / fact
    return [(path.stem, json.loads(path.read_text())) for path in sorted(folder.glob("*.json"))]


def ever_published(contracts: Path) -> list[str]:
    """The facts' names, including those of facts that were removed."""
    return sorted(path.name for path in (contracts / "schemas" / "history").glob("*"))


def remember(contracts: Path, now: Mapping[str, Schema]) -> Iterator[Path]:
    """Write what differs from the newest version as the next one."""
    for fact, schema in now.items():
        known = history(contracts, fact)
        if known and known[-1][1] == schema:
            continue
        path = contracts / "schemas" / "history" / fact / f"{_name(len(known) + 1)}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(schema, indent=2) + "\n")
        yield path


def not_remembered(contracts: Path, now: Mapping[str, Schema]) -> Iterator[str]:
    """Facts whose present schema is not their newest version, and versions that are missing."""
    for fact in ever_published(contracts):
        names = [name for name, _ in history(contracts, fact)]
        if names != [_name(number) for number in range(1, len(names) + 1)]:
            yield f"{fact}: a published version is missing among {', '.join(names)}"
    for fact, schema in now.items():
        if [old for _, old in history(contracts, fact)][-1:] != [schema]:
            yield f"{fact}: this schema is in no version of schemas/history: run `make schemas`"


def _name(number: int) -> str:
    return f"{number:04}"
