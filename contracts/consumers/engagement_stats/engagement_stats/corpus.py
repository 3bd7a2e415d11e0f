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
    cases = [json.loads(path.read_text()) for path in sorted(folder.glob("*.json"))]
    return len(cases), [case["name"] for case in cases if not _holds(case)]


def _holds(case: dict[str, Any]) -> bool:
    if "records" in case:
        return bool(_kept_after_each(case["records"]) == case["expect"]["kept_after_each"])
    return bool(_outcome(_wire(case)) == case["expect"])


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


def _kept_after_each(records: list[dict[str, Any]]) -> list[float | None]:
    store, kept = Store(":memory:"), []
    for record in records:
        store.take(read(_wire(record)))
        kept.append(store.percentage(42, "course-101"))
    return kept


def _wire(case: dict[str, Any]) -> WireRecord:
    headers = [(one["name"], b64decode(one["value_base64"])) for one in case["headers"]]
    body = case["value_base64"]
    return WireRecord(headers, None if body is None else b64decode(body))
