"""Runs the golden wire corpus through this consumer."""

import json
from base64 import b64decode
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engagement_stats.store import Store
from ongoza_contracts.codec import BadRecord, Received, Tombstone
from ongoza_contracts.consumer import read


@dataclass(frozen=True)
class WireRecord:
    headers: list[tuple[str, bytes]]
    value: bytes | None


def failures(folder: Path) -> tuple[int, list[str]]:
    """How many cases there are, and which were not read as they should."""
    cases = [case for path in sorted(folder.glob("*.json")) for case in _cases(path)]
    examples = folder.parent / "examples"
    return len(cases), [case["name"] for case in cases if not _holds(case, examples)]


def _cases(path: Path) -> list[dict[str, Any]]:
    content = json.loads(path.read_text())
    return content if isinstance(content, list) else [content]


def _holds(case: dict[str, Any], examples: Path) -> bool:
    expected = case["expect"]
    if "records" in case:
        return bool(_kept_after_each(case["records"], examples) == expected["kept_after_each"])
    if example := expected.get("fact", {}).get("example"):
        expected = {**expected, "fact": json.loads((examples / example).read_text())}
    return bool(_outcome(_wire(case, examples)) == expected)


def _outcome(record: WireRecord) -> dict[str, Any]:
    try:
        found = read(record)
    except BadRecord as error:
        return {"outcome": "refused", "code": error.code}
    if isinstance(found, Received):
        fact = json.loads(found.fact.model_dump_json())
        return {"outcome": "fact", "type": found.fact.type, "key": found.fact.key, "fact": fact}
    if isinstance(found, Tombstone):
        return {"outcome": "tombstone"}
    return {"outcome": "unknown", "type": found.type}


def _kept_after_each(records: list[dict[str, Any]], examples: Path) -> list[float | None]:
    store, kept = Store(":memory:"), []
    for record in records:
        store.take(read(_wire(record, examples)))
        kept.append(store.percentage(42, "course-101"))
    return kept


def _wire(case: dict[str, Any], examples: Path) -> WireRecord:
    headers = [(name, _bytes(text, examples) or b"") for name, text in case["headers"].items()]
    return WireRecord(headers, _bytes(case["value"], examples))


def _bytes(content: str | dict[str, str] | None, examples: Path) -> bytes | None:
    """Plain text, an example's file, or base64 where the bytes are not UTF-8."""
    if isinstance(content, dict):
        if "example" in content:
            return (examples / content["example"]).read_bytes()
        return b64decode(content["base64"])
    return None if content is None else content.encode()
